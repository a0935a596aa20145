# Every export and method that has arguments, and a call of each: from the table of functions (table/ops.txt), by its own row or by that
# of a function with the same body, or else from table/examples.R.
tables <- new.env(parent = asNamespace("rushlight"))
for (file in c("table.R", "draw.R", "calls.R", "examples.R")) sys.source(file.path("table", file), tables)
rows <- tables$read_table("table")

namespace <- asNamespace("rushlight")
exports <- getNamespaceExports("rushlight")
targets <- c(mget(exports[exports %in% names(namespace)], namespace), setNames(as.list(tensor_methods), paste0("$", names(tensor_methods))))
targets <- Filter(function(f) is.function(f) && length(formals(f)), targets)
# Classes of modules, optimisers, schedulers and datasets keep their arguments for the functions that they call; their own tests say what they refuse.
classes <- "^(nn|optim|lr|is_nn)_|^(optimizer|optimizer_ignite|is_optimizer|clone_module)$|data(set|loader)|^(sampler|enumerate)$"
targets <- targets[!grepl(classes, names(targets))]
# What is there for programs that call it, and reads no argument; their own tests say what they answer.
targets <- targets[!grepl("^(cuda|jit)_|autocast$|^set_cpu_allocator|^(get_)?install_|^is_torch_qscheme$|^call_torch_function$|^distr_", names(targets))]
# What takes a function of the user's, whose arguments are his.
of_functions <- "^(gradient|value_and_gradient|vjp|jvp|jacobian|hessian|hvp|vmap|functional_call|objective|fit_objective)$"
targets <- targets[!grepl(of_functions, names(targets))]
targets <- targets[order(names(targets))]

form_of <- function(f) gsub("\\b(ffi_\\w+|self|input|A)\\b", "", paste(deparse(body(f)), collapse = "\n"))
forms <- vapply(targets, form_of, "")

rows_for <- function(name) {
  plain <- function(call) sub("_$", "", tables$bare_name(call))
  by <- function(alike) Filter(alike, rows)
  for (found in list(by(function(row) row$call == name), by(function(row) plain(row$call) == plain(name)),
                     by(function(row) row$call %in% names(forms) && forms[[row$call]] == forms[[name]]))) if (length(found)) return(found)
}

# What is called, and its arguments under the names of the formals.
matched <- function(f, arguments) list(f = f, arguments = as.list(match.call(f, as.call(c(list(f), arguments))))[-1])
drawn_call <- function(name, drawn) {
  values <- lapply(drawn, function(one) if (tables$is_tensor(one$r)) one$r$detach()$clone() else one$r)
  names(values) <- vapply(drawn, `[[`, "", "name")
  if (startsWith(name, "$")) matched(tables$method(values[[1]], substring(name, 2L)), values[-1]) else matched(targets[[name]], values)
}
written_call <- function(example) {
  env <- tables$example_values()
  matched(eval(example[[1]], env), lapply(as.list(example)[-1], eval, env))
}
called_in <- function(example) if (is.call(example[[1]])) paste0("$", example[[1]][[3]]) else as.character(example[[1]])
examples <- setNames(as.list(tables$examples), vapply(tables$examples, called_in, ""))

make_call <- function(call) {
  tryCatch(
    {
      do.call(call$f, call$arguments)
      NULL
    },
    error = identity
  )
}

told_by <- function(error) if (is.null(error)) "no error" else conditionMessage(error)

# A function that makes a call which succeeds, anew each time; NULL if there is none.
call_of <- function(name) {
  if (!is.null(examples[[name]])) return(function() written_call(examples[[name]]))
  for (row in rows_for(name)) for (k in 1:40) {
    drawn <- tables$draw_arguments(tables$new_program("plain"), row)
    made <- tryCatch(drawn_call(name, drawn), error = function(e) NULL)
    if (!is.null(drawn) && !is.null(made) && is.null(make_call(made))) return(function() drawn_call(name, drawn))
  }
}

# What has no tensors and numbers among its arguments to be wrong.
takes_anything <- c("is_torch_device", "is_torch_dtype", "is_torch_layout", "is_torch_memory_format", "is_undefined_tensor")
takes_code <- c("with_no_grad", "with_enable_grad", "with_detect_anomaly", "with_device", "with_torch_manual_seed", "local_no_grad",
                "local_enable_grad", "local_device", "local_torch_manual_seed", "autograd_function")
always_refuses <- c("linalg_eig", "linalg_eigvals", "torch_imag", "$cuda", "$pin_memory")
others <- c("load_state_dict", "torch_load", "torch_load_safetensors", "torch_save", "torch_save_safetensors", "torch_save_state_dict",
            "torch_serialize", "slc", "%*%", "torch_device", "torch_install_path", "torch_is_installed", "$print", "$is_pinned")
# Without a tensor, stats' own and base's.
densities <- c(
  intersect(getNamespaceExports("rushlight"), grep("^[dpq]", getNamespaceExports("stats"), value = TRUE)), "dmvnorm", "lbeta", "lchoose"
)

# PyTorch's arguments that are accepted, and change nothing here; and those that may be what is tried.
accepted <- c("non_blocking", "implicit", "stable", "sorted", "path", "pin_memory")
may_be <- list("as_array(x)" = c("junk", "list"), "nnf_triplet_margin_with_distance_loss(distance_function)" = "function",
               "gradcheck(fn)" = "function", "$register_hook(hook)" = "function")
unread <- c("$slice_inverse(dim)", "$slice_inverse(start)", "$slice_inverse(end)", "$slice_inverse(step)")

test_that("every argument that is wrong is named as the function that was called names it", {
  set.seed(1, "Mersenne-Twister", "Inversion", "Rejection")
  tried <- 0
  without <- character()
  for (name in names(targets)) {
    make <- call_of(name)
    if (is.null(make)) without <- c(without, name)
    if (is.null(make)) next
    expect(is.null(error <- make_call(make())), paste(name, told_by(error)))
    for (argument in setdiff(names(formals(targets[[name]])), c("...", accepted))) {
      place <- sprintf("%s(%s)", name, argument)
      wrong <- list("function" = sum, "junk" = "junk", "list" = list("junk"))
      for (value in wrong[setdiff(names(wrong), may_be[[place]])]) if (!place %in% unread) {
        tried <- tried + 1
        call <- make()
        call$arguments[[argument]] <- value
        error <- make_call(call)
        named <- inherits(error, "rushlight_error") && grepl(paste0("`", argument, "`"), conditionMessage(error), fixed = TRUE)
        expect(named, sprintf("%s = %s: %s", place, deparse(value), told_by(error)))
      }
    }
  }
  expect_setequal(without, c(takes_anything, takes_code, always_refuses, others, densities))
  expect_gt(tried, 5000)
})

# What functions call an argument that an op knows by another name.
called_otherwise <- c(
  # the same argument, called so in PyTorch's interface of that function
  "$fill_diagonal_: value = fill_value", "$hardshrink_backward: other = grad_out", "$split: split_sizes = split_size",
  "$swapaxes: dim0 = axis0", "$swapaxes: dim1 = axis1", "$swapaxes_: dim0 = axis0", "$swapaxes_: dim1 = axis1",
  "torch_addmm: dtype = out_dtype", "torch_baddbmm: dtype = out_dtype", "torch_bmm: dtype = out_dtype", "torch_mm: dtype = out_dtype",
  "torch_bucketize: sorted_sequence = boundaries", "torch_pinverse: rtol = rcond", "torch_scalar_tensor: fill_value = value",
  "torch_cholesky_solve: B = self", "torch_triangular_solve: B = self", "torch_split: split_sizes = split_size",
  "torch_randint_like: from = low", "torch_randint_like: to = high",
  "torch_dist: ord = p", "torch_renorm: ord = p", "nnf_normalize: ord = p", "%*%: self = x", "%*%: other = y",
  # a step of a composition, which has other things to say of it
  "nnf_cosine_embedding_loss: other = margin", "nnf_cosine_embedding_loss: self = target", "nnf_gumbel_softmax: other = tau",
  "nnf_hinge_embedding_loss: other = input", "nnf_hinge_embedding_loss: self = margin", "nnf_hinge_embedding_loss: self = target",
  "nnf_margin_ranking_loss: self = margin", "nnf_margin_ranking_loss: self = target", "nnf_multilabel_soft_margin_loss: other = weight",
  "nnf_normalize: self = out", "nnf_pairwise_distance: other = eps", "nnf_pairwise_distance: other = x2", "nnf_pairwise_distance: self = x1",
  "nnf_prelu: self = weight"
)

# The calls of ops in a function's code: each a list of the op's name and of what it is given.
op_calls <- function(f, ops) {
  found <- list()
  waiting <- Filter(is.call, list(body(f)))
  while (length(waiting)) {
    parts <- as.list(waiting[[1]])
    waiting <- c(waiting[-1], parts[vapply(parts, is.call, NA)])
    if (!identical(parts[[1]], quote(.Call))) next
    op <- sub("^ffi_", "", as.character(parts[[2]]))
    op <- c(op, sub("_$", "", op))
    if (any(op %in% ops)) found <- c(found, list(list(op = op[op %in% ops][1], given = parts[-(1:2)])))
  }
  found
}

test_that("ops know their arguments by the names that the functions give them", {
  schemas <- op_schemas()
  compared <- 0
  otherwise <- character()
  for (name in names(targets)) for (call in op_calls(targets[[name]], names(schemas))) {
    slots <- names(schemas[[call$op]])
    expect(length(call$given) %in% (length(slots) + 0:1), paste(name, "calls", call$op, "with another number of arguments"))
    for (k in seq_along(slots)) if (is.symbol(call$given[[k]])) {
      formal <- as.character(call$given[[k]])
      if (!formal %in% names(formals(targets[[name]]))) next
      compared <- compared + 1
      # The tensor is `self` of torch_*(), `input` of nnf_*() and `A` of linalg_*(), which share ops.
      if (slots[k] != formal && !(k == 1L && all(c(formal, slots[1]) %in% c("self", "input", "A")))) {
        otherwise <- c(otherwise, sprintf("%s: %s = %s", name, slots[k], formal))
      }
    }
  }
  derived <- sub("^torch_", "$", called_otherwise) # methods of the functions
  expect_identical(setdiff(otherwise, c(called_otherwise, derived)), character())
  expect_identical(setdiff(called_otherwise, otherwise), character())
  expect_gt(compared, 1000)
})

test_that("errors name an argument as the function called does, whatever the op calls it", {
  expect_error(nnf_relu("a"), "`input` must be")
  expect_error(linalg_det("a"), "`A` must be")
  expect_error(torch_svd("a"), "`self` must be")
  expect_error(nnf_pairwise_distance("a", 1), "`x1` must be")
  expect_error(nnf_pairwise_distance(1, "a"), "`x2` must be")
  expect_error(torch_ones(2)$swapaxes("a", 1), "`axis0` must be")
  expect_error(nnf_normalize(torch_ones(2, 2), p = "a"), "`p` must be")
})
