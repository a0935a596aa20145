#' Element types
#'
#' Every tensor has one element type, its dtype. These functions name them, to be given as the `dtype` of functions
#' that make tensors or to `$to()`.
#'
#' | dtype | also called | what it holds |
#' |---|---|---|
#' | `torch_bool()` | | `TRUE` and `FALSE`, in a byte |
#' | `torch_uint8()` | | 0 to 255 |
#' | `torch_int8()` | | -128 to 127 |
#' | `torch_int16()` | `torch_short()` | integers of 16 bits |
#' | `torch_int32()` | `torch_int()` | integers of 32 bits |
#' | `torch_int64()` | `torch_long()` | integers of 64 bits: R's integers become these |
#' | `torch_float16()` | `torch_half()` | floating numbers of 16 bits: 11 bits of precision, up to 65504 |
#' | `torch_bfloat16()` | | floating numbers of 16 bits: 8 bits of precision, the range of `torch_float()` |
#' | `torch_float32()` | `torch_float()` | floating numbers of 32 bits: R's numbers become these |
#' | `torch_float64()` | `torch_double()` | floating numbers of 64 bits, as R's own |
#'
#' The names are also understood as strings: `dtype = "double"`. Complex and quantized dtypes are not there yet.
#'
#' Two dtypes are compared with `==`; `as.character()` gives the name that a printed tensor shows. The field
#' `$is_floating_point` tells whether the dtype holds floating numbers, which alone can require gradients.
#'
#' @return An object of class `torch_dtype`.
#' @section Errors:
#' The functions take no arguments. A dtype has no other fields than `$is_floating_point`, `$is_complex` and `$.type()`, its name,
#' and comparing it with `NULL` is refused. What takes a `dtype` refuses strings that name none.
#' @examples
#' torch_float()
#' torch_tensor(1:3)$dtype == torch_int64()
#' torch_tensor(1:3, dtype = torch_double())
#' torch_float16()$is_floating_point
#' is_torch_dtype("float")
#' torch_tensor(c(0, 2))$to(dtype = torch_bool())
#' torch_tensor(c(1.01, 300))$to(dtype = torch_bfloat16())
#' torch_ones(1, dtype = torch_uint8()) + torch_ones(1, dtype = torch_int8())
#' # two names of one dtype
#' c(torch_short() == torch_int16(), torch_int() == torch_int32(), torch_long() == torch_int64())
#' c(torch_half() == torch_float16(), torch_float() == torch_float32())
#' torch_double() == torch_float64()
#' @name torch_dtype
NULL

# What the core's table of dtypes says of a dtype, or of a tensor's: name, kind ("boolean", "integer", "floating" or "complex"), bytes,
# digits, least and largest.
dtype_traits <- function(x) .Call(ffi_dtype_traits, x)
is_floating_dtype <- function(dtype) dtype_traits(dtype)$kind == "floating"

# Integers and booleans become floating.
as_inexact <- function(x) if (dtype_traits(x)$kind %in% c("boolean", "integer")) x$to(dtype = torch_get_default_dtype()) else x

#' @rdname torch_dtype
#' @export
torch_bool <- function() .Call(ffi_dtype, "bool")
#' @rdname torch_dtype
#' @export
torch_uint8 <- function() .Call(ffi_dtype, "uint8")
#' @rdname torch_dtype
#' @export
torch_int8 <- function() .Call(ffi_dtype, "int8")
#' @rdname torch_dtype
#' @export
torch_int16 <- function() .Call(ffi_dtype, "int16")
#' @rdname torch_dtype
#' @export
torch_short <- torch_int16
#' @rdname torch_dtype
#' @export
torch_int32 <- function() .Call(ffi_dtype, "int32")
#' @rdname torch_dtype
#' @export
torch_int <- torch_int32
#' @rdname torch_dtype
#' @export
torch_int64 <- function() .Call(ffi_dtype, "int64")
#' @rdname torch_dtype
#' @export
torch_long <- torch_int64
#' @rdname torch_dtype
#' @export
torch_float16 <- function() .Call(ffi_dtype, "float16")
#' @rdname torch_dtype
#' @export
torch_half <- torch_float16
#' @rdname torch_dtype
#' @export
torch_bfloat16 <- function() .Call(ffi_dtype, "bfloat16")
#' @rdname torch_dtype
#' @export
torch_float32 <- function() .Call(ffi_dtype, "float32")
#' @rdname torch_dtype
#' @export
torch_float <- torch_float32
#' @rdname torch_dtype
#' @export
torch_float64 <- function() .Call(ffi_dtype, "float64")
#' @rdname torch_dtype
#' @export
torch_double <- torch_float64

#' @export
as.character.torch_dtype <- function(x, ...) dtype_traits(x)$name
#' @export
format.torch_dtype <- function(x, ...) paste0("torch_", as.character(x))
#' @export
print.torch_dtype <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}
#' @export
`==.torch_dtype` <- function(e1, e2) same_dtype(e1, e2)
#' @export
`!=.torch_dtype` <- function(e1, e2) !same_dtype(e1, e2)
same_dtype <- function(e1, e2) {
  if (is.null(e1) || is.null(e2)) raise_error("a dtype is compared with NULL: is the field or argument there?", users_call())
  is_torch_dtype(e1) && is_torch_dtype(e2) && identical(unclass(e1), unclass(e2))
}
#' @export
`$.torch_dtype` <- function(x, name) {
  switch(name,
    is_floating_point = is_floating_dtype(x),
    is_complex = dtype_traits(x)$kind == "complex",
    .type = function() as.character(x),
    raise_error(sprintf("a dtype has no field `%s`; it has `is_floating_point`, `is_complex` and `.type()`", name))
  )
}

#' @param x any object.
#' @rdname torch_dtype
#' @return `is_torch_dtype()`: `TRUE` or `FALSE`.
#' @export
is_torch_dtype <- function(x) inherits(x, "torch_dtype")

#' Is it a scheme of quantisation?
#'
#' There are none.
#' @param x any object.
#' @return `FALSE`.
#' @section Errors:
#' None.
#' @examples
#' is_torch_qscheme(torch_float())
#' @export
is_torch_qscheme <- function(x) FALSE

check_dtype <- function(dtype, argument, call = users_call()) {
  is_one <- is_torch_dtype(dtype) && is.integer(dtype) && length(dtype) == 1L
  if (!is_one) raise_error(sprintf("`%s` must be a dtype such as torch_float()", argument), call)
}

#' The default floating dtype
#'
#' What R's numbers become where no `dtype` is given: single precision, until another floating dtype is set.
#'
#' @param d a floating dtype.
#' @return The default dtype; `torch_set_default_dtype()` returns it invisibly.
#' @section Errors:
#' `d` must be a dtype, not its name, and floating.
#' @examples
#' old <- torch_get_default_dtype()
#' torch_set_default_dtype(torch_double())
#' torch_tensor(0.1)$dtype
#' torch_set_default_dtype(old)
#' @export
torch_get_default_dtype <- function() .Call(ffi_default_dtype, NULL)
#' @rdname torch_get_default_dtype
#' @export
torch_set_default_dtype <- function(d) {
  check_dtype(d, "d")
  invisible(.Call(ffi_default_dtype, d))
}

#' Type promotion
#'
#' `torch_promote_types()` tells the smallest dtype of the kinds of both that holds the values of both.
#' `torch_result_type()` tells the dtype of an arithmetic result: as between dtypes, but a tensor of no dimensions,
#' and still more a number of R, does not widen a tensor of the same kind. `torch_can_cast()` tells whether a dtype
#' may be written into another in place: not if that went down from floating numbers to integers, or from numbers to
#' booleans.
#'
#' @param type1,type2,from_,to dtypes, or their names.
#' @param tensor1,tensor2 tensors of any shape, or numbers.
#' @return A dtype; `torch_can_cast()`: `TRUE` or `FALSE`.
#' @section Errors:
#' Refused are dtypes that are none, and `NULL` and strings as tensors.
#' @examples
#' torch_promote_types(torch_uint8(), torch_int8())
#' torch_result_type(torch_tensor(1:3), 2.5)
#' torch_can_cast(torch_float(), torch_int())
#' @export
torch_promote_types <- function(type1, type2) .Call(ffi_promote_types, type1, type2)
#' @rdname torch_promote_types
#' @export
torch_result_type <- function(tensor1, tensor2) .Call(ffi_result_type, tensor1, tensor2)
#' @rdname torch_promote_types
#' @export
torch_can_cast <- function(from_, to) .Call(ffi_can_cast, from_, to)

#' Limits of dtypes
#'
#' @param dtype a floating dtype for `torch_finfo()`, one of integers for `torch_iinfo()`.
#' @return A list: `bits`, the size of an element; `max` and `min`, the largest and the lowest value; for floating
#'   dtypes also `eps`, the distance from 1 to the next number, `tiny`, the smallest normal number, and `resolution`,
#'   the decimal one.
#' @section Errors:
#' `dtype` must be a dtype, not its name. `torch_finfo()` refuses those of integers, `torch_iinfo()` the floating ones, both `torch_bool()`.
#' @examples
#' torch_finfo(torch_float())$eps
#' torch_iinfo(torch_int16())$max
#' @export
torch_finfo <- function(dtype) {
  check_dtype(dtype, "dtype")
  traits <- dtype_traits(dtype)
  if (traits$kind != "floating") raise_error(sprintf("`dtype` must be floating, not %s; torch_iinfo() is for integers", traits$name))
  exponent <- floor(log2(traits$largest))
  list(
    bits = 8L * traits$bytes,
    max = traits$largest, min = traits$least, eps = 2^(1 - traits$digits), tiny = 2^(1 - exponent),
    resolution = 10^-floor((traits$digits - 1) * log10(2))
  )
}
#' @rdname torch_finfo
#' @export
torch_iinfo <- function(dtype) {
  check_dtype(dtype, "dtype")
  traits <- dtype_traits(dtype)
  if (traits$kind != "integer") {
    raise_error(sprintf("`dtype` must be one of integers, not %s; torch_finfo() is for floating ones", traits$name))
  }
  list(bits = 8L * traits$bytes, max = traits$largest, min = traits$least)
}
