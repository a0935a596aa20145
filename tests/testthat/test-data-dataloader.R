batches <- function(loader) coro::collect(as_iterator(loader))
numbers <- function(loader) lapply(batches(loader), function(batch) as.numeric(batch[[1]]))
five <- tensor_dataset(torch_arange(1, 5))

test_that("batches come in order, the last one smaller or left out, each pass anew", {
  loader <- dataloader(five, batch_size = 2)
  expect_identical(numbers(loader), list(c(1, 2), c(3, 4), 5))
  expect_identical(numbers(loader), list(c(1, 2), c(3, 4), 5))
  expect_length(loader, 3)
  dropping <- dataloader(five, batch_size = 2, drop_last = TRUE)
  expect_identical(numbers(dropping), list(c(1, 2), c(3, 4)))
  expect_length(dropping, 2)
  expect_output(print(loader), "3 batches of <tensor_dataset>")
  expect_true(is_dataloader(loader))
  expect_false(is_dataloader(five))
  expect_identical(numbers(dataloader(tensor_dataset(torch_ones(0)))), list())
})

test_that("shuffled passes differ, cover all items, and repeat after torch_manual_seed()", {
  loader <- dataloader(tensor_dataset(torch_arange(1, 20)), batch_size = 7, shuffle = TRUE)
  torch_manual_seed(3)
  first <- unlist(numbers(loader))
  second <- unlist(numbers(loader))
  torch_manual_seed(3)
  expect_identical(unlist(numbers(loader)), first)
  expect_false(identical(first, second))
  expect_equal(sort(second), 1:20)
})

test_that("a pass is gone through by dataloader_next(), loop(), enumerate() and $.iter()", {
  loader <- dataloader(five, batch_size = 3)
  iter <- dataloader_make_iter(loader)
  expect_equal(as.numeric(dataloader_next(iter)[[1]]), 1:3)
  expect_equal(as.numeric(dataloader_next(iter)[[1]]), 4:5)
  expect_null(dataloader_next(iter))
  expect_identical(dataloader_next(iter, completed = "done"), "done")
  sums <- c()
  loop(for (batch in loader) sums <- c(sums, as.numeric(batch[[1]]$sum())))
  expect_equal(sums, c(6, 9))
  sums <- c()
  for (batch in enumerate(loader)) sums <- c(sums, as.numeric(batch[[1]]$sum()))
  expect_equal(sums, c(6, 9))
  second <- enumerate(loader)[[2]]
  expect_equal(as.numeric(second[[1]]), 4:5)
  for (batch in enumerate(dataloader(tensor_dataset(x = torch_ones(2))))) expect_equal(as.numeric(batch$x), 1)
  expect_equal(as.numeric(loader$.iter()$.next()[[1]]), 1:3)
  expect_error(enumerate(1), "loader", class = "rushlight_error")
})

test_that("without batches items come one by one, as they are", {
  ds <- dataset(.getitem = function(i) list(i, "a"), .length = function() 2)
  found <- batches(dataloader(ds(), batch_size = NULL))
  expect_length(found, 2)
  expect_identical(found[[2]][[1]]$shape, 1L)
  expect_identical(found[[2]][[2]], "a")
})

test_that(".getbatch() is preferred, what it returns is converted, and collate_fn has the last word", {
  ds <- dataset(.getbatch = function(i) list(x = matrix(i, length(i), 2), n = length(i), s = "a"), .length = function() 3)
  batch <- batches(dataloader(ds(), batch_size = 2))[[1]]
  expect_equal(as.array(batch$x), rbind(c(1, 1), c(2, 2)))
  expect_identical(batch$n$dtype, torch_long())
  expect_identical(batch$s, "a")
  items <- dataset(.getitem = function(i) i, .length = function() 3)
  expect_identical(batches(dataloader(items(), batch_size = 2, collate_fn = function(items) unlist(items) * 10)), list(c(10, 20), 30))
})

test_that("a loader can be changed, and a class put before its own", {
  loader <- dataloader(five, batch_size = 5)
  loader$.device <- "cpu"
  class(loader) <- c("doubling", class(loader))
  method <- function(x) {
    following <- NextMethod()
    function() {
      batch <- following()
      if (coro::is_exhausted(batch)) batch else list(batch[[1]] * 2)
    }
  }
  environment(method) <- globalenv()
  registerS3method("as_iterator", "doubling", method, envir = asNamespace("coro"))
  expect_identical(numbers(loader), list(c(2, 4, 6, 8, 10)))
})

counting <- iterable_dataset("counting", initialize = function(n) self$n <- n, .iter = function() {
  at <- 0
  function() {
    if (at > self$n) stop("asked after its end")
    if ((at <<- at + 1) <= self$n) at else coro::exhausted()
  }
})

test_that("an iterable dataset is read in batches, from the start in each pass", {
  loader <- dataloader(counting(5), batch_size = 2)
  of <- function(loader) lapply(batches(loader), as.numeric)
  expect_identical(of(loader), list(c(1, 2), c(3, 4), 5))
  expect_identical(of(loader), list(c(1, 2), c(3, 4), 5))
  expect_identical(of(dataloader(counting(5), batch_size = 2, drop_last = TRUE)), list(c(1, 2), c(3, 4)))
  expect_identical(length(loader), NA_integer_)
  expect_identical(of(dataloader(counting(5), batch_size = 2, shuffle = TRUE)), list(c(1, 2), c(3, 4), 5))
  expect_error(dataloader(counting(5), sampler = item_order(five, TRUE)), "order of its own", class = "rushlight_error")
  expect_error(dataloader(counting(5), num_workers = 2), "one worker", class = "rushlight_error")
  expect_error(enumerate(loader), "no length", class = "rushlight_error")
})

test_that("wrong arguments of a loader are refused by name", {
  expect_error(dataloader(1:3), "`dataset`", class = "rushlight_error")
  expect_error(dataloader(five, batch_size = 0), "`batch_size`", class = "rushlight_error")
  expect_error(dataloader(five, batch_size = "a"), "`batch_size`", class = "rushlight_error")
  expect_error(dataloader(five, num_workers = -1), "`num_workers`", class = "rushlight_error")
  expect_error(dataloader(five, shuffle = NA), "`shuffle`", class = "rushlight_error")
  expect_error(dataloader(five, sampler = 1), "`sampler`", class = "rushlight_error")
  expect_error(dataloader(five, collate_fn = 1), "`collate_fn`", class = "rushlight_error")
  expect_error(dataloader(five, worker_globals = list(1)), "`worker_globals`", class = "rushlight_error")
  expect_error(dataloader(five, shuffle = TRUE, sampler = item_order(five, FALSE)), "one of them", class = "rushlight_error")
  expect_error(dataloader(dataset(.getitem = function(i) i)()), "no .length", class = "rushlight_error")
  expect_error(dataloader_make_iter(five), "`dataloader`", class = "rushlight_error")
  expect_error(dataloader_next(five), "`iter`", class = "rushlight_error")
})

test_that("a bar of cli shows how far a pass is when asked for", {
  old <- options(cli.progress_show_after = 0, cli.dynamic = FALSE)
  on.exit(options(old))
  shown <- function(progress) {
    loader <- dataloader(five, batch_size = 2, progress = progress)
    capture.output(expect_identical(numbers(loader), list(c(1, 2), c(3, 4), 5)), type = "message")
  }
  expect_match(paste(shown(TRUE), collapse = "\n"), "3/3 | .*/s | ETA", fixed = FALSE)
  expect_identical(shown(FALSE), character())
})
