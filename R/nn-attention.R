#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Attention layers
#'
#' `nn_multihead_attention()` is [nnf_multi_head_attention_forward()] with its weights. `nn_transformer_encoder_layer()` is
#' self-attention and two
#' linear layers, each with dropout, added to its input and normalised; `nn_transformer_encoder()` is several of these.
#'
#' @param embed_dim,d_model the number of features.
#' @param num_heads,nhead how many heads; it divides the features.
#' @param dropout the probability of dropout.
#' @param bias whether there are biases.
#' @param add_bias_kv whether a learned key and value are added.
#' @param add_zero_attn whether a key and a value of zeros are added.
#' @param kdim,vdim the features of key and value, if others.
#' @param batch_first whether inputs are (N, L, E) rather than (L, N, E).
#' @param dim_feedforward the features between the linear layers.
#' @param activation `"relu"`, `"gelu"`, or a function.
#' @param layer_norm_eps of the normalisation.
#' @param norm_first whether normalisation comes before attention and linear layers.
#' @param encoder_layer a layer, of which `num_layers` copies are made.
#' @param num_layers how many.
#' @param norm a module for the end, or `NULL`.
#' @return A module. `nn_multihead_attention()` is called with query, key and value, and perhaps `key_padding_mask`,
#'   `need_weights`, `attn_mask` and
#'   `avg_weights`, and gives a list of output and weights; `TRUE` in a mask means that the key is ignored. The others are
#'   called with a sequence and
#'   perhaps `src_mask` and `src_key_padding_mask`, and give one of the same shape.
#' @references Vaswani et al. (2017), Attention is all you need.
#' @section Errors:
#'   Features that the heads do not divide are refused.
#' @examples
#' attention <- nn_multihead_attention(8, 2)
#' x <- torch_randn(5, 1, 8)
#' out <- attention(x, x, x)
#' out[[1]]$shape
#' out[[2]]$shape
#' layer <- nn_transformer_encoder_layer(8, 2, dim_feedforward = 16)
#' layer(x)$shape
#' nn_transformer_encoder(layer, 2)(x)$shape
#' @name nn_attention
NULL

#' @rdname nn_attention
#' @export
nn_multihead_attention <- nn_module(
  "nn_multihead_attention",
  initialize = function(embed_dim, num_heads, dropout = 0, bias = TRUE, add_bias_kv = FALSE, add_zero_attn = FALSE, kdim = NULL,
                        vdim = NULL, batch_first = FALSE) {
    self$embed_dim <- .Call(ffi_count, embed_dim, "embed_dim")
    self$num_heads <- .Call(ffi_count, num_heads, "num_heads")
    if (self$num_heads < 1 || self$embed_dim %% self$num_heads) raise_error("`num_heads` must divide `embed_dim`")
    self$kdim <- if (is.null(kdim)) self$embed_dim else .Call(ffi_count, kdim, "kdim")
    self$vdim <- if (is.null(vdim)) self$embed_dim else .Call(ffi_count, vdim, "vdim")
    self$head_dim <- self$embed_dim / self$num_heads
    self$dropout <- dropout
    self$batch_first <- .Call(ffi_flag, batch_first, "batch_first")
    self$add_zero_attn <- .Call(ffi_flag, add_zero_attn, "add_zero_attn")
    bias <- .Call(ffi_flag, bias, "bias")
    same <- self$kdim == self$embed_dim && self$vdim == self$embed_dim
    matrix_of <- function(columns) nn_parameter(torch_empty(self$embed_dim, columns))
    self$register_parameter("in_proj_weight", if (same) nn_parameter(torch_empty(3 * self$embed_dim, self$embed_dim)))
    self$register_parameter("q_proj_weight", if (!same) matrix_of(self$embed_dim))
    self$register_parameter("k_proj_weight", if (!same) matrix_of(self$kdim))
    self$register_parameter("v_proj_weight", if (!same) matrix_of(self$vdim))
    self$register_parameter("in_proj_bias", if (bias) nn_parameter(torch_empty(3 * self$embed_dim)))
    self$out_proj <- nn_linear(self$embed_dim, self$embed_dim, bias = bias)
    add_bias_kv <- .Call(ffi_flag, add_bias_kv, "add_bias_kv")
    self$register_parameter("bias_k", if (add_bias_kv) nn_parameter(torch_empty(1L, 1L, self$embed_dim)))
    self$register_parameter("bias_v", if (add_bias_kv) nn_parameter(torch_empty(1L, 1L, self$embed_dim)))
    self$reset_parameters()
  },
  reset_parameters = function() {
    for (name in c("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight")) {
      if (!is.null(self[[name]])) nn_init_xavier_uniform_(self[[name]])
    }
    if (!is.null(self$in_proj_bias)) {
      nn_init_zeros_(self$in_proj_bias)
      nn_init_zeros_(self$out_proj$bias)
    }
    for (name in c("bias_k", "bias_v")) if (!is.null(self[[name]])) nn_init_xavier_normal_(self[[name]])
  },
  forward = function(query, key, value, key_padding_mask = NULL, need_weights = TRUE, attn_mask = NULL, avg_weights = TRUE) {
    nnf_multi_head_attention_forward(
      query, key, value, self$embed_dim, self$num_heads, self$in_proj_weight, self$in_proj_bias, self$bias_k, self$bias_v,
      self$add_zero_attn, self$dropout, self$out_proj$weight, self$out_proj$bias,
      training = self$training, key_padding_mask = key_padding_mask, need_weights = need_weights, attn_mask = attn_mask,
      avg_weights = avg_weights, use_separate_proj_weight = is.null(self$in_proj_weight), q_proj_weight = self$q_proj_weight,
      k_proj_weight = self$k_proj_weight, v_proj_weight = self$v_proj_weight, batch_first = self$batch_first
    )
  }
)

#' @rdname nn_attention
#' @export
nn_transformer_encoder_layer <- nn_module(
  "nn_transformer_encoder_layer",
  initialize = function(d_model, nhead, dim_feedforward = 2048, dropout = 0.1, activation = "relu", layer_norm_eps = 1e-5,
                        batch_first = FALSE, norm_first = FALSE, bias = TRUE) {
    self$self_attn <- nn_multihead_attention(d_model, nhead, dropout = dropout, bias = bias, batch_first = batch_first)
    self$linear1 <- nn_linear(d_model, dim_feedforward, bias = bias)
    self$dropout <- nn_dropout(dropout)
    self$linear2 <- nn_linear(dim_feedforward, d_model, bias = bias)
    self$norm1 <- nn_layer_norm(d_model, eps = layer_norm_eps)
    self$norm2 <- nn_layer_norm(d_model, eps = layer_norm_eps)
    self$dropout1 <- nn_dropout(dropout)
    self$dropout2 <- nn_dropout(dropout)
    self$norm_first <- .Call(ffi_flag, norm_first, "norm_first")
    if (!is.function(activation)) {
      one_of(activation, "activation", c("relu", "gelu"))
      activation <- if (activation == "relu") nnf_relu else nnf_gelu
    }
    self$activation <- activation
  },
  attend = function(x, mask, padding) {
    out <- self$self_attn(x, x, x, key_padding_mask = padding, need_weights = FALSE, attn_mask = mask)[[1L]]
    self$dropout1(out)
  },
  feed = function(x) self$dropout2(self$linear2(self$dropout(self$activation(self$linear1(x))))),
  forward = function(src, src_mask = NULL, src_key_padding_mask = NULL) {
    if (self$norm_first) {
      src <- src + self$attend(self$norm1(src), src_mask, src_key_padding_mask)
      return(src + self$feed(self$norm2(src)))
    }
    src <- self$norm1(src + self$attend(src, src_mask, src_key_padding_mask))
    self$norm2(src + self$feed(src))
  }
)

#' @rdname nn_attention
#' @export
nn_transformer_encoder <- nn_module(
  "nn_transformer_encoder",
  initialize = function(encoder_layer, num_layers, norm = NULL) {
    if (!is_nn_module(encoder_layer)) raise_error("`encoder_layer` must be a module, as nn_transformer_encoder_layer() makes one")
    self$num_layers <- .Call(ffi_count, num_layers, "num_layers")
    self$layers <- nn_module_list(lapply(seq_len(self$num_layers), function(k) clone_module(encoder_layer, deep = TRUE)))
    self$norm <- norm
  },
  forward = function(src, mask = NULL, src_key_padding_mask = NULL) {
    for (layer in as.list(self$layers)) src <- layer(src, src_mask = mask, src_key_padding_mask = src_key_padding_mask)
    if (is.null(self$norm)) src else self$norm(src)
  }
)
