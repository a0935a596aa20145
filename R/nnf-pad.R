#' Pad a tensor
#'
#' Adds elements before and after the others along some dimensions, or takes some away.
#'
#' | `mode` | what is added |
#' |---|---|
#' | `"constant"` | `value` |
#' | `"reflect"` | the elements next to the end, mirrored at the last one |
#' | `"replicate"` | the last element |
#' | `"circular"` | the elements of the other end |
#'
#' @param input a tensor of any shape.
#' @param pad how many elements are added before and after, the last dimension first: `c(left, right, top, bottom, ...)`.
#'   Negative ones are taken
#'   away.
#' @param mode see above.
#' @param value the constant; 0 if `NULL`.
#' @return A tensor, larger by `pad`.
#' @section Errors:
#'   A `pad` of odd length or with more pairs than there are dimensions is refused, and one larger than what there is to be mirrored or
#'   repeated.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2, byrow = TRUE), dtype = torch_float())
#' nnf_pad(x, c(1, 2), value = 9)
#' nnf_pad(x, c(1, 1, 0, 1), mode = "replicate")
#' nnf_pad(x, c(2, 0), mode = "reflect")
#' nnf_pad(x, c(1, -1), mode = "circular")
#' @export
nnf_pad <- function(input, pad, mode = "constant", value = NULL) {
  input <- .Call(ffi_as_tensor, input, "input")
  one_of(mode, "mode", c("constant", "reflect", "replicate", "circular"))
  if (mode == "constant") return(.Call(ffi_constant_pad, input, pad, if (is.null(value)) 0 else value))
  if (!is.null(value) && .Call(ffi_number, value, "value") != 0) raise_error("`value` is for `mode = \"constant\"` alone")
  pad <- .Call(ffi_integers, pad, "pad")
  ndim <- length(dim(input))
  if (length(pad) %% 2L || length(pad) > 2L * ndim) {
    raise_error(sprintf("`pad` must have two numbers for each dimension to be padded, of which there are at most %d", ndim))
  }
  if (all(pad == 0)) return(torch_clone(input))
  # The same numbers, and a second derivative that is zero rather than absent, as PyTorch has it for these modes.
  if (mode != "circular" && input$requires_grad) input <- nnf_leaky_relu(input, 1)
  for (k in seq_len(length(pad) / 2L)) {
    both <- pad[2L * k - 1:0]
    if (all(both == 0)) next
    dim <- ndim + 1L - k
    if (mode == "circular" && any(both < 0)) { # what is taken away is not repeated at the other end
      cut <- rep(0L, 2L * k)
      cut[2L * k - 1:0] <- pmin(both, 0L)
      input <- .Call(ffi_constant_pad, input, cut, 0)
      both <- pmax(both, 0L)
    }
    input <- input$index_select(dim, torch_tensor(padded_places(dim(input)[dim], both, mode), dtype = torch_long()))
  }
  input
}

# Which elements, counted from 1, stand along a dimension of n.
padded_places <- function(n, both, mode, call = users_call()) {
  largest <- switch(mode,
    reflect = n - 1L,
    circular = n,
    replicate = if (n > 0L) Inf else 0L
  )
  if (any(both > largest)) {
    text <- "`pad` must be at most %g along a dimension of %d in mode \"%s\"; it is %g and %g"
    raise_error(sprintf(text, largest, n, mode, both[1L], both[2L]), call)
  }
  if (n + sum(both) < 0L) raise_error(sprintf("`pad` takes away more than the %d elements of a dimension", n), call)
  at <- seq_len(n + sum(both)) - both[1L]
  switch(mode,
    reflect = ifelse(at < 1, 2 - at, ifelse(at > n, 2 * n - at, at)),
    replicate = pmin(pmax(at, 1), n),
    circular = (at - 1) %% max(n, 1L) + 1
  )
}
