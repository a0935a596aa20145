batches <- function(loader) coro::collect(as_iterator(loader))

drawing <- dataset(
  "drawing",
  initialize = function(n) {
    self$n <- n
    self$offset <- torch_tensor(10)
  },
  .getitem = function(i) list(i = i + self$offset, torch = torch_rand(1), r = runif(1), pid = Sys.getpid()),
  .length = function() self$n
)

in_both_ways <- function(code) {
  code <- substitute(code)
  eval(code, parent.frame())
  old <- options(rushlight.fork = FALSE)
  on.exit(options(old))
  eval(code, parent.frame())
}

pids_of <- function(found) unique(unlist(lapply(found, function(batch) as.integer(batch$pid))))
runs <- function(pid) tools::pskill(pid, 0)
gone <- function(pids) {
  for (k in 1:50) if (any(runs(pids))) Sys.sleep(0.1)
  !any(runs(pids))
}

test_that("workers load in other processes, keep the order, hold tensors, and are gone after the pass", {
  skip_on_cran()
  in_both_ways({
    found <- batches(dataloader(drawing(7), batch_size = 2, num_workers = 2))
    expect_equal(unlist(lapply(found, function(batch) as.numeric(batch$i))), 11:17)
    pids <- pids_of(found)
    expect_length(pids, 2)
    expect_false(Sys.getpid() %in% pids)
    expect_true(gone(pids))
  })
})

test_that("random numbers differ between batches and passes, and repeat after torch_manual_seed()", {
  skip_on_cran()
  drawn <- function(loader, name) unlist(lapply(batches(loader), function(batch) as.numeric(batch[[name]])))
  for (name in c("torch", "r")) {
    torch_manual_seed(5)
    first <- drawn(dataloader(drawing(8), batch_size = 2, num_workers = 2), name)
    second <- drawn(dataloader(drawing(8), batch_size = 2, num_workers = 2), name)
    torch_manual_seed(5)
    expect_identical(drawn(dataloader(drawing(8), batch_size = 2, num_workers = 1), name), first)
    expect_identical(anyDuplicated(c(first, second)), 0L)
  }
})

test_that("an error, a warning, a death and a delay in a worker are told here", {
  skip_on_cran()
  failing <- dataset(.getitem = function(i) if (i == 3) stop("no file for item ", i) else i, .length = function() 4)
  iter <- dataloader_make_iter(dataloader(failing(), batch_size = 2, num_workers = 2))
  expect_equal(as.numeric(dataloader_next(iter)), 1:2)
  expect_error(dataloader_next(iter), "worker 2 failed: no file for item 3", class = "rushlight_error")
  expect_error(dataloader_next(iter), "begin another one", class = "rushlight_error")
  warning_of <- dataset(.getitem = function(i) torch_tensor(as.integer(c("1", "b"))[i]), .length = function() 1)
  expect_warning(batches(dataloader(warning_of(), num_workers = 1)), "NAs introduced by coercion")
  dying <- dataset(.getitem = function(i) tools::pskill(Sys.getpid(), tools::SIGKILL), .length = function() 4)
  expect_error(batches(dataloader(dying(), num_workers = 2)), "has ended before it gave its batch", class = "rushlight_error")
  slow <- dataset(.getitem = function(i) Sys.sleep(30), .length = function() 4)
  expect_error(batches(dataloader(slow(), num_workers = 1, timeout = 0.3)), "within the `timeout` of 0.3 seconds", class = "rushlight_error")
  unstacked <- dataset(.getitem = function(i) torch_ones(i), .length = function() 2)
  expect_error(batches(dataloader(unstacked(), batch_size = 2, num_workers = 1)), "item 2 of the batch has shape \\[2\\]")
})

test_that("workers are set up: a function, globals, packages", {
  skip_on_cran()
  in_both_ways({
    ds <- dataset(.getitem = function(i) list(i * given_to_workers, worker = number_of_worker, stats4 = "package:stats4" %in% search()),
                  .length = function() 2)
    loader <- dataloader(
      ds(), num_workers = 2, worker_init_fn = function(id) assign("number_of_worker", id, envir = globalenv()),
      worker_globals = list(given_to_workers = 5), worker_packages = "stats4"
    )
    found <- batches(loader)
    expect_equal(vapply(found, function(batch) as.numeric(batch[[1]]), 0), c(5, 10))
    expect_equal(vapply(found, function(batch) as.numeric(batch$worker), 0), 1:2)
    expect_true(all(vapply(found, function(batch) as.logical(batch$stats4), NA)))
  })
  failing <- dataloader(ds(), num_workers = 1, worker_init_fn = function(id) stop("no licence for worker ", id))
  expect_error(batches(failing), "no licence for worker 1", class = "rushlight_error")
})

test_that("an iterable dataset gives each item once through a worker", {
  skip_on_cran()
  counting <- iterable_dataset("counting", .iter = function() {
    at <- 0
    function() if ((at <<- at + 1) <= 5) at else coro::exhausted()
  })
  expect_equal(unlist(lapply(batches(dataloader(counting(), batch_size = 2, num_workers = 1)), as.numeric)), 1:5)
})

test_that("workers of a pass that is left are gone with it", {
  skip_on_cran()
  iter <- dataloader_make_iter(dataloader(drawing(100), num_workers = 2))
  pids <- pids_of(list(dataloader_next(iter), dataloader_next(iter)))
  expect_true(all(runs(pids)))
  rm(iter)
  gc()
  gc()
  expect_true(gone(pids))
})
