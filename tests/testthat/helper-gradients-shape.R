m <- list(c(3, 4))
cube <- list(c(2, 3, 4))

gradient_case("view", function(x) x$contiguous()$view(c(2L, -1L)), m, except = c("empty", "scalar"))
gradient_case("view", function(x) x$clone()$view_as(x), m)
gradient_case(
  "reshape_alias", function(x) .Call(ffi_dense_copy, x)$reshape(c(2L, 6L)),
  m, except = c("empty", "scalar")
)
gradient_case("unsafe_view", function(x) x$t()$reshape(12L) * 2, m, except = c("empty", "scalar"))
gradient_case("alias", function(x) x$alias(), m)
gradient_case("dense_copy", function(x) .Call(ffi_dense_copy, x), m)
gradient_case("clone", torch_clone, m)
gradient_case("expand", function(x) x$unsqueeze(1L)$expand(c(2L, -1L, -1L)), m, except = "scalar")
gradient_case("permute", function(x) x$permute(c(3L, 1L, 2L)), cube, except = "scalar")
gradient_case("permute", function(x) x$permute(-seq_len(x$ndim)), cube)
gradient_case("transpose", function(x) torch_transpose(x, 1L, -1L), cube)
gradient_case("t", torch_t, m)
gradient_case("squeeze", function(x) torch_squeeze(x), list(c(3, 1, 2)))
gradient_case("squeeze", function(x) torch_squeeze(x, -1L), list(c(3, 2, 1)))
gradient_case("unsqueeze", function(x) torch_unsqueeze(x, -1L), m)

gradient_case("select", function(x) x$select(2L, -2L), m, except = "scalar")
gradient_case("slice", function(x) x$slice(2L, 2L, 4L, 2L), m, except = "scalar")
gradient_case("diagonal", function(x) torch_diagonal(x, offset = 1L), m, except = "scalar")
gradient_case("diagonal", function(x) torch_diagonal(x, dim1 = 3L, dim2 = 1L, offset = -1L), cube, except = "scalar")
gradient_case("unfold", function(x) x$unfold(2L, 3L, 1L), m, except = "scalar")
gradient_case(
  "select_scatter", function(x, part) x$select_scatter(part, 2L, 3L),
  list(c(3, 4), 3), empty = list(c(0, 4), 0), except = "scalar"
)
gradient_case(
  "slice_scatter", function(x, part) x$slice_scatter(part, 2L, 1L, 4L, 2L),
  list(c(3, 4), c(3, 2)), except = "scalar"
)
gradient_case(
  "diagonal_scatter", function(x, part) x$diagonal_scatter(part, 1L),
  list(c(3, 4), 3), empty = list(c(0, 4), 0), except = "scalar"
)

gradient_case("unbind", function(x) torch_unbind(x, 2L), m, except = "scalar")
gradient_case("split", function(x) torch_split(x, 3L, 2L), m, except = "scalar")
gradient_case("split", function(x) torch_chunk(x, 3L, 2L)[[2]], m, except = "scalar")
gradient_case("split_with_sizes", function(x) torch_split(x, c(1L, 3L), 2L), m, except = "scalar")
gradient_case("unsafe_split", function(x) torch_unsafe_split(x, 3L, 2L), m, except = "scalar")
gradient_case("unsafe_split_with_sizes", function(x) x$unsafe_split_with_sizes(c(1L, 3L), 2L), m, except = "scalar")

gradient_case("cat", function(a, b) torch_cat(list(a, b, a), 1L), list(c(3, 4), c(2, 4)), except = "scalar")
gradient_case("cat", function(a, b) torch_cat(list(a, b), -1L), list(c(3, 4), c(3, 2)), except = "scalar")
gradient_case("stack", function(a, b) torch_stack(list(a, b, a), -1L), list(c(3, 4), c(3, 4)))
gradient_case("block_diag", function(a, b) torch_block_diag(list(a, b)), list(c(3, 4), 2))

gradient_case("flip", function(x) torch_flip(x, c(1L, 3L)), cube, except = "scalar")
gradient_case("rot90", function(x) torch_rot90(x, 3L, c(1L, 3L)), cube, except = "scalar")
gradient_case("rot90", function(x) torch_rot90(x, -2L), m, except = "scalar")
gradient_case("roll", function(x) torch_roll(x, 5L), m)
gradient_case("roll", function(x) torch_roll(x, c(1L, -5L), c(1L, 2L)), m, except = "scalar")
gradient_case("repeat", function(x) x$`repeat`(c(2L, 1L, 3L)), m)
gradient_case(
  c("pixel_shuffle", "pixel_unshuffle"), function(x) torch_pixel_shuffle(x, 2L),
  list(c(2, 8, 2, 3)), except = "scalar"
)
gradient_case("pixel_unshuffle", function(x) .Call(ffi_pixel_unshuffle, x, 2L), list(c(2, 1, 4, 2)), except = "scalar")

gradient_case("tril", function(x) torch_tril(x, -1L), cube, except = "scalar")
gradient_case("triu", function(x) torch_triu(x, 1L), cube, except = "scalar")
gradient_case("diag_embed", function(x) torch_diag_embed(x, -1L, 1L, 3L), m, except = "scalar")
gradient_case("diag", function(x) torch_diag(x, 1L), list(3), except = "scalar")
gradient_case("diag", function(x) torch_diag(x, -1L), m, except = "scalar")

# What is put together from these.
gradient_case(character(), function(x) torch_channel_shuffle(x, 2L), list(c(2, 4, 3)), except = "scalar")
gradient_case(character(), function(x) torch_movedim(x, c(1L, 2L), c(3L, 1L)), cube, except = "scalar")
gradient_case(character(), function(x) torch_repeat_interleave(x, c(2, 0, 1, 3), 2L), m, except = "scalar")
gradient_case(character(), function(x) x$as_strided_scatter(x$select(1L, 1L), 4L, 2L, 1L), m, except = layouts[-1])
rm(m, cube)
