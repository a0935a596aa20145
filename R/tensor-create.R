#' Make a tensor of R's values
#'
#' A vector becomes a tensor of one dimension, a matrix or array one of the same shape: element `[i, j]` of the matrix
#' is element `[i, j]` of the tensor. A tensor is copied.
#'
#' @details
#' Where no `dtype` is given, numbers become [torch_float()] (see [torch_set_default_dtype()]), integers and
#' `bit64::integer64` [torch_int64()], booleans [torch_bool()] and raw bytes [torch_uint8()].
#'
#' A tensor has no `NA`. In a floating tensor an `NA` becomes `NaN`, and a number beyond the dtype's range becomes infinite. A dtype
#' of integers cuts fractions, and refuses `NA`, `NaN`, infinite numbers, and what lies outside its range; Bool refuses `NA` and
#' `NaN`. [missing-values] has the rule.
#'
#' @param data a number, a numeric, logical or raw vector, matrix or array, or a tensor; with a `dtype` of integers a factor, whose codes
#'   are taken.
#' @param dtype the element type, such as [torch_double()]; `NULL`: as described below.
#' @param device `NULL` or `"cpu"`: tensors live on the CPU.
#' @param requires_grad whether gradients with respect to the tensor are to be computed; it must be floating then.
#' @param pin_memory accepted, and has no effect: there is no device to copy to.
#' @return A tensor: an object of class `torch_tensor`, of the shape of `data`. A number becomes a vector of one element.
#' @section Errors:
#' Refused are strings, lists, complex numbers and, unless `dtype` is one of integers, factors as `data`, what a dtype does not hold (see
#' below), several numbers as `value`, an unknown dtype, any device but the CPU, and `requires_grad` for integers and booleans.
#' @examples
#' torch_tensor(c(1, 2.5, 3))
#' torch_tensor(matrix(1:6, 2))
#' torch_tensor(c(1, NA))
#' x <- torch_tensor(c(1, 2), dtype = torch_double(), requires_grad = TRUE)
#' (x^2)$sum()$backward()
#' x$grad
#' torch_scalar_tensor(3)
#' @export
torch_tensor <- function(data, dtype = NULL, device = NULL, requires_grad = FALSE, pin_memory = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  .Call(ffi_tensor, data, dtype, requires_grad)
}

#' @description `torch_scalar_tensor()` makes a tensor of no dimensions of one number.
#' @param value one number.
#' @rdname torch_tensor
#' @export
torch_scalar_tensor <- function(value, dtype = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  .Call(ffi_full, integer(), dtype, value, requires_grad)
}

# Sizes come one by one or as one vector, which may be called `size`.
dots_size <- function(...) {
  if (!is.null(...names())) {
    named <- setdiff(...names(), c("", NA))
    if (!identical(named, "size")) refuse_argument(setdiff(named, "size")[1L], c("size", arguments_of(sys.function(-1L))), users_call())
    if (...length() > 1L) raise_error("the sizes stand one by one, or in `size` alone", users_call())
  }
  if (...length() == 1L) ..1 else list(...)
}

refuse_names <- function(call = users_call()) raise_error("`names` must be NULL: dimensions have no names", call)

#' Tensors filled with one number
#'
#' Zeros, ones, any number, or whatever happens to be in memory (`torch_empty()`).
#'
#' @param ... the size of each dimension: several numbers, or one vector. None makes a tensor of no dimensions.
#' @param size a vector: the size of each dimension.
#' @param fill_value the number or boolean.
#' @param input a tensor whose shape, dtype and order in memory are taken over.
#' @param names `NULL`: dimensions have no names.
#' @param dtype the element type. `NULL`: for `torch_full()` what `fill_value` would become, for the `_like` functions
#'   the dtype of `input`, otherwise the default floating dtype.
#' @param layout `NULL` or [torch_strided()].
#' @param memory_format [torch_preserve_format()], [torch_contiguous_format()] or, in four dimensions,
#'   [torch_channels_last_format()].
#' @param device `NULL` or `"cpu"`.
#' @param requires_grad whether gradients with respect to the tensor are to be computed.
#' @return A tensor of the sizes given, or of the shape of `input`.
#' @section Errors:
#' Refused are sizes that are negative, no integers or `NA`, more memory than there is, a `fill_value` that is not one number or that the
#' dtype does not hold, strides that are negative or not one for each size, `names`, other layouts, other devices than the CPU,
#' [torch_channels_last_format()] for other than four dimensions, and `requires_grad` for integers and booleans.
#' @section Methods: `x$new_zeros(size)`, `x$new_ones(size)`, `x$new_full(size, fill_value)`, `x$new_empty(size)` and
#'   `x$new_empty_strided(size, stride)` make a tensor of another shape with the dtype of `x`, or with `dtype`.
#' @examples
#' torch_zeros(2, 3)
#' torch_ones(c(2, 3), dtype = torch_int())
#' torch_full(c(2, 2), 3.5)
#' torch_empty(2, 3)$shape
#' torch_empty_strided(c(2, 3), stride = c(1, 2))$stride()
#' x <- torch_tensor(1:3)
#' torch_zeros_like(x)
#' torch_ones_like(x, dtype = torch_float())
#' torch_full_like(x, 7)
#' torch_empty_like(x)$dtype
#' torch_ones(2)$new_full(c(1, 2), 7)
#' @export
torch_zeros <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (!is.null(names)) refuse_names()
  .Call(ffi_full, dots_size(...), dtype, 0, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_ones <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (!is.null(names)) refuse_names()
  .Call(ffi_full, dots_size(...), dtype, 1, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_empty <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (!is.null(names)) refuse_names()
  .Call(ffi_empty, dots_size(...), dtype, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_full <- function(size, fill_value, names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (!is.null(names)) refuse_names()
  .Call(ffi_full, size, dtype, fill_value, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_zeros_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                             memory_format = torch_preserve_format()) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (missing(memory_format)) return(.Call(ffi_full_like, input, dtype, 0, requires_grad))
  made <- in_format(.Call(ffi_full_like, input, dtype, 0, FALSE), memory_format)
  .Call(ffi_requires_grad_, made, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_ones_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = torch_preserve_format()) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (missing(memory_format)) return(.Call(ffi_full_like, input, dtype, 1, requires_grad))
  made <- in_format(.Call(ffi_full_like, input, dtype, 1, FALSE), memory_format)
  .Call(ffi_requires_grad_, made, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_empty_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                             memory_format = torch_preserve_format()) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (missing(memory_format)) return(.Call(ffi_empty_like, input, dtype, requires_grad))
  made <- in_format(.Call(ffi_empty_like, input, dtype, FALSE), memory_format)
  .Call(ffi_requires_grad_, made, requires_grad)
}
#' @rdname torch_zeros
#' @export
torch_full_like <- function(input, fill_value, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = torch_preserve_format()) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (missing(memory_format)) return(.Call(ffi_full_like, input, dtype, fill_value, requires_grad))
  made <- in_format(.Call(ffi_full_like, input, dtype, fill_value, FALSE), memory_format)
  .Call(ffi_requires_grad_, made, requires_grad)
}

#' @param stride a vector: how far apart in memory, in elements, neighbours along each dimension are.
#' @param pin_memory accepted, and has no effect: there is no device to copy to.
#' @rdname torch_zeros
#' @export
torch_empty_strided <- function(size, stride, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                                pin_memory = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  .Call(ffi_empty_strided, size, stride, dtype, requires_grad)
}

# `options` is a list of what else torch_zeros() takes; a fill_value of NULL leaves the memory as it is found.
new_like <- function(self, size, fill_value, options, dtype, device, requires_grad) {
  check_options(options, users_call())
  if (is.null(dtype)) dtype <- options$dtype
  if (is.null(device)) device <- options$device
  if (is.null(requires_grad)) requires_grad <- options$requires_grad
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(options$layout)) check_layout(options$layout, users_call())
  if (is.null(dtype)) dtype <- self$dtype
  if (is.null(requires_grad)) requires_grad <- FALSE
  if (is.null(fill_value)) .Call(ffi_empty, size, dtype, requires_grad) else .Call(ffi_full, size, dtype, fill_value, requires_grad)
}

check_options <- function(options, call) {
  is_named <- is.list(options) && (!length(options) || !is.null(names(options)))
  if (!is_named) raise_error("`options` must be a list such as list(dtype = torch_float())", call)
  known <- c("dtype", "layout", "device", "requires_grad")
  strange <- setdiff(names(options), known)
  if (length(strange)) refuse_argument(strange[1L], known, call)
}

create_methods <- list(
  new_zeros = function(size, options = list(), dtype = NULL, device = NULL, requires_grad = NULL) {
    new_like(self, size, 0, options, dtype, device, requires_grad)
  },
  new_ones = function(size, options = list(), dtype = NULL, device = NULL, requires_grad = NULL) {
    new_like(self, size, 1, options, dtype, device, requires_grad)
  },
  new_full = function(size, fill_value, options = list(), dtype = NULL, device = NULL, requires_grad = NULL) {
    new_like(self, size, fill_value, options, dtype, device, requires_grad)
  },
  new_empty = function(size, options = list(), dtype = NULL, device = NULL, requires_grad = NULL) {
    new_like(self, size, NULL, options, dtype, device, requires_grad)
  },
  new_empty_strided = function(size, stride, options = list(), dtype = NULL) {
    check_options(options, sys.call())
    if (is.null(dtype)) dtype <- if (is.null(options$dtype)) self$dtype else options$dtype
    torch_empty_strided(size, stride, dtype = dtype, device = options$device, requires_grad = isTRUE(options$requires_grad))
  }
)

#' The identity matrix
#'
#' Ones on the diagonal, zeros elsewhere.
#'
#' @param n,m rows and columns.
#' @inheritParams torch_zeros
#' @return A tensor of shape `(n, m)`.
#' @section Errors:
#' Refused are sizes that are negative, no integers or `NA`, and the options that [torch_zeros()] refuses.
#' @examples
#' torch_eye(3)
#' torch_eye(2, 4)
#' @export
torch_eye <- function(n, m = n, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  .Call(ffi_eye, n, m, dtype, requires_grad)
}

#' Sequences
#'
#' `torch_arange()` and `torch_range()` count from `start` in steps, as far as `end`, which is included: element `i` is
#' `start + (i - 1) * step`, and there are `floor((end - start) / step) + 1` of them. (A quotient that falls short of
#' an integer by less than 1e-10 counts as that number, as in [seq()].) `torch_linspace()` divides the way from
#' `start` to `end` evenly, both included. `torch_logspace()` raises `base` to such exponents.
#'
#' @param start,end where the sequence begins and ends; exponents of `base` for `torch_logspace()`. `torch_arange(n)` goes from 0 to n.
#' @param step the difference between neighbours; it may be negative, not 0.
#' @param steps how many elements there are.
#' @param base the base of the logarithmic scale.
#' @inheritParams torch_zeros
#' @param dtype the element type; `NULL`: the default floating dtype, or Long if `start`, `end` and `step` of `torch_arange()` are integers.
#' @return A tensor of one dimension.
#' @section Errors:
#' Refused are a `step` of 0 or one that leads away from `end`, bounds that are not one number, `NA`, beyond the dtype's range or, of a
#' sequence in steps, infinite, a negative number of `steps`, and the options that [torch_zeros()] refuses.
#' @examples
#' torch_arange(1, 5)
#' torch_arange(1L, 5L)
#' torch_arange(5, 1, step = -2, dtype = torch_long())
#' torch_range(0, 1, step = 0.25)
#' torch_linspace(0, 1, steps = 5)
#' torch_logspace(0, 2, steps = 3)
#' @export
torch_arange <- function(start, end, step = 1L, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (missing(end)) {
    end <- start
    start <- 0L
  }
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (is.null(dtype) && all_integers(start, end, step)) dtype <- torch_long()
  .Call(ffi_range, start, end, step, dtype, requires_grad)
}
all_integers <- function(...) {
  all(vapply(list(...), function(x) if (is_tensor(x)) dtype_traits(x)$kind == "integer" else is.integer(x) && !is.object(x), NA))
}
#' @rdname torch_arange
#' @export
torch_range <- function(start, end, step = 1, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  .Call(ffi_range, start, end, step, dtype, requires_grad)
}
#' @rdname torch_arange
#' @export
torch_linspace <- function(start, end, steps = 100, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  .Call(ffi_linspace, start, end, steps, dtype, requires_grad)
}
#' @rdname torch_arange
#' @export
torch_logspace <- function(start, end, steps = 100, base = 10, dtype = NULL, layout = NULL, device = NULL,
                           requires_grad = FALSE) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  .Call(ffi_logspace, start, end, steps, base, dtype, requires_grad)
}
