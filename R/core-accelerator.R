#' Calls that accelerators would answer
#'
#' Programs written for torch call these. There is no accelerator here: what asks for a number gets 0, and what would act does nothing.
#'
#' | function | |
#' |---|---|
#' | `cuda_current_device()`, `cuda_runtime_version()`, `backends_cudnn_version()` | 0 |
#' | `cuda_get_device_capability()` | major and minor version: 0 and 0 |
#' | `cuda_memory_stats()` | a list of counts of memory that are all 0; `cuda_memory_summary()` prints it |
#' | `cuda_memory_snapshot()`, `cuda_get_rng_state()` | nothing: a raw vector, and a tensor, without elements |
#' | `cuda_empty_cache()`, `cuda_synchronize()`, `backends_mps_synchronize()`, `cuda_set_rng_state()` | do nothing |
#' | `cuda_record_memory_history()`, `cuda_dump_memory_snapshot()` | do nothing |
#' | `cpu_cache_flush()`, `set_cpu_allocator_config()` | do nothing: freed memory is reused and given back without being asked |
#'
#' `cuda_amp_grad_scaler()` gives an object that scales nothing: `$scale(x)` is `x`, `$step(optimizer)` takes the optimiser's step,
#' `$unscale_()` and `$update()` do nothing, `$get_scale()` is 1 and `$is_enabled()` is `FALSE`.
#'
#' `with_autocast()`, `local_autocast()`, `set_autocast()` and `unset_autocast()` change no dtype: what is computed in half precision on a
#' CPU gains nothing.
#'
#' @param device,device_type a device or its name; not used.
#' @param filepath,enabled,context,stacks,max_entries,state,dtype,cache_enabled not used.
#' @param init_scale,growth_factor,backoff_factor,growth_interval not used.
#' @param threshold_call_gc,cache_max_size_mb,cache_min_block_size not used.
#' @param code an expression.
#' @param ...,.env not used.
#' @param x what `cuda_memory_stats()` gave.
#' @return As in the table; what does nothing returns `NULL`, invisibly. `with_autocast()`: the value of `code`.
#' @section Errors:
#' `with_autocast()` and `local_autocast()` refuse further arguments.
#' @examples
#' cuda_current_device()
#' c(cuda_runtime_version(), backends_cudnn_version(), cuda_get_device_capability())
#' cuda_memory_summary()
#' cuda_memory_stats()$allocated_bytes$current
#' length(cuda_memory_snapshot())
#' cuda_set_rng_state(cuda_get_rng_state())
#' cuda_record_memory_history(TRUE)
#' cuda_dump_memory_snapshot(tempfile())
#' cuda_empty_cache()
#' cuda_synchronize()
#' backends_mps_synchronize()
#' cpu_cache_flush()
#' set_cpu_allocator_config()
#'
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' optim <- optim_sgd(w, lr = 0.1)
#' scaler <- cuda_amp_grad_scaler()
#' scaler$scale(w$square()$sum())$backward()
#' scaler$step(optim)
#' scaler$update()
#' w
#'
#' with_autocast(torch_ones(2) * 2, device_type = "cpu")
#' half_here <- function(x) {
#'   local_autocast("cpu")
#'   x * 2
#' }
#' half_here(torch_ones(2))
#' unset_autocast(set_autocast("cpu"))
#' @name accelerators
NULL

#' @rdname accelerators
#' @export
cuda_current_device <- function() 0L
#' @rdname accelerators
#' @export
cuda_runtime_version <- function() 0L
#' @rdname accelerators
#' @export
backends_cudnn_version <- function() 0L
#' @rdname accelerators
#' @export
cuda_get_device_capability <- function(device = cuda_current_device()) c(major = 0L, minor = 0L)

#' @rdname accelerators
#' @export
cuda_memory_stats <- function(device = cuda_current_device()) {
  counts <- list(current = 0, peak = 0, allocated = 0, freed = 0)
  structure(list(allocated_bytes = counts, reserved_bytes = counts, active_bytes = counts, num_ooms = 0), class = "cuda_memory_stats")
}
#' @rdname accelerators
#' @export
print.cuda_memory_stats <- function(x, ...) {
  cat("<cuda_memory_stats> no memory of an accelerator is in use\n")
  invisible(x)
}
#' @rdname accelerators
#' @export
cuda_memory_summary <- function(device = cuda_current_device()) print(cuda_memory_stats(device))
#' @rdname accelerators
#' @export
cuda_memory_snapshot <- function() raw()
#' @rdname accelerators
#' @export
cuda_get_rng_state <- function(device = NULL) torch_empty(0, dtype = torch_uint8())

#' @rdname accelerators
#' @export
cuda_set_rng_state <- function(state, device = NULL) invisible(NULL)
#' @rdname accelerators
#' @export
cuda_empty_cache <- function() invisible(NULL)
#' @rdname accelerators
#' @export
cuda_synchronize <- function(device = NULL) invisible(NULL)
#' @rdname accelerators
#' @export
cuda_record_memory_history <- function(enabled, context = "all", stacks = "all", max_entries = 1) invisible(NULL)
#' @rdname accelerators
#' @export
cuda_dump_memory_snapshot <- function(filepath) invisible(NULL)
#' @rdname accelerators
#' @export
backends_mps_synchronize <- function() invisible(NULL)
#' @rdname accelerators
#' @export
cpu_cache_flush <- function() invisible(NULL)
#' @rdname accelerators
#' @export
set_cpu_allocator_config <- function(threshold_call_gc = 4000L, cache_enabled = TRUE, cache_max_size_mb = threshold_call_gc,
                                     cache_min_block_size = 1024L) {
  invisible(NULL)
}

#' @rdname accelerators
#' @export
cuda_amp_grad_scaler <- function(init_scale = 2^16, growth_factor = 2, backoff_factor = 0.5, growth_interval = 2000, enabled = TRUE) {
  GradScaler$new()
}
GradScaler <- R6::R6Class(
  "torch_grad_scaler",
  public = list(
    scale = function(outputs) outputs,
    unscale_ = function(optimizer) invisible(NULL),
    step = function(optimizer, ...) optimizer$step(...),
    update = function(new_scale = NULL) invisible(NULL),
    get_scale = function() 1,
    is_enabled = function() FALSE,
    state_dict = function() list(),
    load_state_dict = function(state_dict) invisible(NULL)
  )
)

#' @rdname accelerators
#' @export
with_autocast <- function(code, ..., device_type, dtype = NULL, enabled = TRUE, cache_enabled = NULL) {
  no_dots(...)
  code
}
#' @rdname accelerators
#' @export
local_autocast <- function(device_type, dtype = NULL, enabled = TRUE, cache_enabled = NULL, ..., .env = parent.frame()) {
  no_dots(...)
  invisible(NULL)
}
#' @rdname accelerators
#' @export
set_autocast <- function(device_type, dtype = NULL, enabled = TRUE, cache_enabled = NULL) invisible(NULL)
#' @rdname accelerators
#' @export
unset_autocast <- function(context) invisible(NULL)
