#' Attention
#'
#' `torch_scaled_dot_product_attention()` is
#' \deqn{softmax(Q K^T / \sqrt{d} + M)\, V}{softmax(Q K' / sqrt(d) + M) V}
#' over the keys. `nnf_multi_head_attention_forward()` maps query, key and value linearly, does so in `num_heads` heads side by
#' side, and maps the
#' results back; it is what [nn_multihead_attention()] calls.
#'
#' Masks: `TRUE` in a boolean `attn_mask` of `torch_scaled_dot_product_attention()` lets a query attend to a key; in both masks of
#' `nnf_multi_head_attention_forward()` it means that the key is ignored. A floating mask is added. Both masks are combined.
#'
#' @param query,key,value tensors of shape (..., L, E), (..., S, E) and (..., S, V); of `nnf_multi_head_attention_forward()` (L,
#'   N, E), (S, N, E) and
#'   (S, N, E), or with N first if `batch_first`.
#' @param attn_mask a tensor that is broadcast to (..., L, S); of `nnf_multi_head_attention_forward()` of shape (L, S) or (N * heads, L, S).
#' @param dropout_p the probability that a weight is dropped.
#' @param is_causal whether query i attends to the keys up to i alone.
#' @param scale what products are multiplied by; \eqn{1/\sqrt{E}}{1/sqrt(E)} if `NULL`.
#' @param enable_gqa whether key and value may have fewer heads (the third dimension from the end) than the query, which share them.
#' @param embed_dim_to_check,num_heads the embedding's size, and how many heads it is cut into.
#' @param in_proj_weight,in_proj_bias weight (3 E, E) and bias (3 E) of the maps of query, key and value; or `NULL`.
#' @param bias_k,bias_v one more key and value, of shape (1, 1, E), or `NULL`.
#' @param add_zero_attn whether a key and a value of zeros are added.
#' @param out_proj_weight,out_proj_bias of the map of the results.
#' @param training whether dropout is done.
#' @param key_padding_mask a tensor of shape (N, S).
#' @param need_weights,avg_weights whether the weights are returned, and as their mean over heads.
#' @param use_separate_proj_weight,q_proj_weight,k_proj_weight,v_proj_weight maps of their own instead of `in_proj_weight`.
#' @param static_k,static_v key and value after their maps, (N * heads, S, E / heads), or `NULL`.
#' @param batch_first whether N comes first.
#' @return `torch_scaled_dot_product_attention()`: (..., L, V). `nnf_multi_head_attention_forward()`: a list of the output,
#'   shaped as the query, and the
#'   weights, (N, L, S) or (N, heads, L, S), or `NULL`.
#' @references Vaswani et al. (2017), Attention is all you need.
#' @section Errors:
#'   An embedding that the heads do not divide is refused, masks of other shapes, and a mask beside `is_causal`.
#' @examples
#' q <- torch_randn(1, 2, 4)
#' k <- torch_randn(1, 3, 4)
#' torch_scaled_dot_product_attention(q, k, k)
#' w <- torch_randn(12, 4)
#' x <- torch_randn(3, 1, 4)
#' nnf_multi_head_attention_forward(
#'   x, x, x, 4, 2, w, torch_zeros(12), NULL, NULL, FALSE, 0, torch_eye(4), torch_zeros(4)
#' )[[2]]
#' @export
torch_scaled_dot_product_attention <- function(query, key, value, attn_mask = list(), dropout_p = 0L, is_causal = FALSE, scale = NULL,
                                               enable_gqa = FALSE) {
  check_tensor(query, "query")
  check_tensor(key, "key")
  check_tensor(value, "value")
  if (is.list(attn_mask) && !length(attn_mask)) attn_mask <- NULL
  if (!is.null(attn_mask)) check_tensor(attn_mask, "attn_mask")
  dropout_p <- .Call(ffi_number, dropout_p, "dropout_p")
  is_causal <- .Call(ffi_flag, is_causal, "is_causal")
  if (is_causal && !is.null(attn_mask)) raise_error("`attn_mask` and `is_causal` say the same: give one of them")
  if (.Call(ffi_flag, enable_gqa, "enable_gqa")) {
    times <- query$size(-3L) / key$size(-3L)
    key <- key$repeat_interleave(times, -3L)
    value <- value$repeat_interleave(times, -3L)
  }
  scale <- if (is.null(scale)) 1 / sqrt(query$size(-1L)) else .Call(ffi_number, scale, "scale")
  weights <- torch_matmul(query * scale, key$transpose(-2L, -1L))
  if (is_causal) attn_mask <- torch_ones(query$size(-2L), key$size(-2L), dtype = torch_bool())$tril()
  if (!is.null(attn_mask)) {
    weights <- if (is_bool(attn_mask)) weights$masked_fill(attn_mask$logical_not(), -Inf) else weights + attn_mask
  }
  weights <- nnf_softmax(weights, -1L)
  if (dropout_p > 0) weights <- nnf_dropout(weights, dropout_p)
  torch_matmul(weights, value)
}

is_bool <- function(x) x$dtype == torch_bool()

# A mask as numbers to be added: -Inf where a boolean one says "ignore".
added_mask <- function(mask, dtype, name, call = users_call()) {
  if (is.null(mask)) return(NULL)
  if (!inherits(mask, "torch_tensor")) raise_error(sprintf("`%s` must be a tensor, or NULL", name), call)
  if (torch_is_floating_point(mask)) return(mask)
  torch_zeros_like(mask, dtype = dtype)$masked_fill_(mask$to(dtype = torch_bool()), -Inf)
}

#' @rdname torch_scaled_dot_product_attention
#' @export
nnf_multi_head_attention_forward <- function(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v,
                                             add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training = TRUE,
                                             key_padding_mask = NULL, need_weights = TRUE, attn_mask = NULL, avg_weights = TRUE,
                                             use_separate_proj_weight = FALSE, q_proj_weight = NULL, k_proj_weight = NULL,
                                             v_proj_weight = NULL, static_k = NULL, static_v = NULL, batch_first = FALSE) {
  check_tensor(query, "query")
  check_tensor(key, "key")
  check_tensor(value, "value")
  num_heads <- .Call(ffi_count, num_heads, "num_heads")
  embed_dim_to_check <- .Call(ffi_count, embed_dim_to_check, "embed_dim_to_check")
  dropout_p <- .Call(ffi_number, dropout_p, "dropout_p")
  add_zero_attn <- .Call(ffi_flag, add_zero_attn, "add_zero_attn")
  training <- .Call(ffi_flag, training, "training")
  need_weights <- .Call(ffi_flag, need_weights, "need_weights")
  avg_weights <- .Call(ffi_flag, avg_weights, "avg_weights")
  use_separate_proj_weight <- .Call(ffi_flag, use_separate_proj_weight, "use_separate_proj_weight")
  batch_first <- .Call(ffi_flag, batch_first, "batch_first")
  tensors <- c(
    "in_proj_weight", "in_proj_bias", "bias_k", "bias_v", "out_proj_bias", "key_padding_mask", "attn_mask", "q_proj_weight",
    "k_proj_weight", "v_proj_weight", "static_k", "static_v"
  )
  check_tensor(out_proj_weight, "out_proj_weight")
  for (name in tensors) {
    if (!is.null(get(name)) && !inherits(get(name), "torch_tensor")) raise_error(sprintf("`%s` must be a tensor, or NULL", name))
  }
  if (is.null(in_proj_weight) && !use_separate_proj_weight) raise_error("`in_proj_weight` must be a tensor")
  same <- identical(query, key) && identical(key, value)
  if (batch_first) {
    query <- query$transpose(1L, 2L)
    key <- if (same) query else key$transpose(1L, 2L)
    value <- if (same) query else value$transpose(1L, 2L)
  }
  shape <- dim(query)
  if (length(shape) != 3L) raise_error("`query` must have three dimensions: positions, samples and features")
  embed <- shape[3L]
  if (embed != embed_dim_to_check) raise_error(sprintf("`query` has %d features, and the attention is for %g", embed, embed_dim_to_check))
  if (num_heads < 1 || embed %% num_heads) raise_error(sprintf("`num_heads` must divide the %d features; it is %g", embed, num_heads))
  each <- embed / num_heads
  projected <- project_heads(
    query, key, value, same, embed, in_proj_weight, in_proj_bias,
    if (use_separate_proj_weight) list(q_proj_weight, k_proj_weight, v_proj_weight)
  )
  length_q <- shape[1L]
  samples <- shape[2L]
  mask <- added_mask(attn_mask, query$dtype, "attn_mask")
  if (!is.null(mask) && length(dim(mask)) == 2L) mask <- mask$unsqueeze(1L)
  padding <- added_mask(key_padding_mask, query$dtype, "key_padding_mask")
  k <- projected[[2L]]
  v <- projected[[3L]]
  if (!is.null(bias_k) && !is.null(bias_v)) {
    k <- torch_cat(list(k, bias_k$expand(c(1L, samples, -1L))))
    v <- torch_cat(list(v, bias_v$expand(c(1L, samples, -1L))))
    if (!is.null(mask)) mask <- nnf_pad(mask, c(0, 1))
    if (!is.null(padding)) padding <- nnf_pad(padding, c(0, 1))
  }
  heads <- function(x) x$reshape(c(-1L, samples * num_heads, each))$transpose(1L, 2L)
  q <- heads(projected[[1L]] * (1 / sqrt(each)))
  k <- if (is.null(static_k)) heads(k) else static_k
  v <- if (is.null(static_v)) heads(v) else static_v
  if (add_zero_attn) {
    zeros <- torch_zeros(samples * num_heads, 1L, each, dtype = query$dtype)
    k <- torch_cat(list(k, zeros), 2L)
    v <- torch_cat(list(v, zeros), 2L)
    if (!is.null(mask)) mask <- nnf_pad(mask, c(0, 1))
    if (!is.null(padding)) padding <- nnf_pad(padding, c(0, 1))
  }
  length_k <- k$size(2L)
  weights <- torch_bmm(q, k$transpose(2L, 3L))
  if (!is.null(mask)) weights <- weights + mask
  if (!is.null(padding)) {
    split <- weights$view(c(samples, num_heads, length_q, length_k)) + padding$view(c(samples, 1L, 1L, length_k))
    weights <- split$view(c(samples * num_heads, length_q, length_k))
  }
  weights <- nnf_softmax(weights, -1L)
  if (dropout_p > 0 && training) weights <- nnf_dropout(weights, dropout_p)
  out <- torch_bmm(weights, v)$transpose(1L, 2L)$reshape(c(length_q, samples, embed))
  out <- nnf_linear(out, out_proj_weight, out_proj_bias)
  if (batch_first) out <- out$transpose(1L, 2L)
  if (!need_weights) return(list(out, NULL))
  weights <- weights$view(c(samples, num_heads, length_q, length_k))
  list(out, if (avg_weights) weights$mean(2L) else weights)
}

# Query, key and value after their maps; at once where they are the same tensor.
project_heads <- function(query, key, value, same, embed, weight, bias, separate) {
  if (is.null(separate) && same) return(nnf_linear(query, weight, bias)$chunk(3L, -1L))
  weights <- if (is.null(separate)) weight$chunk(3L) else separate
  biases <- if (is.null(bias)) list(NULL, NULL, NULL) else bias$chunk(3L)
  Map(nnf_linear, list(query, key, value), weights, biases)
}
