#' What the just-in-time compiler would do
#'
#' There is no TorchScript here, so no function or module is traced, compiled or read in that form: each of these is an error that says
#' so. A function or a module of R runs as it is, and [saveRDS()] and [torch_save()] save it.
#'
#' `call_torch_function()` calls a function of this package by its name, exported or not.
#'
#' @param func,mod,obj,source,path,x what would be traced, saved, compiled, read or converted; not used.
#' @param strict,respect_mode not used.
#' @param name the name of a function that begins with `torch_`, as one string.
#' @param ... not used; of `call_torch_function()` the function's arguments.
#' @param quiet whether nothing is said of a function that is not exported.
#' @return Nothing; of `call_torch_function()` the function's value. `jit_ops` is an object of which every field is such an error.
#' @section Errors:
#' All but `call_torch_function()`, which refuses a name that is not that of such a function.
#' @examples
#' square <- function(x) x^2
#' try(jit_trace(square, torch_ones(1)))
#' try(jit_trace_module(nn_linear(1, 1), forward = torch_ones(1)))
#' try(jit_compile("def f(x): return x"))
#' try(jit_load("model.pt"))
#' try(jit_save(square, "model.pt"))
#' try(jit_save_for_mobile(square, "model.pt"))
#' try(jit_serialize(square))
#' try(jit_unserialize(raw()))
#' try(jit_scalar(1))
#' try(jit_tuple(list(1)))
#' try(jit_ops$aten)
#' call_torch_function("torch_square", torch_tensor(3))
#' @name jit
NULL

no_jit <- function(call = users_call()) {
  raise_error("there is no just-in-time compiler here: a function or a module of R runs as it is, and saveRDS() saves it", call)
}

#' @rdname jit
#' @export
jit_trace <- function(func, ..., strict = TRUE, respect_mode = TRUE) no_jit()
#' @rdname jit
#' @export
jit_trace_module <- function(mod, ..., strict = TRUE, respect_mode = TRUE) no_jit()
#' @rdname jit
#' @export
jit_compile <- function(source) no_jit()
#' @rdname jit
#' @export
jit_load <- function(path, ...) no_jit()
#' @rdname jit
#' @export
jit_save <- function(obj, path, ...) no_jit()
#' @rdname jit
#' @export
jit_save_for_mobile <- function(obj, path, ...) no_jit()
#' @rdname jit
#' @export
jit_serialize <- function(obj) no_jit()
#' @rdname jit
#' @export
jit_unserialize <- function(obj) no_jit()
#' @rdname jit
#' @export
jit_scalar <- function(x) no_jit()
#' @rdname jit
#' @export
jit_tuple <- function(x) no_jit()
#' @rdname jit
#' @export
jit_ops <- structure(list(), class = "torch_ops")
#' @export
`$.torch_ops` <- function(x, name) no_jit()
#' @export
.DollarNames.torch_ops <- function(x, pattern = "") character()
#' @export
print.torch_ops <- function(x, ...) {
  cat("<torch_ops> none: there is no just-in-time compiler here\n")
  invisible(x)
}

#' @rdname jit
#' @export
call_torch_function <- function(name, ..., quiet = FALSE) {
  if (!is_string(name) || !startsWith(name, "torch_")) raise_error("`name` must be the name of a function that begins with \"torch_\"")
  f <- get0(name, topenv(), mode = "function", inherits = FALSE)
  if (is.null(f)) raise_error(sprintf("`name` is that of no function: there is no %s()", name))
  if (!.Call(ffi_flag, quiet, "quiet") && !name %in% getNamespaceExports("rushlight")) message(name, "() is not exported, and may change")
  f(...)
}
