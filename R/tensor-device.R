#' Devices
#'
#' Where a tensor lives. There is one device, the CPU; `torch_device()` can describe others, so that code which asks
#' can be written, but no tensor can be put there.
#'
#' @param type `"cpu"`, or another type of device; an index may follow a colon.
#' @param index the number of the device among those of its type, or `NULL`.
#' @param x any object.
#' @return An object of class `torch_device` with the fields `type` and `index`. Two are compared with `==`;
#'   `as.character()` gives the string that `type` takes, such as "cuda:1". `is_torch_device()`: `TRUE` or `FALSE`.
#' @section Errors:
#' `type` must be one string, `"cpu"`, `"cuda"`, `"mps"` or `"meta"`; an index that is no integer from 0 on, or given twice, is refused.
#' @examples
#' torch_device("cpu")
#' is_torch_device(torch_device("cuda", 1))
#' torch_ones(2)$device == torch_device("cpu")
#' @export
torch_device <- function(type, index = NULL) {
  if (is_torch_device(type)) return(type)
  if (!is_string(type)) raise_error("`type` must be one string such as \"cpu\"")
  parts <- strsplit(type, ":", fixed = TRUE)[[1L]]
  if (length(parts) == 2L) {
    if (!is.null(index)) raise_error("`index` is given, and again within `type`")
    index <- suppressWarnings(as.integer(parts[2L]))
  }
  if (length(parts) > 2L || !parts[1L] %in% c("cpu", "cuda", "mps", "meta")) {
    raise_error(sprintf("`type` must be \"cpu\", \"cuda\", \"mps\" or \"meta\", perhaps with an index behind a colon; it is \"%s\"", type))
  }
  if (!is.null(index)) {
    if (!is.numeric(index)) raise_error("`index` must be an integer, 0 or more")
    index <- suppressWarnings(as.integer(index))
    if (length(index) != 1L || is.na(index) || index < 0L) raise_error("`index` must be an integer, 0 or more")
  }
  structure(list(type = parts[1L], index = index), class = "torch_device")
}

cpu_device <- structure(list(type = "cpu", index = NULL), class = "torch_device")

#' @rdname torch_device
#' @export
is_torch_device <- function(x) inherits(x, "torch_device")

#' @export
as.character.torch_device <- function(x, ...) paste(c(x$type, x$index), collapse = ":")
#' @export
format.torch_device <- function(x, ...) {
  index <- if (is.null(x$index)) "" else paste0(", index=", x$index)
  sprintf("torch_device(type='%s'%s)", x$type, index)
}
#' @export
print.torch_device <- function(x, ...) {
  cat(format(x), "\n")
  invisible(x)
}
# No index and index 0 are the same place for the CPU alone.
same_device <- function(a, b) {
  identical(a$type, b$type) && (identical(a$index, b$index) || identical(a$type, "cpu"))
}
#' @export
`==.torch_device` <- function(e1, e2) is_torch_device(e1) && is_torch_device(e2) && same_device(e1, e2)
#' @export
`!=.torch_device` <- function(e1, e2) !(e1 == e2)

#' Code that names a device
#'
#' Within `with_device()`, and until the end of the function that calls `local_device()`, tensors are made on the
#' device named: as there is only the CPU, they check that it was meant.
#'
#' @param code an expression.
#' @param ... must be empty.
#' @param device a device, or its name.
#' @param .env the frame to whose end the device holds.
#' @return `with_device()`: the value of `code`. `local_device()`: the device, invisibly.
#' @section Errors:
#' Any device but the CPU is refused. `device` has to be named in `with_device()`; further arguments are refused.
#' @examples
#' with_device(torch_ones(2), device = "cpu")
#' zeros_there <- function(n, device) {
#'   local_device(device)
#'   torch_zeros(n)
#' }
#' zeros_there(2, "cpu")
#' try(zeros_there(2, "cuda"))
#' @export
with_device <- function(code, ..., device) {
  no_dots(...)
  .Call(ffi_cpu_only, device)
  code
}
#' @rdname with_device
#' @export
local_device <- function(device, ..., .env = parent.frame()) {
  no_dots(...)
  .Call(ffi_cpu_only, device)
  invisible(torch_device(device))
}

#' What this build can do
#'
#' There are no accelerators, and no library of Intel's: these tell so. `backends_openmp_is_available()` tells whether
#' the package was compiled with OpenMP, without which everything runs on one thread.
#'
#' @return `TRUE` or `FALSE`; `cuda_device_count()`: 0.
#' @section Errors:
#' The functions take no arguments, and refuse any.
#' @examples
#' cuda_is_available()
#' cuda_device_count()
#' c(
#'   cudnn = backends_cudnn_is_available(),
#'   mps = backends_mps_is_available(),
#'   mkl = backends_mkl_is_available(),
#'   mkldnn = backends_mkldnn_is_available(),
#'   openmp = backends_openmp_is_available()
#' )
#' @export
cuda_is_available <- function() FALSE
#' @rdname cuda_is_available
#' @export
cuda_device_count <- function() 0L
#' @rdname cuda_is_available
#' @export
backends_cudnn_is_available <- function() FALSE
#' @rdname cuda_is_available
#' @export
backends_mps_is_available <- function() FALSE
#' @rdname cuda_is_available
#' @export
backends_mkl_is_available <- function() FALSE
#' @rdname cuda_is_available
#' @export
backends_mkldnn_is_available <- function() FALSE
#' @rdname cuda_is_available
#' @export
backends_openmp_is_available <- function() .Call(ffi_has_openmp)

#' Threads
#'
#' Large work is shared among threads; what is computed does not depend on how many there are.
#'
#' @param num_threads how many threads may work at once: 1 or more.
#' @return `torch_get_num_threads()`: how many there are; `torch_get_num_interop_threads()`: 1. The others: `NULL`, invisibly. The interop
#'   functions exist for programs that call them: no two operations ever run at the same time.
#' @section Errors:
#' A number of threads that is no integer, is `NA`, or is below 1 (below 0 for the interop threads) is refused.
#' @examples
#' threads <- torch_get_num_threads()
#' torch_set_num_threads(1)
#' torch_get_num_threads()
#' torch_set_num_threads(threads)
#' torch_set_num_interop_threads(1)
#' torch_get_num_interop_threads()
#' @export
torch_get_num_threads <- function() .Call(ffi_num_threads)
#' @rdname torch_get_num_threads
#' @export
torch_set_num_threads <- function(num_threads) invisible(.Call(ffi_set_num_threads, num_threads))
#' @rdname torch_get_num_threads
#' @export
torch_get_num_interop_threads <- function() 1L
#' @rdname torch_get_num_threads
#' @export
torch_set_num_interop_threads <- function(num_threads) {
  .Call(ffi_count, num_threads, "num_threads")
  invisible()
}

#' Layouts and memory formats
#'
#' A tensor is strided: that is the one layout. A memory format is the order in which its dimensions lie in memory:
#' preserved from where the tensor came, contiguous, with the last dimension lying closest, or, of four dimensions, with the
#' second lying closest.
#'
#' @param x any object.
#' @return Objects of class `torch_layout` or `torch_memory_format`; `TRUE` or `FALSE`.
#' @section Errors:
#' These refuse nothing; what takes a `layout` or a `memory_format` refuses other objects, strings among them.
#' @examples
#' torch_strided()
#' is_torch_layout(torch_strided())
#' torch_contiguous_format() == torch_preserve_format()
#' is_torch_memory_format(torch_preserve_format())
#' x <- torch_zeros(1, 2, 3, 4)
#' x$contiguous(memory_format = torch_channels_last_format())$stride()
#' @export
torch_strided <- function() structure("strided", class = "torch_layout")
#' @rdname torch_strided
#' @export
torch_contiguous_format <- function() structure("contiguous_format", class = "torch_memory_format")
#' @rdname torch_strided
#' @export
torch_preserve_format <- function() structure("preserve_format", class = "torch_memory_format")
#' @rdname torch_strided
#' @export
torch_channels_last_format <- function() structure("channels_last_format", class = "torch_memory_format")
#' @rdname torch_strided
#' @export
is_torch_layout <- function(x) inherits(x, "torch_layout")
#' @rdname torch_strided
#' @export
is_torch_memory_format <- function(x) inherits(x, "torch_memory_format")
#' @export
print.torch_layout <- function(x, ...) {
  cat("torch_", x, "\n", sep = "")
  invisible(x)
}
#' @export
print.torch_memory_format <- print.torch_layout
#' @export
`==.torch_memory_format` <- function(e1, e2) is_torch_memory_format(e1) && is_torch_memory_format(e2) && identical(unclass(e1), unclass(e2))

check_layout <- function(layout, call = users_call()) {
  if (!is_torch_layout(layout)) raise_error("`layout` must be NULL or torch_strided(): all tensors are strided", call)
}

check_format <- function(memory_format, call = users_call()) {
  is_format <- is.null(memory_format) || is_torch_memory_format(memory_format)
  if (!is_format) raise_error("`memory_format` must be a format such as torch_contiguous_format()", call)
}

# x with its dimensions in another order in memory.
in_format <- function(x, memory_format, call = users_call()) {
  if (is.null(memory_format)) return(x)
  check_format(memory_format, call)
  switch(unclass(memory_format),
    preserve_format = x,
    contiguous_format = .Call(ffi_contiguous, x),
    channels_last_format = channels_first(.Call(ffi_contiguous, channels_last(x, call)))
  )
}
channels_last <- function(x, call) {
  if (x$ndim != 4L) raise_error(sprintf("torch_channels_last_format() is for tensors of 4 dimensions; this one has %d", x$ndim), call)
  .Call(ffi_permute, x, c(1L, 3L, 4L, 2L))
}
channels_first <- function(x) .Call(ffi_permute, x, c(1L, 4L, 2L, 3L))

#' Installation
#'
#' The package needs no library beside itself. These functions exist because programs written for torch call them.
#'
#' @param recheck,reinstall,check_writable,.inform_restart,version,type,libtorch,liblantern,verbose,... not used.
#' @return `torch_is_installed()`: `TRUE`. `install_torch()`, `install_torch_from_file()` and `install_torch_sitrep()`: `NULL`, invisibly,
#'   after saying so. `torch_install_path()`: where the package is, a string. `get_install_libs_url()`: no string.
#' @section Errors:
#' None: the arguments are not looked at.
#' @examples
#' torch_is_installed()
#' install_torch()
#' install_torch_from_file()
#' install_torch_sitrep()
#' get_install_libs_url()
#' basename(torch_install_path())
#' @export
torch_is_installed <- function(recheck = FALSE) TRUE
#' @rdname torch_is_installed
#' @export
install_torch <- function(reinstall = FALSE, ..., .inform_restart = TRUE) {
  message("Nothing needs installing: rushlight brings all it needs.")
  invisible(NULL)
}
#' @rdname torch_is_installed
#' @export
install_torch_from_file <- function(version = NA, type = NA, libtorch, liblantern, ...) install_torch()
#' @rdname torch_is_installed
#' @export
install_torch_sitrep <- function(verbose = TRUE) install_torch()
#' @rdname torch_is_installed
#' @export
get_install_libs_url <- function(version = NA, type = NA) character()
#' @rdname torch_is_installed
#' @export
torch_install_path <- function(check_writable = FALSE) system.file(package = "rushlight")
