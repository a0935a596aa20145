# A call of every function and method that ops.txt has none for, and that reads arguments of its own. They are
# evaluated in an environment that example_values() makes.
example_values <- function() {
  env <- new.env(parent = asNamespace("rushlight"))
  env$x <- torch_tensor(diag(3) + 0.25)
  env$v <- torch_tensor(c(1, 2, 3))
  env$w <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
  env$b <- torch_tensor(c(TRUE, FALSE, TRUE))
  env$k <- torch_tensor(c(1L, 3L, 2L))
  env
}

examples <- expression(
  # creation
  torch_tensor(1), torch_scalar_tensor(1), torch_zeros(2), torch_ones(2), torch_empty(2), torch_full(2, 1), torch_empty_strided(2, 1),
  torch_arange(1, 3), torch_range(1, 3), torch_linspace(1, 3, 2), torch_logspace(1, 3, 2),
  torch_zeros_like(x), torch_ones_like(x), torch_empty_like(x), torch_full_like(x, 1),
  torch_bartlett_window(4), torch_blackman_window(4), torch_hamming_window(4), torch_hann_window(4), torch_kaiser_window(4),
  x$new_empty(2), x$new_zeros(2), x$new_ones(2), x$new_full(2, 1), x$new_empty_strided(2, 1),
  torch_tensor_from_buffer(raw(8), 2), torch_as_strided(x, 2, 1), x$as_strided(2, 1), x$as_strided_(2, 1), x$as_strided_scatter(v, 3, 1),
  # random draws
  torch_rand(2), torch_randn(2), torch_randint(1, 9, 2), torch_randperm(3), torch_rand_like(x), torch_randn_like(x),
  torch_randint_like(x, 1, 9), torch_normal(v, 1), torch_normal(0, v), torch_normal(0, 1, 2),
  torch_bernoulli(v * 0), torch_poisson(v), torch_multinomial(v, 2), v$poisson(), v$multinomial(2), v$bernoulli(0.5), v$bernoulli_(0.5),
  v$cauchy_(0, 1), v$exponential_(1), v$geometric_(0.5), v$log_normal_(0, 1), v$normal_(0, 1), v$random_(1, 3), v$uniform_(0, 1),
  nnf_dropout(x), nnf_dropout2d(torch_ones(2, 3, 4)), nnf_dropout3d(torch_ones(2, 3, 4, 5)), nnf_alpha_dropout(x), nnf_gumbel_softmax(x),
  nnf_rrelu(x), nnf_rrelu_(x), torch_rrelu_(x, training = TRUE), x$rrelu_(training = TRUE),
  torch_set_rng_state(torch_get_rng_state()), torch_manual_seed(1),
  # distributions
  distr_bernoulli(v / 4), distr_categorical(v), distr_poisson(v), distr_normal(v, v), distr_gamma(v, v), distr_chi2(w),
  distr_chi2(w)$rsample()$sum()$backward(), distr_multivariate_normal(v, scale_tril = x$tril()),
  distr_mixture_same_family(distr_categorical(v), distr_normal(v, 1)),
  # networks
  nnf_relu(x), nnf_relu_(x), nnf_elu_(x), nnf_celu_(x), nnf_selu_(x), nnf_hardtanh_(x), nnf_threshold_(x, 0, 1), torch_threshold_(x, 0, 1),
  x$threshold_(0, 1), x$prelu(torch_tensor(0.5)), x$hardshrink_backward(x, 0.5), x$softmax(1), x$log_softmax(1),
  nnf_multilabel_margin_loss(x, k$expand(c(3, 3))), nnf_triplet_margin_with_distance_loss(x, x, x),
  nnf_embedding_bag(k, x, torch_tensor(1L)), nnf_ctc_loss(torch_zeros(4, 1, 3), torch_tensor(matrix(1:2, 1)), 4L, 2L),
  nnf_area_under_min_fpr_fnr(v, b), nnf_fractional_max_pool2d(torch_ones(1, 1, 4, 4), 2, output_size = 2),
  nnf_fractional_max_pool3d(torch_ones(1, 1, 4, 4, 4), 2, output_size = 2),
  nnf_max_unpool1d(torch_ones(1, 1, 2), torch_tensor(array(c(1L, 3L), c(1, 1, 2))), 2),
  nnf_max_unpool2d(torch_ones(1, 1, 1, 1), torch_ones(1, 1, 1, 1, dtype = torch_long()), 2),
  nnf_max_unpool3d(torch_ones(1, 1, 1, 1, 1), torch_ones(1, 1, 1, 1, 1, dtype = torch_long()), 2),
  nnf_multi_head_attention_forward(
    x$unsqueeze(2), x$unsqueeze(2), x$unsqueeze(2), 3, 1, torch_ones(9, 3), torch_zeros(9), NULL, NULL, FALSE, 0, x, v
  ),
  # linear algebra
  linalg_eigh(x), linalg_inv_ex(x), linalg_cholesky_ex(x), linalg_matrix_power(x, 2), linalg_lstsq(x, x), linalg_svd(x),
  linalg_tensorsolve(x$reshape(c(3, 3)), v), torch_cholesky(x), x$cholesky(), torch_inverse(x), x$inverse(), torch_slogdet(x), x$slogdet(),
  torch_qr(x), x$qr(), torch_svd(x), x$svd(), torch_triangular_solve(x, x), x$triangular_solve(x), torch_orgqr(x, v), x$orgqr(v),
  torch_ormqr(x, v, x), x$ormqr(v, x), torch_lu_solve(x, x, torch_tensor(1:3, dtype = torch_int())),
  x$lu_solve(x, torch_tensor(1:3, dtype = torch_int())), torch_lu_unpack(x, torch_tensor(1:3, dtype = torch_int())),
  x$addmm(x, x), x$addmm_(x, x), torch_ones(1, 3, 3)$baddbmm(torch_ones(1, 3, 3), torch_ones(1, 3, 3)),
  torch_ones(1, 3, 3)$baddbmm_(torch_ones(1, 3, 3), torch_ones(1, 3, 3)),
  # others
  x$divide_(2), x$polygamma(1), x$polygamma_(1), torch_ones(2, 2, 2)$dsplit(2), x$vsplit(3), x$fill_diagonal_(1), x$nonzero_static(3),
  x$resize_(2), x$resize_as_(v), x$set_(v), x$set_data(v), x$slice_inverse(x), x$unsafe_split_with_sizes(c(1, 2)), x$where(b, 0),
  x$to_dense(), x$is_contiguous(), x$requires_grad_(), torch_result_type(x, 1), torch_promote_types(torch_float(), torch_int()),
  torch_can_cast(torch_float(), torch_int()), torch_finfo(torch_float()), torch_iinfo(torch_int()), buffer_from_torch_tensor(x), as_array(x),
  x$bool(), x$double(), x$float(), x$half(), x$bfloat16(), x$int(), x$long(), x$short(), x$cpu(), torch_is_complex(x),
  torch_is_floating_point(x), torch_is_nonzero(v[1]), torch_set_default_dtype(torch_float()),
  torch_set_num_threads(torch_get_num_threads()), torch_set_num_interop_threads(1), autograd_set_grad_mode(TRUE),
  autograd_backward((w * w)$sum()), autograd_grad((w * w)$sum(), w), (w * w)$sum()$backward(), w$register_hook(identity), w$set_grad_(v),
  gradcheck(torch_exp, list(w$detach()$double()$requires_grad_())), graph_dot(w * w)
)
