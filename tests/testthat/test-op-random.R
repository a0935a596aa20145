# The numbers expected were drawn by PyTorch 1.13 on a CPU, one after the other, from the seed 11.
test_that("the streams are PyTorch's", {
  local_torch_manual_seed(11)
  expect_drawn <- function(x, numbers) expect_equal(as.numeric(x$contiguous()$view(-1)), numbers, tolerance = 1e-6)
  expect_drawn(torch_rand(4), c(0.149041712, 0.486553133, 0.985661507, 0.16840142))
  expect_drawn(torch_randn(3), c(-0.699541628, -1.30229735, -0.513262212))
  expect_drawn(torch_randn(20), c(
    0.548609376, -0.187956199, 0.882245183, -1.02806485, -0.225540623, 0.521760404, -2.0597744, 0.138337851, 0.496174872, -0.605279505,
    -0.800693989, 0.158651799, 0.712770581, -0.743821919, 0.280077606, 0.373490721, 2.99505401, -0.256943256, -0.683797359, 1.06211865
  ))
  expect_drawn(torch_randn(3, dtype = torch_double()), c(-0.269619566, -0.96911318, -2.13543154))
  expect_drawn(torch_randint(2, 12, 6), c(3, 4, 3, 7, 5, 6))
  expect_drawn(torch_randperm(7), c(6, 3, 2, 1, 5, 0, 4))
  expect_drawn(torch_bernoulli(torch_arange(0, 5) / 6), c(0, 0, 1, 0, 1, 1))
  expect_drawn(torch_poisson(torch_arange(0, 24, 6)), c(0, 5, 15, 10, 23))
  expect_drawn(torch_multinomial(torch_arange(0, 5), 3), c(5, 6, 4))
  expect_drawn(torch_multinomial(torch_arange(0, 5), 5, TRUE), c(5, 6, 6, 5, 3))
  expect_drawn(torch_empty(3, 2)$t()$normal_(), c(-0.921139896, -1.08082724, 0.286035657, 2.73433757, -0.780114055, -0.294713974))
  expect_drawn(torch_empty(3)$exponential_(2), c(0.944529474, 0.566256225, 0.404827267))
  expect_drawn(torch_empty(3)$geometric_(0.3), c(1, 4, 1))
  expect_drawn(torch_empty(2)$cauchy_(), c(1.1694777, 5.36704636))
  expect_drawn(torch_empty(2)$log_normal_(), c(2.25308323, 86.8147278))
  expect_drawn(torch_empty(3, dtype = torch_long())$random_(0, 10), c(8, 4, 6))
  expect_drawn(torch_rand(2, dtype = torch_half()), c(0.867675781, 0.153320312))
  expect_drawn(torch_rand(1), 0.358127654)
})

test_that("a state is taken up where it was left", {
  state <- torch_get_rng_state()
  a <- torch_randn(5)
  b <- torch_randn(20)
  torch_set_rng_state(state)
  expect_equal(as_array(torch_randn(5)), as_array(a))
  expect_equal(as_array(torch_randn(20)), as_array(b))
  expect_error(torch_set_rng_state(torch_zeros(3)), "state")
})

test_that("seeds are set for a while", {
  torch_manual_seed(5)
  a <- as_array(torch_rand(2))
  torch_manual_seed(5)
  with_torch_manual_seed(torch_rand(9), seed = 1)
  f <- function() {
    local_torch_manual_seed(1)
    as_array(torch_rand(3))
  }
  expect_equal(f(), f())
  expect_equal(as_array(torch_rand(2)), a)
})

test_that("a generator of its own does not touch the session's", {
  g <- torch_generator()
  g$set_current_seed(3)
  expect_equal(g$current_seed(), 3)
  other <- torch_generator()
  for (seed in c(-5, 2^53 - 1, -2^53 + 1, 0)) {
    other$set_current_seed(seed)
    expect_identical(other$current_seed(), seed)
  }
  torch_manual_seed(3)
  a <- as_array(torch_rand(4))
  torch_manual_seed(3)
  expect_equal(as_array(torch_rand(4, generator = g)), a)
  expect_equal(as_array(torch_rand(4)), a)
  expect_error(torch_rand(2, generator = 1), "torch_generator")
})

test_that("normal numbers take means and deviations of any form", {
  torch_manual_seed(1)
  mean <- torch_tensor(c(0, 100, 200))
  expect_equal(round(as_array(torch_normal(mean, 1e-3))), c(0, 100, 200))
  expect_equal(as_array(torch_normal(mean, torch_zeros(3))), c(0, 100, 200))
  expect_equal(as_array(torch_normal(2, torch_zeros(2))), c(2, 2))
  expect_equal(torch_normal(mean$unsqueeze(2), torch_ones(2))$shape, c(3L, 2L))
  expect_equal(torch_normal(0, 1, size = c(2, 3))$shape, c(2L, 3L))
  expect_error(torch_normal(0, 1), "size")
  expect_error(torch_normal(0, -1, size = 2), "negative")
  expect_error(torch_normal(0, torch_tensor(-1)), "negative")
})

test_that("shapes, dtypes and gradients are as asked for", {
  expect_equal(torch_randn(2, 3)$shape, c(2L, 3L))
  expect_true(torch_rand(2, requires_grad = TRUE)$requires_grad)
  expect_true(torch_rand_like(torch_ones(2, dtype = torch_double()))$dtype == torch_double())
  expect_equal(torch_randn_like(torch_ones(3, 2)$t())$stride(), c(1L, 2L))
  expect_true(torch_randint(0, 2, 3)$dtype == torch_float())
  expect_true(torch_randint_like(torch_ones(3, dtype = torch_int()), 0, 9)$dtype == torch_int())
  expect_error(torch_rand(2, dtype = torch_int()), "floating")
  expect_error(torch_randint(5, 5, 3), "less")
  expect_error(torch_randint(0, 300, 3, dtype = torch_uint8()), "Byte")
})

test_that("in-place draws count as changes", {
  x <- torch_ones(3, requires_grad = TRUE)
  expect_error(x$uniform_(), "leaf")
  with_no_grad(x$uniform_())
  y <- x * 2
  y$normal_()
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(0, 0, 0))
  z <- torch_ones(2, requires_grad = TRUE)
  w <- z$exp()
  s <- (w * w)$sum()
  w$detach()$uniform_()
  expect_error(s$backward(), "modified")
  expect_error(torch_ones(1)$expand(3)$uniform_(), "clone")
})

test_that("bad parameters are refused", {
  x <- torch_ones(3)
  expect_error(x$uniform_(2, 1), "from")
  expect_error(x$normal_(0, -1), "std")
  expect_error(x$bernoulli_(2), "between 0 and 1")
  expect_error(torch_bernoulli(torch_tensor(c(0.5, 1.5))), "between 0 and 1")
  expect_error(torch_poisson(torch_tensor(-1)), "negative")
  expect_error(torch_multinomial(torch_tensor(c(0, 1)), 2), "positive")
  expect_error(torch_multinomial(torch_zeros(2), 1), "0")
  expect_error(torch_ones(2, dtype = torch_int())$normal_(), "floating")
})

test_that("a generator whose state has been written over is refused", {
  for (junk in list(as.raw(rep(255, 5016)), as.raw(1:3), "a", NULL, 1:10)) {
    generator <- torch_generator()
    generator$state <- if (is.raw(junk)) rep_len(junk, length(generator$state)) else junk
    expect_error(torch_rand(2, generator = generator), "generator", class = "rushlight_error")
    expect_error(torch_ones(2)$normal_(generator = generator), "generator", class = "rushlight_error")
  }
})

drawn_in_children <- function(generator = NULL, n = 4) {
  unlist(parallel::mclapply(seq_len(n), function(k) as.numeric(torch_rand(1, generator = generator)), mc.cores = 2, mc.preschedule = FALSE))
}

test_that("each forked child has a stream of its own, which follows from the seed", {
  skip_on_os("windows")
  torch_manual_seed(1)
  first <- as.numeric(torch_rand(3))
  torch_manual_seed(1)
  a <- drawn_in_children()
  b <- drawn_in_children()
  expect_false(any(duplicated(c(a, b, first))))
  expect_equal(as.numeric(torch_rand(3)), first)
  torch_manual_seed(1)
  expect_identical(drawn_in_children(), a)
  expect_identical(drawn_in_children(), b)

  state <- torch_get_rng_state()
  d <- drawn_in_children()
  with_torch_manual_seed(drawn_in_children(), seed = 2)
  expect_false(any(drawn_in_children() %in% d))
  torch_set_rng_state(state)
  expect_identical(drawn_in_children(), d)
})

test_that("children of children have streams of their own too", {
  skip_on_os("windows")
  torch_manual_seed(1)
  drawn <- unlist(parallel::mclapply(1:2, function(k) c(drawn_in_children(n = 2), as.numeric(torch_rand(1)))))
  expect_false(any(duplicated(drawn)))
})

test_that("a generator's stream differs in each forked child, and follows from its seed", {
  skip_on_os("windows")
  g <- torch_generator()
  g$set_current_seed(3)
  a <- drawn_in_children(g)
  expect_false(any(duplicated(c(a, drawn_in_children(g), as.numeric(torch_rand(2, generator = g))))))
  g$set_current_seed(3)
  expect_identical(drawn_in_children(g), a)
  read <- unserialize(serialize(g, NULL))
  expect_false(any(duplicated(drawn_in_children(read))))
})

test_that("what a generator held is given back when it is collected", {
  skip_if_not(file.exists("/proc/self/statm"), "the system does not tell how much memory is resident")
  skip_if(nzchar(Sys.getenv("RUSHLIGHT_INSTRUMENTED")), "an instrument keeps memory back")
  resident <- function() as.numeric(strsplit(readLines("/proc/self/statm"), " ")[[1]][2])
  make <- function(n) {
    for (k in seq_len(n)) torch_generator()
    gc()
  }
  make(2000)
  before <- resident()
  for (round in 1:10) make(2000) # of 5 kB
  expect_lt(resident() - before, 10000) # pages; all of them would be 25,000
})

test_that("a generator is saved with its state, and junk for a state is refused", {
  g <- torch_generator()
  g$set_current_seed(3)
  torch_randn(3, generator = g)
  for (version in 2:3) {
    read <- unserialize(serialize(g, NULL, version = version))
    expect_identical(serialize(read$state, NULL, version = 2), serialize(g$state, NULL, version = 2))
    g2 <- unserialize(serialize(g, NULL))
    expect_equal(as_array(torch_randn(5, generator = read)), as_array(torch_randn(5, generator = g2)))
    expect_equal(read$current_seed(), 3)
  }
  for (junk in list(5, NULL, raw(0), raw(4), raw(5024), raw(5056), "a", g)) {
    h <- torch_generator()
    h$state <- junk
    expect_error(torch_rand(1, generator = h), class = "rushlight_error")
    expect_error(h$current_seed(), class = "rushlight_error")
  }
  bytes <- g$state
  set.seed(1)
  for (k in 1:100) {
    h <- torch_generator()
    h$state <- replace(bytes, sample(64, 2), as.raw(sample(0:255, 2)))
    drawn <- tryCatch(torch_rand(3, generator = h), rushlight_error = function(e) NULL)
    expect_true(is.null(drawn) || length(drawn) == 3)
  }
})

test_that("what is drawn in place is in the graph under the name of its distribution", {
  w <- torch_full(3, 0.5, requires_grad = TRUE)
  named <- list(
    UniformBackward0 = function(x) x$uniform_(), NormalBackward0 = function(x) x$normal_(), LogNormalBackward0 = function(x) x$log_normal_(),
    CauchyBackward0 = function(x) x$cauchy_(), ExponentialBackward0 = function(x) x$exponential_(),
    GeometricBackward0 = function(x) x$geometric_(0.5), RandomBackward2 = function(x) x$random_(),
    BernoulliBackward2 = function(x) x$bernoulli_(0.5), BernoulliBackward1 = function(x) x$bernoulli_(w$detach())
  )
  for (name in names(named)) expect_equal(named[[name]](w * 2)$grad_fn$name, name)
  x <- w * 2
  x[1:2]$uniform_()
  x$sum()$backward()
  expect_equal(as.numeric(w$grad), c(0, 0, 2))
  expect_error(w$uniform_(), "would change a leaf")
})

test_that("the derivative of a draw by its probabilities or rates is zero", {
  for (drawn_by in c(torch_bernoulli, torch_poisson)) {
    p <- torch_tensor(c(0.2, 0.5), requires_grad = TRUE)
    (drawn_by(p) * 2 + p)$sum()$backward(create_graph = TRUE)
    expect_equal(as.numeric(p$grad), c(1, 1))
    expect_false(with_no_grad(drawn_by(p))$requires_grad)
  }
  expect_equal(torch_bernoulli(p)$grad_fn$name, "BernoulliBackward0")
})

test_that("a number as a probability or rate gives the default dtype", {
  expect_true(torch_bernoulli(0.5)$dtype == torch_float())
  expect_true(torch_poisson(3)$dtype == torch_float())
  expect_true(torch_bernoulli(torch_tensor(0.5, dtype = torch_double()))$dtype == torch_double())
})

test_that("a permutation has each number once, or is refused", {
  expect_setequal(as.numeric(torch_randperm(256, dtype = torch_uint8())), 0:255)
  expect_error(torch_randperm(257, dtype = torch_uint8()), "`n` must be at most 256, as Byte holds no larger number", class = "value_error")
  expect_error(torch_randperm(2^24 + 2, dtype = torch_float()), "`n` must be at most 16777217", class = "rushlight_error")
  expect_length(torch_randperm(0, dtype = torch_uint8()), 0)
})
