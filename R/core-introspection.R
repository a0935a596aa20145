# What is alive in C, for tests: tensors, storages, graph nodes, and bytes.
rushlight_counts <- function() .Call(ffi_counts)

# The ops of src/ops/ops.def; TRUE for those that have a derivative.
op_names <- function() .Call(ffi_op_names)

# Switches on or off that each op is inferred twice and held to what it said; the names of the ops that were.
check_inference <- function(on) .Call(ffi_check_inference, on)
