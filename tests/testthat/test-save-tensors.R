passed_through <- function(x, version = 3L) unserialize(serialize(x, NULL, version = version))
through_file <- function(x, version = NULL) {
  file <- tempfile()
  on.exit(unlink(file))
  saveRDS(x, file, version = version)
  readRDS(file)
}
expect_same <- function(y, x) {
  expect_true(torch_equal(y, x))
  expect_true(y$dtype == x$dtype)
  expect_identical(y$shape, x$shape)
}

test_that("values, dtype and shape survive in both formats of R, as small tensors and large", {
  dtypes <- list(
    torch_bool(), torch_uint8(), torch_int8(), torch_int16(), torch_int32(), torch_int64(), torch_half(), torch_bfloat16(),
    torch_float(), torch_double()
  )
  for (version in 2:3) {
    for (dtype in dtypes) {
      for (n in c(0, 1, 7, 70000)) {
        x <- torch_tensor(seq_len(n) %% 3)$to(dtype)
        expect_same(passed_through(x, version), x)
      }
    }
    expect_same(passed_through(torch_tensor(2.5)$sum(), version), torch_tensor(2.5)$sum())
    expect_same(passed_through(torch_zeros(3, 0, 2), version), torch_zeros(3, 0, 2))
    special <- torch_tensor(c(NaN, Inf, -Inf, -0), dtype = torch_double())
    expect_identical(1 / as_array(passed_through(special, version)), 1 / as_array(special))
    expect_same(passed_through(torch_ones(1, 2, 1, 2, 1, 2), version), torch_ones(1, 2, 1, 2, 1, 2))
  }
})

test_that("saveRDS(), save(), dput to text and environments carry tensors", {
  x <- torch_tensor(matrix(c(1.5, 2, -3, 4), 2))
  expect_same(through_file(x), x)
  expect_same(through_file(x, version = 2), x)
  expect_same(unserialize(serialize(x, NULL, ascii = TRUE)), x)
  file <- tempfile()
  on.exit(unlink(file))
  y <- list(x = x, f = local({
    inside <- x
    function() inside$sum()
  }))
  save(y, file = file)
  rm(y)
  load(file)
  expect_same(y$x, x)
  expect_equal(as.numeric(y$f()), 4.5)
})

test_that("views are written by what they show, and come back as they lay", {
  x <- torch_arange(1, 12)$view(c(3, 4))
  views <- list(
    x$t(), x[, 2], x[2:3, 2:4], x[, 2:3]$t(), x[1, ]$expand(c(5, 4)), x[, 1:1]$expand(c(3, 6)), x$view(c(3, 2, 2))$permute(c(3, 1, 2))
  )
  for (version in 2:3) for (view in views) expect_same(passed_through(view, version), view)
  expect_equal(passed_through(x$t())$stride(), x$t()$stride())
  wide <- torch_ones(1)$expand(1e6)
  expect_lt(length(serialize(wide, NULL)), 1000)
  expect_equal(passed_through(wide)$stride(), 0)
  expect_equal(as.numeric(passed_through(wide)$sum()), 1e6)
  expect_lt(length(serialize(torch_zeros(1000, 1000)[1, ], NULL)), 10000)
  windows <- torch_arange(1, 10)$as_strided(c(8, 3), c(1, 1))
  expect_same(passed_through(windows), windows)
  expect_equal(passed_through(windows)$stride(), c(1, 1))
})

test_that("requires_grad, grad and attributes survive; the graph does not", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  attr(w, "unit") <- "m"
  (w * w)$sum()$backward()
  for (version in 2:3) {
    v <- passed_through(w, version)
    expect_true(v$requires_grad)
    expect_true(v$is_leaf)
    expect_equal(as_array(v$grad), c(2, 4))
    expect_identical(attr(v, "unit"), "m")
    (3 * v)$sum()$backward()
    expect_equal(as_array(v$grad), c(5, 7))
    expect_equal(as_array(w$grad), c(2, 4))
    computed <- passed_through(w * 2, version)
    expect_true(computed$requires_grad && computed$is_leaf)
    expect_equal(as_array(computed$detach()), c(2, 4))
    expect_true(is_undefined_tensor(passed_through(w$grad$grad, version)))
  }
  expect_false(passed_through(torch_ones(2))$requires_grad)
  large <- torch_ones(200, 200, requires_grad = TRUE)
  large$sum()$backward()
  expect_same(passed_through(large)$grad, large$grad)
})

test_that("an attribute belongs to the tensor, however it is reached", {
  a <- torch_ones(2)
  b <- a
  attr(b, "unit") <- "m"
  expect_identical(attr(a, "unit"), "m")
  a$add_(1)
  expect_identical(attr(a, "unit"), "m")
  attr(a, "self") <- list(a)
  r <- passed_through(a)
  expect_equal(as_array(attr(r, "self")[[1]]), c(2, 2))
  attr(a, "self") <- NULL
})

test_that("a handle that stands twice in an object is one tensor when it is read", {
  x <- torch_zeros(2)
  for (version in 2:3) {
    y <- passed_through(list(x, list(x)), version)
    y[[1]]$add_(1)
    expect_equal(as_array(y[[2]][[1]]), c(1, 1))
    expect_true(identical(y[[1]], y[[2]][[1]]))
    expect_equal(as_array(x), c(0, 0))
  }
})

test_that("what is written is the tensor as it is at that moment", {
  x <- torch_zeros(2)
  for (version in 2:3) {
    before <- serialize(x, NULL, version = version)
    x$add_(1)
    after <- serialize(x, NULL, version = version)
    expect_false(identical(before, after))
    expect_equal(as_array(unserialize(after)), as_array(x))
    expect_equal(as_array(unserialize(before)), as_array(x) - 1)
  }
  w <- torch_ones(2, requires_grad = TRUE)
  seen <- list()
  h <- w$register_hook(function(g) {
    seen[[length(seen) + 1]] <<- serialize(w, NULL, version = 2)
    NULL
  })
  for (k in 1:2) (w * 2)$sum()$backward()
  expect_true(is_undefined_tensor(unserialize(seen[[1]])$grad))
  expect_equal(as_array(unserialize(seen[[2]])$grad), c(2, 2))
  h$remove()
})

test_that("what was read can be written again before it is used", {
  for (x in list(torch_tensor(c(1, 2)), torch_ones(200, 200)$t())) {
    for (first in 2:3) for (second in 2:3) expect_same(passed_through(passed_through(x, first), second), x)
    once <- passed_through(x)
    expect_identical(serialize(once, NULL), serialize(x, NULL))
    expect_identical(serialize(once, NULL, version = 2), serialize(x, NULL, version = 2))
  }
})

test_that("the vector that R feels is not written", {
  x <- torch_zeros(512, 512)
  for (version in 2:3) expect_lt(length(serialize(x, NULL, version = version)), 512 * 512 * 4 + 1000)
})

test_that("what was read is a tensor for everything that asks", {
  x <- passed_through(torch_tensor(c(1, 2)))
  expect_true(inherits(x, "torch_tensor"))
  expect_false(is_undefined_tensor(passed_through(x)))
  expect_equal(as_array(torch_stack(list(passed_through(x), passed_through(x)))$sum()), 6)
  expect_output(print(list(passed_through(x))), "CPUFloatType")
  expect_output(str(list(passed_through(x))), "Float")
  f <- autograd_function(
    forward = function(ctx, a) {
      ctx$save_for_backward(passed_through(x))
      a * 2
    },
    backward = function(ctx, g) list(a = g * ctx$saved_variables[[1]])
  )
  w <- torch_ones(2, requires_grad = TRUE)
  f(w)$sum()$backward()
  expect_equal(as_array(w$grad), c(1, 2))
})

test_that("bytes of different tensors differ, and those of equal ones agree", {
  for (version in 2:3) {
    bytes <- function(x) serialize(x, NULL, version = version)
    for (n in c(2, 300)) {
      expect_identical(bytes(torch_ones(n, n)), bytes(torch_ones(n, n)))
      expect_false(identical(bytes(torch_ones(n, n)), bytes(torch_zeros(n, n))))
      expect_false(identical(bytes(torch_ones(n, n)), bytes(torch_ones(n * n))))
      expect_false(identical(bytes(torch_ones(n, n)), bytes(torch_ones(n, n, dtype = torch_int()))))
      expect_false(identical(bytes(torch_ones(n, n)), bytes(torch_ones(n, n, requires_grad = TRUE))))
    }
    x <- torch_arange(1, 6)$view(c(2, 3))
    expect_identical(bytes(x[2, ]), bytes(torch_tensor(c(4, 5, 6))))
    expect_identical(bytes(x[, 2]), bytes(torch_tensor(c(2, 5))))
  }
})

test_that("digest and memoise tell tensors apart", {
  skip_if_not_installed("digest")
  digest <- digest::digest
  expect_false(digest(torch_tensor(c(1, 2))) == digest(torch_tensor(c(1, 3))))
  expect_true(digest(torch_tensor(c(1, 2))) == digest(torch_tensor(c(1, 2))))
  skip_if_not_installed("memoise")
  calls <- 0
  total <- memoise::memoise(function(x) {
    calls <<- calls + 1
    as.numeric(x$sum())
  })
  expect_equal(c(total(torch_ones(2)), total(torch_ones(2)), total(torch_zeros(2))), c(2, 2, 0))
  expect_equal(calls, 2)
})

test_that("files of every format are read", {
  for (version in 2:3) {
    things <- readRDS(sprintf("saved/format-1-serialized-%d.rds", version))
    expect_equal(as_array(things$weight$detach()), matrix(c(1, 2, 3, 4), 2))
    expect_true(things$weight$requires_grad)
    expect_equal(as_array(things$weight$grad), matrix(c(2, 4, 6, 8), 2))
    expect_identical(attr(things$weight, "unit"), "m")
    expect_true(identical(things$weight, things$again))
    expect_same(things$transposed, torch_tensor(matrix(1:6, 2))$t())
    expect_same(things$half, torch_tensor(c(0.5, -2), dtype = torch_half()))
    expect_same(things$bfloat16, torch_tensor(c(0.5, -2), dtype = torch_bfloat16()))
    expect_same(things$mask, torch_tensor(c(TRUE, FALSE, TRUE)))
    expect_same(things$bytes, torch_tensor(c(0, 255), dtype = torch_uint8()))
    expect_same(things$double, torch_tensor(pi, dtype = torch_double()))
    expect_same(things$expanded, torch_tensor(c(1, 2))$expand(c(3, 2)))
    expect_same(things$empty, torch_zeros(0, 3))
    expect_true(is_undefined_tensor(things$undefined))
    expect_same(things$large, torch_ones(200, 200))
    expect_equal(as_array(torch_rand(3, generator = things$generator)), c(0.0333, 0.9942, 0.6064), tolerance = 1e-3)
  }
  expect_equal(as_array(torch_rand(3, generator = readRDS("saved/generator-0.1.0.rds"))), c(0.0333, 0.9942, 0.6064), tolerance = 1e-3)
})

test_that("a tensor without values says why, and leaves the list it is in whole", {
  old <- readRDS("saved/tensor-0.1.0.rds")
  expect_error(old$sum(), "0.1.0", class = "rushlight_error")
  expect_error(torch_ones(3) + old, "without values", class = "rushlight_error")
  expect_output(print(list(a = old, b = 7)), "without values.*0\\.1\\.0.*7")
  expect_output(str(list(a = old, b = 7)), "without values.*num 7")
  expect_match(format(old), "without values")
})

# The bytes of a state within what serialize() wrote, and the object read with others in their place.
state_magic <- charToRaw("rltensor")
state_range <- function(bytes) {
  start <- Find(function(k) identical(bytes[k + 0:7], state_magic), which(bytes == state_magic[1]))
  length <- sum(as.integer(bytes[start - 4:1]) * 256^(3:0))
  start + seq_len(length) - 1
}
with_state <- function(bytes, state) {
  range <- state_range(bytes)
  length <- writeBin(length(state), raw(), endian = "big")
  unserialize(c(bytes[seq_len(range[1] - 5)], length, state, bytes[-seq_len(max(range))]))
}

test_that("states of a newer version, cut short or damaged are errors that say so", {
  bytes <- serialize(torch_tensor(c(1, 2)), NULL, version = 2)
  state <- bytes[state_range(bytes)]
  expect_same(with_state(bytes, state), torch_tensor(c(1, 2)))
  newer <- state
  newer[9] <- as.raw(2)
  expect_error(with_state(bytes, newer)$sum(), "newer version", class = "rushlight_error")
  for (n in seq(0, length(state) - 1)) expect_error(with_state(bytes, state[seq_len(n)])$sum(), class = "rushlight_error")
  expect_error(with_state(bytes, state[seq_len(20)])$sum(), "cut short")
  expect_error(with_state(bytes, c(state, as.raw(0)))$sum(), "damaged")
  expect_error(with_state(bytes, raw(8))$sum(), "not written by rushlight")
})

test_that("values that were written in the other byte order are turned round", {
  bytes <- serialize(torch_tensor(c(1, -2.5)), NULL, version = 2)
  state <- bytes[state_range(bytes)]
  values <- length(state) - 7:0
  state[values] <- state[values][c(4:1, 8:5)]
  state[17] <- as.raw(3 - as.integer(state[17]))
  expect_same(with_state(bytes, state), torch_tensor(c(1, -2.5)))
})

test_that("no damage to a state does more than make an error", {
  w <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
  (w * w)$sum()$backward()
  tensors <- list(
    w, torch_ones(2, 3, dtype = torch_half())$t(), torch_tensor(c(TRUE, FALSE)), torch_tensor(c(1, 2))$expand(c(3, 2)), torch_zeros(0, 2),
    w$grad$grad, torch_arange(1, 10)$as_strided(c(5, 3), c(1, 2)), torch_tensor(1:5)
  )
  words <- list(
    rep(255, 8), c(rep(255, 7), 127), c(rep(0, 7), 128), c(2, rep(0, 7)), rep(0, 8), c(32, rep(0, 7)), c(0, 0, 0, 0, 1, 0, 0, 0)
  )
  set.seed(1)
  damaged <- function(state) {
    switch(sample(3, 1),
      replace(state, sample(length(state), 2), as.raw(sample(0:255, 2, TRUE))),
      replace(state, 8 * sample(length(state) %/% 8 - 1, 1) + 1:8, as.raw(sample(words, 1)[[1]])),
      state[seq_len(sample(0:length(state), 1))]
    )
  }
  outcomes <- vapply(1:400, function(k) {
    bytes <- serialize(tensors[[1 + k %% length(tensors)]], NULL, version = 2)
    x <- with_state(bytes, damaged(bytes[state_range(bytes)]))
    tryCatch(
      {
        if (prod(x$shape) < 1e5) x$detach()$clone()
        "read"
      },
      rushlight_error = function(e) "refused",
      error = conditionMessage
    )
  }, "")
  expect_setequal(outcomes, c("read", "refused"))
})

test_that("a large tensor is written without a copy of it", {
  skip_on_cran()
  x <- torch_ones(2000, 1000)
  file <- tempfile()
  on.exit(unlink(file))
  connection <- file(file, "wb")
  serialize(1, connection)
  before <- gc(reset = TRUE)[2, 2]
  serialize(x, connection)
  grown <- gc()[2, 6] - before
  close(connection)
  expect_gt(file.size(file), 8e6)
  expect_lt(grown, 4)
})

test_that("a list of many tensors is saved and read", {
  many <- passed_through(lapply(1:5000, function(k) torch_tensor(k)))
  expect_equal(sum(vapply(many, as.numeric, 0)), sum(1:5000))
})

test_that("other processes read tensors and send them", {
  skip_on_cran()
  skip_on_os("windows")
  x <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
  results <- parallel::mclapply(1:2, function(k) {
    y <- (x * k)$sum()
    y$backward()
    list(y, x$grad, torch_mm(x, x))
  }, mc.cores = 2)
  expect_equal(as.numeric(results[[2]][[1]]), 20)
  expect_equal(as_array(results[[2]][[2]]), matrix(2, 2, 2))
  expect_same(results[[1]][[3]], torch_mm(x, x))
  expect_true(is_undefined_tensor(x$grad))

  cluster <- parallel::makePSOCKcluster(1)
  on.exit(parallel::stopCluster(cluster))
  library_paths <- .libPaths()
  parallel::clusterExport(cluster, "library_paths", environment())
  parallel::clusterEvalQ(cluster, .libPaths(library_paths))
  answers <- parallel::parLapply(cluster, list(x, torch_ones(300, 300)), function(t) list(loadedNamespaces(), t * 2))
  expect_true("rushlight" %in% answers[[1]][[1]])
  expect_same(answers[[1]][[2]], x * 2)
  expect_equal(as.numeric(answers[[2]][[2]]$sum()), 180000)
})

test_that("where R cannot give the vector that it feels, tensors are made all the same", {
  skip_on_cran()
  skip_on_os("windows")
  code <- paste(
    "options(error = quote(cat('an error was seen')));",
    "library(rushlight, lib.loc = .libPaths()); l <- lapply(1:60, function(k) torch_ones(1024, 1024)); cat(as.numeric(l[[60]]$sum()))"
  )
  env <- c("R_MAX_VSIZE=150Mb", paste0("R_LIBS=", paste(.libPaths(), collapse = ":")))
  said <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE, stderr = TRUE, env = env)
  expect_identical(said, "1048576")
})
