# Where no other source is given, values are PyTorch's; those of torch_scaled_dot_product_attention() are the formula's.
q <- doubles(c(1, 0, 0.5, -1), 1, 2, 2)
k <- doubles(c(1, 1, 0, 2, -1, 0.5), 1, 3, 2)
v <- doubles(c(1, 0, 2, 1, 4, -1), 1, 3, 2)
attend <- function(...) in_rows(torch_scaled_dot_product_attention(q, k, v, ...))
which_ones <- function(x, ...) torch_tensor(matrix(as.logical(x), ..., byrow = TRUE))

test_that("attention weighs the values by the softmax of products", {
  products <- as_array(q[1, , ]) %*% t(as_array(k[1, , ])) / sqrt(2)
  weights <- exp(products) / rowSums(exp(products))
  expect_equal(as_array(torch_scaled_dot_product_attention(q, k, v)[1, , ]), weights %*% as_array(v[1, , ]))
  expect_equal(attend(scale = 2), c(1.16493914776, 0.10143418785, 1.81360840799, -0.224377433383))
})

test_that("TRUE in a mask lets a query attend, numbers are added, and is_causal hides what comes later", {
  expect_equal(attend(which_ones(c(1, 1, 0, 0, 1, 1), 2)), c(1.33023845067, 0.330238450673, 3.33952309865, -0.339523098653))
  expect_equal(attend(doubles(c(0, 1, -1, 0.5, 0, 0), 2, 3)), c(1.6620520667, 0.514813683443, 1.90940605772, -0.131977479867))
  expect_equal(attend(is_causal = TRUE), c(1, 0, 1.25718331523, 0.257183315227))
  expect_equal(attend(list()), attend())
  expect_error(attend(which_ones(rep(1, 6), 2), is_causal = TRUE), "`attn_mask` and `is_causal` say the same", class = "rushlight_error")
})

test_that("a query that may attend to nothing gives NaN", {
  expect_equal(attend(which_ones(c(1, 1, 1, 0, 0, 0), 2))[3:4], c(NaN, NaN))
})

test_that("heads and batches go side by side, and fewer heads of keys are shared with enable_gqa", {
  q <- torch_randn(2, 4, 3, 5, dtype = torch_double())
  k <- torch_randn(2, 2, 6, 5, dtype = torch_double())
  v <- torch_randn(2, 2, 6, 7, dtype = torch_double())
  y <- torch_scaled_dot_product_attention(q, k, v, enable_gqa = TRUE)
  expect_equal(dim(y), c(2, 4, 3, 7))
  for (head in 1:4) {
    shared <- (head + 1) %/% 2
    expect_equal(as_array(y[, head, , ]), as_array(torch_scaled_dot_product_attention(q[, head, , ], k[, shared, , ], v[, shared, , ])))
  }
})

test_that("dropout leaves out weights, and makes up for them", {
  torch_manual_seed(1)
  dropped <- torch_scaled_dot_product_attention(torch_zeros(1, 1, 1), torch_zeros(1, 1000, 1), torch_eye(1000)$unsqueeze(1), dropout_p = 0.25)
  kept <- in_rows(dropped) > 0
  expect_equal(in_rows(dropped)[kept], rep(1 / 750, sum(kept)), tolerance = 1e-6)
  expect_true(sum(kept) > 680 && sum(kept) < 820)
})

recorded <- list(
  self = list(
    c(
      -0.795683000623, -0.255091436124, -0.0568309913435, 0.520624679968, -0.179500826866, -0.982874298691, 2.35327311676,
      -1.09691101158, 0.202051013373, -0.908158085286, 2.34088902791, 3.00589616635
    ),
    c(
      0.115128434183, 0.130232457591, 0.754639108226, 0.822824322591, 0.0644601865917, 0.112715490818, 0.0394411295671, 0.721469953632,
      0.2390889168
    )
  ),
  cross = list(
    c(
      -1.12544702346, 1.52582106712, 1.76344878176, 0.511569463185, -1.15245136437, 0.929908746341, 2.30489821553, 0.132600280066,
      -1.87498143641, 3.34897825242, 3.01945133813, -0.825455183026
    ),
    c(0.674738474257, 0.325261525743, 0.981696081619, 0.0183039183812, 0.0130046859271, 0.986995314073)
  ),
  bool = list(
    c(-1.125, 0.875, 2.25, 0.1875, -1.15245136437, 0.929908746341, 2.30489821553, 0.132600280066, -1.875, 3.375, 3, -0.8125),
    c(1, 0, 0.981696081619, 0.0183039183812, 0, 1)
  ),
  float = list(
    c(
      -1.12621389254, 1.71204609537, 1.62646405236, 0.60238137007, -1.19520518362, 1.01542672461, 2.39039809921, 0.0470978114498,
      -1.87499585782, 3.36907431044, 3.00442976955, -0.815450418251
    ),
    c(0.581881583163, 0.418118416837, 0.953188365566, 0.046811634434, 0.00296146405354, 0.997038535946)
  ),
  padding = list(c(-1.125, 0.875, 2.25, 0.1875, -1.125, 0.875, 2.25, 0.1875, -1.125, 0.875, 2.25, 0.1875), c(1, 0, 1, 0, 1, 0)),
  both = list(
    c(
      -0.625, -0.25, 2.625, -2, -0.301816089722, -0.691854320139, 2.78383898442, -1.34414972474, 0.29060056104, -0.622489584032,
      2.11575171245, 3.16214618988
    ),
    c(1, 0, 0, 0.917215765799, 0.0827842342008, 0, 0.0726758939105, 0.927324106089, 0)
  ),
  bias_kv = list(
    c(
      1.32909647463, 1.93909451824, 1.88518131629, 1.05391904219, -1.08901639621, 0.917798619034, 2.63121438721, 0.258208763907,
      -1.63130602262, 3.36276817969, 2.94806320186, -0.818161568242
    ),
    c(
      0.187635629551, 0.0419615867593, 0.77040278369, 0.872654915918, 0.0141662928753, 0.113178791207, 0.0117993419832, 0.941741422237,
      0.0464592357795
    )
  ),
  zero = list(
    c(
      -0.156651655014, 1.22097537698, 0.405384445318, 0.501345110572, -1.1463401041, 0.808754189017, 1.85592954623, 0.144625561922,
      -1.73181799677, 3.3041989795, 3.01625146462, -0.847328737093
    ),
    c(
      0.241333964176, 0.045323180452, 0.713342855372, 0.876418292395, 0.0143060949013, 0.109275612703, 0.0113531168909, 0.924984279751,
      0.0636626033577
    )
  ),
  all = list(
    c(
      0.935304470706, 1.56540216137, 1.23896360349, 0.934881483362, 1.12797147437, 1.72347985978, 0.856151632385, 0.831373631474,
      -1.5209343059, 3.3401370981, 2.9365105685, -0.829016832295
    ),
    c(
      0, 0, 0.565402161367, 0.434597838633, 0, 0.0380686459344, 0.597142500519, 0.364788853547, 0, 0.898387892147, 0.0419171282584,
      0.0596949795949
    )
  ),
  separate = list(
    c(
      -0.546926972523, -0.154147075202, 0.145143442322, 0.625, -1.13218695455, -0.16388581338, 0.252503485118, 0.625, -0.621786322915,
      -0.270393582655, -0.301127749892, 0.625
    ),
    c(0.827363545002, 0.172636454998, 0.35920234395, 0.64079765605, 0.422479509848, 0.577520490152)
  ),
  static = list(
    c(
      1.63343063972, 2.04171651254, 2.71684172358, 1, 1.66058653871, 2.09745789134, 2.93301826402, 1, 1.97829548095, 2.31473092693,
      3.72268317082, 1
    ),
    c(0.762388741289, 0.237611258711, 0.668593210972, 0.331406789028, 0.223542804246, 0.776457195754)
  ),
  no_bias = list(c(
    -1.12739082323, 2.80824108293, 0.4334370691, 0.521948071782, -1.25193346517, 2.12890899454, 1.3788353822, -0.191345898247,
    -1.87499653801, 4.37119125446, 1.87784444219, -0.939393986801
  )),
  of_heads = c(
    0.190446123455, 0.259492695755, 0.55006118079, 0.996779837683, 0.00244518865803, 0.000774973658895, 0.0739561310097, 0.452792163514,
    0.473251705476, 0.0398107449112, 0.000972219426344, 0.959217035662, 0.648868807498, 0.126475184525, 0.224656007977, 0.00492612812451,
    0.990147743751, 0.00492612812451
  )
)

x <- wave(3, 1, 4) / 2
key <- wave(2, 1, 4) - 0.5
value <- counted(2, 1, 4) / 4
in_weight <- (wave(12, 4) + torch_eye(4, dtype = torch_double())$tile(c(3, 1))) / 2
in_bias <- wave(12) / 4
out_weight <- wave(4, 4) / 2 + torch_eye(4, dtype = torch_double())
out_bias <- wave(4) / 2

heads_of <- function(query = x, key = query, value = key, w = in_weight, b = in_bias, bias_k = NULL, bias_v = NULL, add_zero_attn = FALSE, p = 0, ...) {
  nnf_multi_head_attention_forward(query, key, value, 4, 2, w, b, bias_k, bias_v, add_zero_attn, p, out_weight, out_bias, ...)
}
is_recorded <- function(got, name) expect_equal(lapply(Filter(Negate(is.null), got), in_rows), recorded[[name]], tolerance = 1e-10, info = name)

test_that("multi-head attention of a tensor to itself and to others is as recorded", {
  own <- heads_of()
  expect_equal(lapply(own, dim), list(c(3, 1, 4), c(1, 3, 3)))
  is_recorded(own, "self")
  is_recorded(heads_of(x, x$clone(), x$clone()), "self")
  is_recorded(heads_of(x, key, value), "cross")
})

test_that("weights are given as their mean, of each head, or not at all", {
  each <- heads_of(avg_weights = FALSE)
  expect_equal(dim(each[[2]]), c(1, 2, 3, 3))
  expect_equal(in_rows(each[[2]]), recorded$of_heads, tolerance = 1e-10)
  none <- heads_of(need_weights = FALSE)
  expect_null(none[[2]])
  expect_equal(in_rows(none[[1]]), recorded$self[[1]], tolerance = 1e-10)
})

test_that("TRUE in a mask means that a key is ignored, numbers are added, and both masks count", {
  ignored <- which_ones(c(0, 1, 0, 0, 1, 0), 3)
  is_recorded(heads_of(x, key, value, attn_mask = ignored), "bool")
  is_recorded(heads_of(x, key, value, attn_mask = doubles(c(0, 1, -1, 0, 0.5, 2), 3, 2)), "float")
  is_recorded(heads_of(x, key, value, key_padding_mask = which_ones(c(0, 1), 1)), "padding")
  both <- list(attn_mask = which_ones(c(0, 1, 0, 0, 0, 1, 0, 0, 0), 3), key_padding_mask = which_ones(c(0, 0, 1), 1))
  is_recorded(do.call(heads_of, both), "both")
  as_numbers <- torch_zeros(3, 2, dtype = torch_double())$masked_fill(ignored, -Inf)
  is_recorded(heads_of(x, key, value, attn_mask = as_numbers), "bool")
  is_recorded(heads_of(x, key, value, attn_mask = torch_stack(list(ignored, ignored))), "bool")
})

test_that("a mask of three dimensions is of each sample and head", {
  mask <- which_ones(c(1, 0, 0, 0, 0, 0), 3)$unsqueeze(1)
  mask <- torch_cat(list(mask, torch_zeros_like(mask)))
  w <- heads_of(x, key, value, attn_mask = mask, avg_weights = FALSE)[[2]]
  plain <- heads_of(x, key, value, avg_weights = FALSE)[[2]]
  expect_equal(as_array(w[1, 1, 1, ]), c(0, 1))
  expect_equal(as_array(w[1, 2, , ]), as_array(plain[1, 2, , ]))
})

test_that("a query whose keys are all ignored gives NaN", {
  all <- heads_of(x, key, value, key_padding_mask = which_ones(c(1, 1), 1))
  expect_true(all(is.nan(c(in_rows(all[[1]]), in_rows(all[[2]])))))
})

test_that("one more key and value, and zeros, are added, which masks leave", {
  bias_k <- wave(1, 1, 4) / 4
  bias_v <- counted(1, 1, 4) / 2
  is_recorded(heads_of(x, key, value, bias_k = bias_k, bias_v = bias_v), "bias_kv")
  is_recorded(heads_of(x, key, value, add_zero_attn = TRUE), "zero")
  is_recorded(heads_of(x, key, value,
    bias_k = bias_k, bias_v = bias_v, add_zero_attn = TRUE, attn_mask = which_ones(c(0, 1, 0, 0, 1, 0), 3),
    key_padding_mask = which_ones(c(1, 0), 1)
  ), "all")
})

test_that("key and value may have maps and features of their own, or come mapped", {
  separate <- heads_of(wave(3, 1, 4) / 2, wave(2, 1, 3) / 2, counted(2, 1, 5)^2 / 50,
    w = NULL, use_separate_proj_weight = TRUE, q_proj_weight = in_weight[1:4, ], k_proj_weight = wave(4, 3) / 2, v_proj_weight = wave(4, 5) / 3
  )
  is_recorded(separate, "separate")
  is_recorded(heads_of(x, key, value, static_k = wave(2, 2, 2) / 2, static_v = counted(2, 2, 2) / 3), "static")
})

test_that("maps without a bias work where the query is not the key, too", {
  is_recorded(heads_of(x, key, value, b = NULL, need_weights = FALSE), "no_bias")
  expect_equal(dim(heads_of(b = NULL)[[1]]), c(3, 1, 4))
})

test_that("batch_first takes and gives samples first", {
  first <- heads_of(x$transpose(1, 2), key$transpose(1, 2), value$transpose(1, 2), batch_first = TRUE)
  expect_equal(dim(first[[1]]), c(1, 3, 4))
  is_recorded(first, "cross")
})

test_that("samples do not see each other", {
  two <- torch_cat(list(x, x$flip(1)), 2)
  both <- heads_of(two)
  expect_equal(dim(both[[2]]), c(2, 3, 3))
  expect_equal(as_array(both[[1]][, 2, ]), as_array(heads_of(x$flip(1))[[1]][, 1, ]))
  expect_equal(as_array(both[[1]][, 1, ]), as_array(heads_of()[[1]][, 1, ]))
})

test_that("dropout is done in training alone", {
  torch_manual_seed(2)
  is_recorded(heads_of(p = 0.5, training = FALSE), "self")
  expect_false(isTRUE(all.equal(in_rows(heads_of(p = 0.9)[[1]]), recorded$self[[1]])))
})

test_that("derivatives to the second order agree with differences", {
  f <- function(query, key, value, w, b) {
    nnf_multi_head_attention_forward(query, key, value, 4, 2, w, b, NULL, NULL, FALSE, 0, out_weight, out_bias,
      attn_mask = which_ones(c(0, 1, 0, 0, 1, 0), 3)
    )[[1]]
  }
  inputs <- lapply(list(x, key, value, in_weight, in_bias), function(one) one$clone()$requires_grad_())
  expect_true(gradcheck(f, inputs))
  expect_true(gradcheck(function(q, k, v) torch_scaled_dot_product_attention(q, k, v, is_causal = TRUE),
    lapply(list(q, k, v), function(one) one$clone()$requires_grad_()),
    order = 2
  ))
})

test_that("sizes that do not fit are refused in words", {
  fails <- function(code, says) expect_error(code, says, class = "rushlight_error")
  fails(heads_of(wave(3, 1, 6)), "`query` has 6 features, and the attention is for 4")
  in_three <- function(x) nnf_multi_head_attention_forward(x, x, x, 4, 3, in_weight, in_bias, NULL, NULL, FALSE, 0, out_weight, out_bias)
  fails(in_three(x), "`num_heads` must divide the 4 features; it is 3")
  fails(heads_of(x[, 1, ]), "`query` must have three dimensions")
  fails(heads_of(attn_mask = "junk"), "`attn_mask` must be a tensor")
})
