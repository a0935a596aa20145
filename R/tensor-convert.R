#' R's values of a tensor
#'
#' `as_array()` copies a tensor into an R vector, matrix or array of its shape; `as.numeric()` and its kin give a
#' plain vector of the type they name, in R's order: the first dimension runs fastest.
#'
#' @details
#' Floating numbers become R's numbers, booleans logical. Bytes (`torch_uint8()`) become `raw` by `as_array()`, `as.array()` and
#' `as.matrix()`, and numbers by all others. Other integers become R's integers if they all fit,
#' otherwise numbers, exact up to 2^53; `bit64::as.integer64()` keeps all 64 bits. Gradients are not carried over to
#' R: a tensor that requires them is copied all the same.
#'
#' @param x a tensor; for `as_array()` also anything that `as.array()` knows.
#' @return A vector, matrix or array of the shape of `x`; of a tensor without dimensions, one number.
#' @section Methods: `x$item()` gives the number in a tensor of one element.
#' @section Errors:
#' `as_array()` refuses `NULL`, functions and data frames, the others further arguments, `as.vector()` an unknown `mode`, and `x$item()` a
#' tensor of several elements or of none.
#' @examples
#' as_array(torch_tensor(matrix(1:6, 2)))
#' as.numeric(torch_ones(2, 2))
#' torch_tensor(2)$item()
#' @export
as_array <- function(x) UseMethod("as_array")
#' @export
as_array.default <- function(x) {
  holds_values <- is.atomic(x) && !is.null(x) || is.list(x) && !is.data.frame(x)
  if (holds_values) as.array(x) else raise_error("`x` must be a tensor, a vector or an array")
}
#' @export
as_array.torch_tensor <- function(x) .Call(ffi_to_array, x, TRUE)
#' @export
as.array.torch_tensor <- function(x, ...) {
  no_dots(...)
  .Call(ffi_to_array, x, TRUE)
}
#' @export
as.matrix.torch_tensor <- function(x, ...) {
  no_dots(...)
  as.matrix(.Call(ffi_to_array, x, TRUE))
}
#' @export
as.vector.torch_tensor <- function(x, mode = "any") {
  one_of(mode, "mode", c("any", "logical", "integer", "numeric", "double", "complex", "character", "raw", "list", "expression", "symbol"))
  as.vector(.Call(ffi_to_array, x, FALSE), mode)
}
#' @export
as.double.torch_tensor <- function(x, ...) {
  no_dots(...)
  as.double(.Call(ffi_to_array, x, FALSE))
}
#' @export
as.numeric.torch_tensor <- as.double.torch_tensor
#' @export
as.integer.torch_tensor <- function(x, ...) {
  no_dots(...)
  as.integer(.Call(ffi_to_array, x, FALSE))
}
#' @export
as.logical.torch_tensor <- function(x, ...) {
  no_dots(...)
  as.logical(.Call(ffi_to_array, x, FALSE))
}
#' @export
as.complex.torch_tensor <- function(x, ...) {
  no_dots(...)
  as.complex(.Call(ffi_to_array, x, FALSE))
}
#' @export
as.character.torch_tensor <- function(x, ...) {
  no_dots(...)
  as.character(.Call(ffi_to_array, x, FALSE))
}
#' @exportS3Method bit64::as.integer64
as.integer64.torch_tensor <- function(x, ...) {
  no_dots(...)
  .Call(ffi_to_integer64, x)
}
#' @export
length.torch_tensor <- function(x) .Call(ffi_numel, x)

#' Bytes and tensors
#'
#' `buffer_from_torch_tensor()` copies the elements of a tensor into a raw vector as they lie in memory, in row-major
#' order; `torch_tensor_from_buffer()` makes a tensor of such bytes.
#'
#' @param tensor a tensor of any shape and dtype.
#' @param buffer a raw vector, or one of integers or numbers whose bytes are meant. What it has beyond the tensor's bytes is left out.
#' @param shape the sizes of the tensor, a vector.
#' @param dtype its dtype, or the name of one.
#' @return A raw vector of as many bytes as the elements take; a tensor of shape `shape` and of `dtype`.
#' @section Errors:
#' Refused are what is no tensor, a `buffer` of another type or with too few bytes, negative sizes, and an unknown `dtype`.
#' @examples
#' bytes <- buffer_from_torch_tensor(torch_tensor(c(1, 2)))
#' torch_tensor_from_buffer(bytes, 2, "float")
#' @export
buffer_from_torch_tensor <- function(tensor) .Call(ffi_to_bytes, tensor)
#' @rdname buffer_from_torch_tensor
#' @export
torch_tensor_from_buffer <- function(buffer, shape, dtype = "float") .Call(ffi_from_bytes, buffer, shape, dtype)

#' Convert a tensor
#'
#' `x$to(dtype = )` gives a tensor of another dtype, or `x` itself if there is nothing to change. The conversion is
#' part of the graph: gradients come back in the dtype of `x`. Floating numbers lose their fraction on the way to
#' integers, and numbers become `TRUE` unless they are 0.
#'
#' | method | what it gives |
#' |---|---|
#' | `x$to(dtype, device, other, copy)` | the dtype named, or that of the tensor `other`; `copy = TRUE`: never `x` itself |
#' | `x$bool()`, `x$double()`, `x$float()`, `x$half()`, `x$int()`, `x$long()`, `x$short()` | that dtype |
#' | `x$type_as(other)` | the dtype of `other` |
#' | `x$cpu()` | `x` itself |
#' | `x$cuda()` | refused: there is only the CPU |
#' | `x$data()` | the same elements, outside the graph |
#' | `x$set_data(new_data)` | lets `x` see the elements of `new_data` from now on |
#' | `x$is_floating_point()`, `x$is_complex()`, `x$is_signed()` | about its dtype |
#' | `x$numel()`, `x$element_size()` | how many elements, and of how many bytes each |
#'
#' @param self a tensor.
#' @return `TRUE` or `FALSE`; the methods that convert: a tensor of the same shape.
#' @section Errors:
#' Refused are what is no tensor as `self` or `other`, an unknown dtype, any device but the CPU, a `dtype` that contradicts `other`, and
#' [torch_channels_last_format()] for other than four dimensions. Values are converted without a check: see [missing-values].
#' @examples
#' x <- torch_tensor(c(-1.7, 0, 3.9))
#' x$to(dtype = torch_int())
#' x$bool()
#' torch_is_floating_point(x)
#' torch_is_complex(x)
#' @name convert
NULL

#' @rdname convert
#' @export
torch_is_floating_point <- function(self) dtype_traits(self)$kind == "floating"
#' @rdname convert
#' @export
torch_is_complex <- function(self) dtype_traits(self)$kind == "complex"

#' Real and imaginary parts
#'
#' There are real tensors only so far: a tensor is its own real part and its own conjugate, and has no imaginary part.
#'
#' @param self a tensor of any shape and dtype.
#' @return `self`.
#' @section Errors:
#' `torch_imag()` refuses every tensor, and the others what is none and cannot become one, such as strings.
#' @examples
#' torch_real(torch_ones(2))
#' torch_conj(torch_ones(2))
#' try(torch_imag(torch_ones(2)))
#' @export
torch_real <- function(self) .Call(ffi_as_tensor, self, "self")
#' @rdname torch_real
#' @export
torch_conj <- function(self) .Call(ffi_as_tensor, self, "self")
#' @rdname torch_real
#' @export
torch_imag <- function(self) raise_error("a real tensor has no imaginary part, and complex tensors are not there yet")

#' Is it not zero?
#'
#' @param self a tensor of one element, of any dtype.
#' @return `TRUE` or `FALSE`.
#' @section Errors:
#' Tensors of several elements or of none are refused, and so is what is no tensor.
#' @examples
#' torch_is_nonzero(torch_tensor(2))
#' @export
torch_is_nonzero <- function(self) .Call(ffi_item, self) != 0

convert_methods <- list(
  item = function() .Call(ffi_item, self),
  to = function(dtype = NULL, device = NULL, other = NULL, non_blocking = FALSE, copy = FALSE, memory_format = NULL) {
    if (!is.null(device)) .Call(ffi_cpu_only, device)
    if (is.null(memory_format)) return(.Call(ffi_to, self, dtype, other, copy))
    in_format(.Call(ffi_to, self, dtype, other, copy), memory_format)
  },
  bool = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_bool(), NULL, FALSE), memory_format),
  double = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_double(), NULL, FALSE), memory_format),
  float = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_float(), NULL, FALSE), memory_format),
  half = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_half(), NULL, FALSE), memory_format),
  bfloat16 = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_bfloat16(), NULL, FALSE), memory_format),
  int = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_int(), NULL, FALSE), memory_format),
  long = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_long(), NULL, FALSE), memory_format),
  short = function(memory_format = NULL) in_format(.Call(ffi_to, self, torch_short(), NULL, FALSE), memory_format),
  type_as = function(other) .Call(ffi_to, self, NULL, other, FALSE),
  cpu = function(memory_format = NULL) in_format(self, memory_format),
  cuda = function(device = NULL, non_blocking = FALSE, memory_format = NULL) .Call(ffi_cpu_only, "cuda"),
  data = function() .Call(ffi_detach, self),
  set_data = function(new_data) invisible(.Call(ffi_set_data, self, new_data)),
  numel = function() .Call(ffi_numel, self),
  length = function() .Call(ffi_numel, self),
  element_size = function() dtype_traits(self)$bytes,
  is_signed = function() dtype_traits(self)$least < 0,
  is_conj = function() FALSE,
  is_neg = function() FALSE,
  is_inference = function() FALSE,
  is_distributed = function() FALSE,
  is_pinned = function(device = NULL) FALSE,
  is_quantized = function() FALSE,
  is_sparse = function() FALSE,
  is_sparse_csr = function() FALSE,
  is_coalesced = function() raise_error("is_coalesced() is for sparse tensors, and there are none"),
  has_names = function() FALSE,
  has_storage = function() !is_undefined_tensor(self),
  dense_dim = function() length(self$shape),
  sparse_dim = function() 0L,
  to_dense = function(dtype = NULL) .Call(ffi_to, self, dtype, NULL, FALSE),
  pin_memory = function(device = NULL) self,
  resolve_conj = function() self,
  resolve_neg = function() self,
  conj_physical = function() self,
  conj_physical_ = function() self
)
