#' Save and load objects that hold tensors
#'
#' `torch_save()` writes a tensor, a module, an optimiser, or any object of R that holds such, `torch_load()` reads it, and
#' `torch_serialize()`
#' gives the bytes. [saveRDS()] and [readRDS()] do the same; these are faster where tensors are large.
#'
#' What is kept is what [saving_tensors] says: values, dtype, shape, `requires_grad`, `$grad`, attributes (so an optimiser's state goes with
#' its parameters), classes, training mode. What stands in an object twice, as a weight that two layers share, is one when it is read. Of
#' a larger tensor's memory only what the tensor shows is written.
#'
#' @section The format:
#' The tensors come first, in the safetensors format, then R's serialization of everything else. As that can hold functions, load only
#' files that
#' you trust; [torch_load_safetensors()] and [load_state_dict()] read numbers alone.
#'
#' @section Files of others:
#' The layout is the one that torch for R documents for its files since 0.12, and `torch_load()` reads such a file where R's part of it is
#' made of R's own objects and refers to tensors by their names. It was tried on files that were made so, not on files of torch for R
#' itself. Modules are not rebuilt: there, save `model$state_dict()`, and here load it into a module by `$load_state_dict()`. PyTorch's
#' files are read by [load_state_dict()].
#'
#' @param obj an object.
#' @param path the name of a file, or a connection; for `torch_load()` also a raw vector.
#' @param ... for methods.
#' @param compress whether R's part is compressed. Tensors never are: numbers hardly get smaller.
#' @param device must be the CPU.
#' @return `torch_save()` returns `obj`, invisibly; `torch_load()` the object; `torch_serialize()` a raw vector, which `torch_load()` takes.
#' @section Errors:
#' Refused are a `path` that is neither of these or cannot be written, which leaves an old file as it was, and a file that is cut short,
#' damaged,
#' or of another kind.
#' @examples
#' model <- nn_linear(3, 2)
#' file <- tempfile(fileext = ".pt")
#' torch_save(model, file)
#' again <- torch_load(file)
#' torch_equal(again$weight, model$weight)
#'
#' bytes <- torch_serialize(list(x = torch_ones(2), note = "two ones"))
#' torch_load(bytes)$note
#' @export
torch_save <- function(obj, path, ..., compress = TRUE) UseMethod("torch_save")

#' @export
torch_save.default <- function(obj, path, ..., compress = TRUE) {
  no_dots(...)
  compress <- .Call(ffi_flag, compress, "compress")
  if (inherits(path, "connection")) {
    bytes <- as_bytes(pieces_of_object(obj, compress))
    if (!isOpen(path)) {
      open(path, "wb")
      on.exit(close(path))
    }
    writeBin(bytes, path)
  } else if (is_string(path)) {
    write_whole(path, pieces_of_object(obj, compress))
  } else {
    raise_error("`path` must be the name of a file, or a connection")
  }
  invisible(obj)
}

#' @rdname torch_save
#' @export
torch_serialize <- function(obj, ...) {
  no_dots(...)
  as_bytes(pieces_of_object(obj, TRUE))
}

#' @rdname torch_save
#' @export
torch_load <- function(path, device = "cpu") {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  source <- source_of(path)
  if (source$size >= 4 && identical(bytes_at(source, 0, 4), as.raw(c(0x50, 0x4b, 3, 4)))) {
    raise_error(sprintf("%s is a file of PyTorch's: load_state_dict() reads it", source$name))
  }
  found <- read_safetensors(source)
  rest <- bytes_at(source, found$end, source$size - found$end)
  if (!length(rest)) return(found$tensors)
  if (identical(found$metadata$format, "rushlight")) return(object_of_pieces(source, found, rest))
  object_of_torch(source, found, rest)
}

# ---- the pieces of an object ----

# R's serialization, in which each tensor is a number; and as many tensors, each with a serialization of what it has besides its values,
# which may hold further tensors.
pieces_of_object <- function(obj, compress) {
  tensors <- list()
  numbers <- new.env()
  refer <- function(x) {
    if (!is_live_tensor(x)) return(NULL)
    address <- rlang::obj_address(x)
    if (is.null(numbers[[address]])) {
      tensors[[length(tensors) + 1L]] <<- x
      numbers[[address]] <- as.character(length(tensors))
    }
    numbers[[address]]
  }
  object <- serialize(obj, NULL, xdr = FALSE, refhook = refer)
  besides <- list()
  while (length(besides) < length(tensors)) {
    x <- tensors[[length(besides) + 1L]]
    told <- list(attributes = attributes(x), requires_grad = x$requires_grad, grad = if (x$is_leaf) x$grad)
    besides[[length(besides) + 1L]] <- serialize(told, NULL, xdr = FALSE, refhook = refer)
  }
  rest <- serialize(list(object = object, besides = besides), NULL, xdr = FALSE)
  if (compress) rest <- memCompress(rest, "gzip")
  metadata <- c(format = "rushlight", version = "1", compressed = tolower(compress), crc32 = format(.Call(ffi_crc32, rest), digits = 15))
  values <- lapply(tensors, dense)
  names(values) <- seq_along(values)
  c(list(safetensors_header(values, metadata)), unname(values), list(rest))
}

is_live_tensor <- function(x) inherits(x, "torch_tensor") && isFALSE(tryCatch(is_undefined_tensor(x), error = function(e) NA))

object_of_pieces <- function(source, found, rest) {
  if (!identical(found$metadata$version, "1")) raise_error(sprintf("%s was written by a newer version of rushlight", source$name), NULL)
  if (!identical(found$metadata$crc32, format(.Call(ffi_crc32, rest), digits = 15))) raise_damaged(source, "has been changed or cut short")
  tensors <- found$tensors
  refer <- function(number) if (is.null(tensors[[number]])) raise_damaged(source, "lacks a tensor") else tensors[[number]]
  if (identical(found$metadata$compressed, "true")) rest <- or_damaged(source, memDecompress(rest, "gzip"))
  parts <- or_damaged(source, unserialize(rest))
  for (k in seq_along(parts$besides)) {
    told <- unserialize(parts$besides[[k]], refhook = refer)
    x <- tensors[[as.character(k)]]
    for (name in names(told$attributes)) attr(x, name) <- told$attributes[[name]]
    if (told$requires_grad) x$requires_grad_(TRUE)
    if (!is.null(told$grad) && !is_undefined_tensor(told$grad)) x$grad <- told$grad
  }
  unserialize(parts$object, refhook = refer)
}

or_damaged <- function(source, code) tryCatch(code, error = function(e) raise_damaged(source, "cannot be read"))

# torch for R's own files: R's serialization behind the tensors, which it names.
object_of_torch <- function(source, found, rest) {
  refer <- function(name) if (is.null(found$tensors[[name]])) raise_damaged(source, "lacks a tensor") else found$tensors[[name]]
  object <- tryCatch(unserialize(rest, refhook = refer), error = function(e) NULL)
  if (is.null(object)) {
    raise_error(sprintf(paste(
      "%s holds more than tensors, in a form that cannot be rebuilt here: in torch for R, save `model$state_dict()`, and load that",
      "into a module by $load_state_dict()"
    ), source$name), NULL)
  }
  object
}
