# A shell that interrupts this process after each delay it is told. make interrupts does this at length.
interrupter <- function(env = parent.frame()) {
  shell <- pipe(sprintf("while read delay; do sleep $delay; kill -INT %d || exit; done", Sys.getpid()), "w")
  do.call(on.exit, list(bquote(close(.(shell))), add = TRUE), envir = env)
  shell
}

# Whether an interrupt that comes while `work` is repeated ends it.
interrupted <- function(shell, delay, work) {
  tryCatch(
    {
      cat(sprintf("%.3f\n", delay), file = shell)
      flush(shell)
      started <- Sys.time()
      while (Sys.time() - started < 20) work()
      FALSE
    },
    interrupt = function(e) TRUE
  )
}

skip_without_signals <- function() {
  skip_on_cran()
  skip_on_os("windows")
}

test_that("an interrupt leaves no mode switched", {
  skip_without_signals()
  shell <- interrupter()
  w <- torch_ones(1, requires_grad = TRUE)
  nan <- torch_zeros(1, requires_grad = TRUE)
  seeded <- function() {
    local_torch_manual_seed(3)
    with_torch_manual_seed(torch_rand(1), seed = 4)
  }
  locally <- function() {
    local_no_grad()
    w * 2
  }
  torch_manual_seed(1)
  state <- as_array(torch_get_rng_state())
  for (delay in c(0.003, 0.007, 0.012)) {
    expect_true(interrupted(shell, delay, function() with_no_grad(with_enable_grad(w * 2))))
    expect_true(interrupted(shell, delay, function() locally()))
    expect_true((w * 2)$requires_grad)
    expect_true(interrupted(shell, delay, function() with_detect_anomaly((w * 2)$sum()$backward())))
    expect_error((nan / nan)$sum()$backward(), NA)
    expect_true(interrupted(shell, delay, function() seeded()))
    expect_identical(as_array(torch_get_rng_state()), state)
  }
})

test_that("what is computed in place is computed to its end", {
  skip_without_signals()
  shell <- interrupter()
  x <- torch_zeros(2e6)
  half <- x[1:1e6]
  for (delay in c(0.01, 0.02)) {
    expect_true(interrupted(shell, delay, function() x$add_(1)))
    expect_equal(x$min()$item(), x$max()$item())
    expect_true(interrupted(shell, delay, function() half$exp_()$fill_(runif(1))))
    expect_equal(half$min()$item(), half$max()$item())
    x$zero_()
  }
})

test_that("long work is stopped, and nothing of it stays", {
  skip_without_signals()
  shell <- interrupter()
  x <- torch_rand(3e6)
  index <- torch_ones(3e6, dtype = torch_long())
  m <- torch_rand(1000, 1000)
  whole <- torch_ones(300, 300, dtype = torch_long())
  tensors <- function() {
    gc()
    rushlight_counts()
    gc()
    rushlight_counts()[["tensors"]]
  }
  before <- tensors()
  expect_true(interrupted(shell, 0.1, function() torch_sort(x$double())))
  expect_true(interrupted(shell, 0.1, function() torch_cummax(x, 1)))
  expect_true(interrupted(shell, 0.1, function() torch_mm(m, m)))
  expect_true(interrupted(shell, 0.1, function() torch_mm(whole, whole)))
  expect_true(interrupted(shell, 0.1, function() torch_zeros(2)$index_add(1, index, x)))
  expect_true(interrupted(shell, 0.1, function() x[x > 0.5]))
  expect_true(interrupted(shell, 0.1, function() x[index]))
  expect_true(interrupted(shell, 0.1, function() torch_randn(1e7)))
  expect_true(interrupted(shell, 0.1, function() as_array(x)))
  expect_equal(tensors(), before)
})

test_that("a backward pass that does not end has added to no $grad", {
  x <- torch_ones(2, requires_grad = TRUE)
  y <- torch_ones(2, requires_grad = TRUE)
  late <- x * x
  hook <- late$register_hook(function(g) stop("not now"))
  loss <- (late + y)$sum()
  expect_error(loss$backward(retain_graph = TRUE), "not now")
  expect_true(is_undefined_tensor(x$grad))
  expect_true(is_undefined_tensor(y$grad))
  hook$remove()
  loss$backward()
  expect_equal(as_array(x$grad), c(2, 2))
  expect_equal(as_array(y$grad), c(1, 1))

  skip_without_signals()
  shell <- interrupter()
  for (delay in c(0.01, 0.05)) {
    x$grad <- y$grad <- NULL
    pass <- function() {
      sum <- x + y
      for (k in 1:50) sum <- sum + x + y
      sum$sum()$backward()
    }
    pass()
    expect_true(interrupted(shell, delay, pass))
    expect_equal(as_array(x$grad), as_array(y$grad))
    expect_equal(as_array(x$grad) %% 51, c(0, 0))
  }
})

test_that("a handler of interrupts is called where the work is", {
  skip_without_signals()
  shell <- interrupter()
  seen <- NULL
  x <- torch_rand(5e6)
  ended <- interrupted(shell, 0.1, function() {
    withCallingHandlers(x$lgamma(), interrupt = function(e) seen <<- torch_ones(2)$sum()$item())
  })
  expect_true(ended)
  expect_equal(seen, 2)
})

test_that("an interrupt taken when R collects garbage under a backward pass leaves no mode switched", {
  skip_without_signals()
  w <- torch_ones(3, requires_grad = TRUE)
  for (allocations in 1:60) {
    y <- w * w
    z <- y * 2
    z$register_hook(function(g) {
      suspendInterrupts(tools::pskill(Sys.getpid(), tools::SIGINT))
      gctorture2(1, wait = allocations) # the interrupt waits for a collection, which this many allocations later brings
      g
    })
    y$register_hook(function(g) g)
    loss <- z$sum()
    tryCatch(
      {
        loss$backward()
        repeat NULL
      },
      interrupt = function(e) NULL,
      finally = gctorture(FALSE)
    )
    expect_true((w * 2)$requires_grad)
    autograd_set_grad_mode(TRUE)
  }
})
