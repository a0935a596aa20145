test_that("what asks an accelerator gets 0, or nothing", {
  expect_identical(cuda_current_device(), 0L)
  expect_identical(c(cuda_runtime_version(), backends_cudnn_version()), c(0L, 0L))
  expect_identical(cuda_get_device_capability(), c(major = 0L, minor = 0L))
  expect_identical(cuda_memory_stats()$allocated_bytes$current, 0)
  expect_output(cuda_memory_summary(), "no memory")
  expect_identical(cuda_memory_snapshot(), raw())
  expect_identical(cuda_get_rng_state()$shape, 0L)
  for (f in list(cuda_empty_cache, cuda_synchronize, backends_mps_synchronize, cpu_cache_flush, set_cpu_allocator_config)) expect_null(f())
  expect_null(cuda_set_rng_state(cuda_get_rng_state()))
  expect_null(cuda_record_memory_history(TRUE))
  file <- tempfile()
  expect_null(cuda_dump_memory_snapshot(file))
  expect_false(file.exists(file))
})

test_that("a gradient scaler leaves losses and gradients as they are, and steps", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  optim <- optim_sgd(w, lr = 0.1)
  scaler <- cuda_amp_grad_scaler()
  scaler$scale(w$square()$sum())$backward()
  scaler$unscale_(optim)
  scaler$step(optim)
  scaler$update()
  expect_equal(as_array(w), c(0.8, 1.6), tolerance = 1e-6)
  expect_identical(scaler$get_scale(), 1)
  expect_false(scaler$is_enabled())
})

test_that("automatic casting changes no dtype, and evaluates its code once", {
  count <- 0
  y <- with_autocast({
    count <- count + 1
    torch_matmul(torch_ones(2, 2), torch_ones(2, 2))
  }, device_type = "cpu", dtype = torch_bfloat16())
  expect_true(y$dtype == torch_float())
  expect_identical(count, 1)
  f <- function() {
    local_autocast("cpu")
    torch_ones(1)$dtype
  }
  expect_true(f() == torch_float())
  expect_null(unset_autocast(set_autocast("cpu")))
  expect_error(with_autocast(1, device_type = "cpu", enabld = FALSE), "enabld", class = "rushlight_error")
})

test_that("a device left to choose is the CPU, and no other is", {
  x <- torch_ones(2)
  expect_identical(x$to(device = "auto")$device, torch_device("cpu"))
  expect_error(x$to(device = "automatic"), "only device", class = "rushlight_error")
})
