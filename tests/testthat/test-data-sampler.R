test_that("a sampler gives the order, and a sampler of batches the batches", {
  backwards <- sampler(
    "backwards",
    initialize = function(n) self$n <- n,
    .iter = function() {
      left <- self$n
      function() if (left > 0) (left <<- left - 1) + 1 else coro::exhausted()
    },
    .length = function() self$n
  )
  ds <- tensor_dataset(torch_arange(1, 5))
  expect_length(backwards(5), 5)
  expect_identical(coro::collect(as_iterator(backwards(3))), list(3, 2, 1))
  loader <- dataloader(ds, batch_size = 2, sampler = backwards(5))
  expect_length(loader, 3)
  expect_identical(lapply(coro::collect(as_iterator(loader)), function(batch) as.numeric(batch[[1]])), list(c(5, 4), c(3, 2), 1))
  expect_length(dataloader(ds, batch_size = 2, sampler = backwards(5), drop_last = TRUE), 2)
  pairs <- sampler(
    "pairs",
    .iter = function() {
      left <- list(c(1, 5), 2:3)
      function() {
        if (!length(left)) return(coro::exhausted())
        batch <- left[[1]]
        left <<- left[-1]
        batch
      }
    },
    .length = function() 2
  )
  loader <- dataloader(ds, batch_sampler = pairs())
  expect_length(loader, 2)
  expect_identical(lapply(coro::collect(as_iterator(loader)), function(batch) as.numeric(batch[[1]])), list(c(1, 5), c(2, 3)))
  expect_error(sampler(inherit = 1), "`inherit` must be a class of samplers", class = "rushlight_error")
  expect_error(sampler("s")()$.iter(), "needs one", class = "rushlight_error")
})
