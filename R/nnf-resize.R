#' Resize
#'
#' `nnf_interpolate()` gives images another size. Each element of the output lies at a place of the input: with `align_corners`
#' the centres of the
#' outermost elements of both lie on each other, without it their outer edges. Its value is
#'
#' * `"nearest"`: (N, C, ...); the element below
#' * `"linear"`, `"bilinear"`, `"trilinear"`: (N, C, L), (N, C, H, W), (N, C, D, H, W); by the distances to both neighbours
#'   along each dimension
#' * `"bicubic"`: (N, C, H, W); by a cubic convolution of four neighbours, with a = -0.75
#' * `"area"`: (N, C, ...); the mean of what it covers, as [nnf_adaptive_avg_pool2d()]
#'
#' `nnf_grid_sample()` takes elements at the places of a grid, whose last dimension holds x and y (and z) between -1, the first
#' element, and 1, the
#' last; `nnf_affine_grid()` makes such a grid of affine maps. `nnf_pixel_shuffle()` is [torch_pixel_shuffle()].
#'
#' @param input a floating tensor of shape (N, C, ...); of a grid's samples (N, C, H, W).
#' @param size the size of the output: a number, or one for each dimension.
#' @param scale_factor instead of `size`, how much larger the output is: a number, or one for each dimension.
#' @param mode see above; of `nnf_grid_sample()` "bilinear", "nearest" or "bicubic".
#' @param align_corners see above.
#' @param recompute_scale_factor whether places follow from the rounded size rather than from `scale_factor` itself.
#' @param grid a tensor of shape (N, H out, W out, 2).
#' @param padding_mode what lies outside of the input: "zeros", "border" (the nearest element) or "reflection".
#' @param theta a batch of affine maps, (N, 2, 3) or (N, 3, 4).
#' @param upscale_factor by how much height and width grow.
#' @return A tensor of shape (N, C, ...); of `nnf_affine_grid()` (N, H, W, 2) or (N, D, H, W, 3).
#' @references Keys (1981), Cubic convolution interpolation for digital image processing. Jaderberg et al. (2015), Spatial
#'   transformer networks.
#' @section Errors:
#'   Both or neither of `size` and `scale_factor` are refused, a mode that is not for so many dimensions, and `align_corners`
#'   with "nearest" and
#'   "area".
#' @examples
#' x <- torch_tensor(array(1:4, c(1, 1, 2, 2)), dtype = torch_float())
#' nnf_interpolate(x, scale_factor = 2)
#' nnf_interpolate(x, size = c(3, 3), mode = "bilinear", align_corners = TRUE)
#' nnf_interpolate(x, size = 3, mode = "bicubic")
#' grid <- nnf_affine_grid(torch_tensor(array(c(1, 0, 0, 1, 0, 0), c(1, 2, 3))), c(1, 1, 2, 2))
#' nnf_grid_sample(x, grid)
#' nnf_pixel_shuffle(torch_ones(1, 4, 1, 1), 2)
#' @export
nnf_interpolate <- function(input, size = NULL, scale_factor = NULL, mode = "nearest", align_corners = FALSE,
                            recompute_scale_factor = NULL) {
  input <- .Call(ffi_as_tensor, input, "input")
  shape <- dim(input)
  ndim <- length(shape) - 2L
  one_of(mode, "mode", c("nearest", "linear", "bilinear", "bicubic", "trilinear", "area"))
  wanted <- c(linear = 1L, bilinear = 2L, bicubic = 2L, trilinear = 3L)[mode]
  if (ndim < 1L || ndim > 3L || (!is.na(wanted) && ndim != wanted)) {
    text <- "`mode` \"%s\" is not for an input of %d dimensions, of which the first two are samples and channels"
    raise_error(sprintf(text, mode, length(shape)))
  }
  if (mode != "nearest") floating_input(input)
  align_corners <- !is.null(align_corners) && .Call(ffi_flag, align_corners, "align_corners")
  if (align_corners && mode %in% c("nearest", "area")) raise_error(sprintf("`align_corners` is not for mode \"%s\"", mode))
  if (is.null(size) == is.null(scale_factor)) raise_error("`size` or `scale_factor` must be given, and not both")
  if (!is.null(size)) size <- .Call(ffi_integers, size, "size")
  if (!is.null(scale_factor)) scale_factor <- check_setting(scale_factor, "scale_factor")
  if (!is.null(recompute_scale_factor)) recompute_scale_factor <- .Call(ffi_flag, recompute_scale_factor, "recompute_scale_factor")
  inner <- shape[-(1:2)]
  scale <- NULL
  if (is.null(size)) {
    scale_factor <- rep(as.numeric(scale_factor), length.out = ndim)
    size <- floor(inner * scale_factor)
    if (!isTRUE(recompute_scale_factor)) scale <- 1 / scale_factor
  }
  size <- rep(as.numeric(size), length.out = ndim)
  if (any(size < 1)) raise_error("`size` must be 1 or more along each dimension")
  if (mode == "area") return(adaptive_avg_pool(ndim, input, size))
  taps <- switch(mode,
    nearest = nearest_taps,
    bicubic = cubic_taps,
    linear_taps
  )
  # As in PyTorch, a scale that keeps the size moves elements in these modes.
  resized <- size != inner | (mode %in% c("nearest", "bicubic") & !is.null(scale) & !align_corners)
  if (!any(resized)) return(torch_clone(input))
  for (d in which(resized)) {
    input <- resize_along(input, d + 2L, taps(inner[d], size[d], if (is.null(scale)) inner[d] / size[d] else scale[d], align_corners))
  }
  input
}

# Taps: for each element of the output, the places of the input (counted from 1) that it is made of, a row, with their weights.
nearest_taps <- function(n, size, scale, align_corners) {
  at <- pmin(floor((seq_len(size) - 1) * scale), n - 1)
  list(places = cbind(at + 1), weights = NULL)
}

source_places <- function(n, size, scale, align_corners) {
  if (align_corners) return(if (size > 1) (seq_len(size) - 1) * (n - 1) / (size - 1) else numeric(size))
  (seq_len(size) - 0.5) * scale - 0.5
}

linear_taps <- function(n, size, scale, align_corners) {
  at <- pmax(source_places(n, size, scale, align_corners), 0)
  low <- pmin(floor(at), n - 1)
  part <- at - low
  list(places = cbind(low, pmin(low + 1, n - 1)) + 1, weights = cbind(1 - part, part))
}

cubic_weights <- function(t, a = -0.75) {
  near <- function(x) ((a + 2) * x - (a + 3)) * x * x + 1
  far <- function(x) ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
  list(far(t + 1), near(t), near(1 - t), far(2 - t))
}

cubic_taps <- function(n, size, scale, align_corners) {
  at <- source_places(n, size, scale, align_corners)
  low <- floor(at)
  places <- pmin(pmax(outer(low, -1:2, `+`), 0), n - 1) + 1
  list(places = places, weights = do.call(cbind, cubic_weights(at - low)))
}

resize_along <- function(input, dim, taps) {
  out <- NULL
  sizes <- rep(1L, length(dim(input)))
  sizes[dim] <- nrow(taps$places)
  for (k in seq_len(ncol(taps$places))) {
    part <- input$index_select(dim, torch_tensor(taps$places[, k], dtype = torch_long()))
    if (!is.null(taps$weights)) part <- part * torch_tensor(taps$weights[, k], dtype = input$dtype)$view(sizes)
    out <- if (is.null(out)) part else out + part
  }
  out
}

#' @rdname nnf_interpolate
#' @export
nnf_affine_grid <- function(theta, size, align_corners = FALSE) {
  theta <- .Call(ffi_as_tensor, theta, "theta")
  size <- .Call(ffi_integers, size, "size")
  align_corners <- .Call(ffi_flag, align_corners, "align_corners")
  if (!torch_is_floating_point(theta)) {
    raise_error(sprintf("`theta` must be a floating tensor, not a %s one; convert it by $to(dtype = torch_float())", theta$dtype))
  }
  ndim <- length(size) - 2L
  if (!ndim %in% 2:3 || length(dim(theta)) != 3L || any(dim(theta) != c(size[1L], ndim, ndim + 1L))) {
    raise_error("`theta` must have the shape (N, 2, 3) for a `size` of (N, C, H, W), or (N, 3, 4) for (N, C, D, H, W)")
  }
  along <- function(n) {
    at <- if (n > 1) seq(-1, 1, length.out = n) else 0
    torch_tensor(if (align_corners) at else at * (n - 1) / n, dtype = theta$dtype)
  }
  inner <- size[-(1:2)]
  axes <- lapply(seq_len(ndim), function(d) {
    sizes <- rep(1L, ndim)
    sizes[d] <- inner[d]
    along(inner[d])$view(sizes)$expand(inner)
  })
  places <- torch_stack(c(rev(axes), list(torch_ones(inner, dtype = theta$dtype))), dim = -1L)$view(c(-1L, ndim + 1L))
  torch_matmul(places, theta$transpose(2L, 3L))$view(c(size[1L], inner, ndim))
}

#' @rdname nnf_interpolate
#' @export
nnf_grid_sample <- function(input, grid, mode = c("bilinear", "nearest", "bicubic"), padding_mode = c("zeros", "border", "reflection"),
                            align_corners = FALSE) {
  mode <- match_one(mode, "mode", c("bilinear", "nearest", "bicubic"))
  padding_mode <- match_one(padding_mode, "padding_mode", c("zeros", "border", "reflection"))
  align_corners <- .Call(ffi_flag, align_corners, "align_corners")
  check_tensor(input, "input")
  check_tensor(grid, "grid")
  if (length(dim(input)) != 4L) raise_error("`input` must have the shape (N, C, H, W)")
  if (length(dim(grid)) != 4L || dim(grid)[4L] != 2L || dim(grid)[1L] != dim(input)[1L]) {
    raise_error("`grid` must have the shape (N, H out, W out, 2), with the N of `input`")
  }
  height <- dim(input)[3L]
  width <- dim(input)[4L]
  unscale <- function(x, n) if (align_corners) (x + 1) * ((n - 1) / 2) else ((x + 1) * n - 1) / 2
  x <- unscale(grid$select(4L, 1L), width)
  y <- unscale(grid$select(4L, 2L), height)
  bound <- function(at, n) bounded_places(at, n, padding_mode, align_corners)
  if (mode != "bicubic") {
    x <- bound(x, width)
    y <- bound(y, height)
  }
  if (mode == "nearest") {
    x <- torch_round(x)
    out <- grid_values(input, torch_round(y), x)
    # The derivative by the grid is zero, and is there.
    return(if (grid$requires_grad) torch_where(torch_ones_like(out, dtype = torch_bool()), out, x$unsqueeze(2L)) else out)
  }
  left <- torch_floor(x)
  top <- torch_floor(y)
  if (mode == "bilinear") {
    along <- function(at, low) list(1 - (at - low), at - low)
    across <- along(x, left)
    down <- along(y, top)
    steps <- 0:1
  } else {
    across <- cubic_weights(x - left)
    down <- cubic_weights(y - top)
    steps <- -1:2
  }
  out <- 0
  for (i in seq_along(steps)) {
    for (j in seq_along(steps)) {
      row <- top + steps[i]
      column <- left + steps[j]
      if (mode == "bicubic") {
        row <- bound(row, height)
        column <- bound(column, width)
      }
      out <- out + grid_values(input, row, column) * (down[[i]] * across[[j]])$unsqueeze(2L)
    }
  }
  out
}

match_one <- function(x, name, choices, call = users_call()) {
  if (identical(x, choices)) return(choices[1L])
  one_of(x, name, choices, call)
  x
}

# Places counted from 0, brought into the input.
bounded_places <- function(at, n, padding_mode, align_corners) {
  if (padding_mode == "zeros") return(at)
  if (padding_mode == "reflection") {
    low <- if (align_corners) 0 else -0.5
    span <- if (align_corners) n - 1 else n
    if (span <= 0) return(at * 0)
    from <- torch_abs(at - low)
    turns <- torch_floor(from$detach() / span)
    rest <- from - turns * span
    at <- torch_where(turns$detach() %% 2 == 0, rest, span - rest) + low
  }
  torch_clamp(at, 0, n - 1)
}

# The elements at rows and columns, counted from 0; 0 outside.
grid_values <- function(input, row, column) {
  shape <- dim(input)
  within <- (row >= 0) & (row <= shape[3L] - 1) & (column >= 0) & (column <= shape[4L] - 1)
  at <- function(x, n) torch_clamp(x$detach(), 0, n - 1)
  place <- (at(row, shape[3L]) * shape[4L] + at(column, shape[4L]) + 1)$to(dtype = torch_long())
  out <- dim(row)
  count <- prod(out[-1L])
  flat <- input$reshape(c(shape[1:2], prod(shape[3:4])))$gather(3L, place$view(c(shape[1L], 1L, count))$expand(c(shape[1:2], count)))
  flat$view(c(shape[1:2], out[-1L])) * within$unsqueeze(2L)
}

#' @rdname nnf_interpolate
#' @export
nnf_pixel_shuffle <- function(input, upscale_factor) torch_pixel_shuffle(.Call(ffi_as_tensor, input, "input"), upscale_factor)
