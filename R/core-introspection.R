# What is alive in C, for tests: tensors, storages, graph nodes, and bytes.
rushlight_counts <- function() .Call(ffi_counts)

# The ops of src/ops/ops.def, a row each: whether it has a derivative (`differentiable`), and is made of other ops (`composition`).
op_names <- function() .Call(ffi_op_names)

# For each of them the kinds of its arguments (dispatch/schema.h), under their names.
op_schemas <- function() .Call(ffi_op_schemas)

# Switches on or off that each op is inferred twice and held to what it said; the names of the ops that were.
check_inference <- function(on) .Call(ffi_check_inference, on)
