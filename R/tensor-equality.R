#' Are two tensors nearly equal?
#'
#' `all.equal()` compares dtype, shape and values of two tensors, also within lists, and so do `testthat::expect_equal()`,
#' `testthat::expect_identical()` and `waldo::compare()`. What else belongs to a tensor, its gradient and its graph, is not compared.
#' [identical()] and `==` ask something else: whether two handles are of one tensor, and which elements are equal.
#'
#' The values are compared as R's numbers by `all.equal()` of base R: two NaN are equal, and what counts is the mean relative difference.
#' The default tolerance is that of base R for doubles, 1.5e-8, and larger for the dtypes that hold fewer digits: 1.3e-6 for
#' [torch_float()], 1e-3 for [torch_half()] and 1.6e-2 for [torch_bfloat16()].
#'
#' The third edition of testthat has a tolerance of its own, 1.5e-8, and compares dtype, shape and values as it does numbers of R.
#'
#' @param target,current a tensor of any shape and dtype, and what to compare it with.
#' @param tolerance differences smaller than it do not count; `NULL`: as the dtype has it.
#' @param ... further arguments of `all.equal()` for numbers, such as `scale`.
#' @return `TRUE`, or a description of the differences, for use with [isTRUE()].
#' @section Errors:
#' A `tolerance` that is no number or `NA` is refused, and further arguments that `all.equal()` of base R refuses. What differs, also in
#' class, is no error but a description.
#' @seealso [torch_allclose()], [torch_equal()]
#' @examples
#' x <- torch_tensor(c(1, 2))
#' all.equal(x, x + 1e-7)
#' all.equal(x, torch_ones(2))
#' all.equal(list(a = x), list(a = torch_zeros(3, 3)))
#' @method all.equal torch_tensor
#' @export
all.equal.torch_tensor <- function(target, current, ..., tolerance = NULL) { # nolint: object_name_linter.
  if (!inherits(current, "torch_tensor")) return(paste0("target is torch_tensor, current is ", class(current)[1L]))
  if (is_undefined_tensor(target) || is_undefined_tensor(current)) {
    if (is_undefined_tensor(target) && is_undefined_tensor(current)) return(TRUE)
    return("one of the tensors is undefined")
  }
  differing <- c(differing_field("dtype", target, current), differing_field("shape", target, current))
  if (length(differing)) return(differing)
  if (!is.null(tolerance)) tolerance <- .Call(ffi_number, tolerance, "tolerance")
  if (is.null(tolerance)) tolerance <- dtype_tolerance(target)
  all_equal_values(target, current, tolerance, ...)
}

larger_tolerances <- c(Half = 1e-3, BFloat16 = 1.6e-2, Float = 1.3e-6)

dtype_tolerance <- function(x) {
  name <- as.character(x$dtype)
  if (name %in% names(larger_tolerances)) larger_tolerances[[name]] else 1.5e-8
}

differing_field <- function(name, target, current) {
  fields <- lapply(list(target, current), function(x) switch(name, dtype = as.character(x$dtype), shape = dim(x)))
  if (identical(fields[[1L]], fields[[2L]])) return(NULL)
  texts <- vapply(fields, toString, "")
  if (name == "shape") texts <- paste0("[", texts, "]")
  sprintf("%s: target is %s, current is %s", name, texts[1L], texts[2L])
}

# R's doubles may round two 64-bit integers to one.
all_equal_values <- function(target, current, tolerance, ...) {
  same <- tryCatch(
    all.equal(values_of_kind(target), values_of_kind(current), tolerance = tolerance, ...),
    error = function(e) raise_error(conditionMessage(e), quote(all.equal(target, current, ...)))
  )
  if (!isTRUE(same) || tolerance > 0 || target$is_floating_point() || torch_equal(target, current)) return(same)
  "values differ beyond what R's numbers tell apart"
}

#' @exportS3Method waldo::compare_proxy
compare_proxy.torch_tensor <- function(x, path = "x") { # nolint: object_name_linter.
  fields <- if (is_undefined_tensor(x)) list() else list(dtype = as.character(x$dtype), shape = dim(x), values = as_array(x))
  # Doubles may round 64-bit integers.
  if (is.double(fields$values) && !x$is_floating_point()) fields$last_digits <- as_array(x %% 1000000L)
  list(object = structure(fields, class = "tensor"), path = path)
}
