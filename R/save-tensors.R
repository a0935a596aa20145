#' Saving tensors, and sending them to other processes
#'
#' Tensors are saved as R's own objects are: by [saveRDS()], [save()] and [serialize()], alone or within lists, environments
#' and functions. So they also pass to and from the processes of \pkg{parallel}, \pkg{callr} and \pkg{future}, and are told
#' apart by \pkg{digest}, \pkg{memoise} and \pkg{targets}.
#'
#' @section What is kept:
#' The values, the dtype and the shape; `requires_grad`; `$grad` if it is set; attributes. The graph is not kept: what was
#' computed from other tensors comes back as a leaf, and hooks are gone. A tensor that stands twice in an object is one
#' tensor when it is read, but two tensors that share memory, such as a tensor and a view of it, do not share it any more.
#'
#' A tensor is written as it was when it was saved. An expanded dimension is written once, and of a larger tensor's memory
#' only what the tensor shows.
#'
#' A tensor that was read is built when it is first used. It can be read by the version of rushlight that wrote it and by
#' newer ones. Where that is not possible, because a newer version wrote it, because it is damaged or because rushlight
#' 0.1.0 wrote it, which kept no values, its use is an error that says so, and the objects around it can be used.
#'
#' Generators ([torch_generator()]) are saved with their state. One that is sent to several processes draws the same
#' numbers in each.
#'
#' @section Forked processes:
#' A forked child (`parallel::mclapply()`) can use the tensors that it inherits. What it changes in them stays with it, and
#' what it returns comes back as above. For its random numbers see [torch_manual_seed()].
#'
#' @section Equal and identical:
#' `identical()` compares handles, not values: it is `TRUE` for one and the same tensor and `FALSE` for two, however equal.
#' (R compares addresses, and tensors that were read have none before they are first used: until then, it takes them for one.)
#' `all.equal()` compares dtype, shape and values, and [torch_equal()] shape and values. What was saved and read is equal, not
#' identical. The digests of two tensors agree if dtype, shape, strides, values, `requires_grad`, grad and attributes do.
#'
#' @section Attributes:
#' An attribute belongs to the tensor and is seen wherever the tensor is: `b <- a` copies no tensor, so after
#' `attr(b, "unit") <- "m"` the tensor that `a` stands for has the attribute too. Results computed from it have none.
#'
#' @return What [readRDS()], [load()] and [unserialize()] give is a tensor again, of the dtype and shape that were saved.
#' @section Errors:
#' Any use of a tensor whose values are not there is an error that says why; it can be shown, and saved again. Writing and reading refuse
#' nothing themselves.
#' @examples
#' x <- torch_tensor(c(1.5, 2.5), requires_grad = TRUE)
#' attr(x, "unit") <- "m"
#' file <- tempfile(fileext = ".rds")
#' saveRDS(list(weight = x), file)
#' y <- readRDS(file)$weight
#' y
#' attr(y, "unit")
#' torch_equal(x, y)
#' identical(x, y)
#' @name saving_tensors
NULL
