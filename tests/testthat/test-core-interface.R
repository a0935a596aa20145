# The names, arguments and defaults of torch for R 0.17: interface.csv, interface-methods.csv and interface-s3.txt list them. What is not
# here, or otherwise, stands below by its reason; vignette("differences") tells users.
namespace <- asNamespace("rushlight")
functions <- utils::read.csv("interface.csv", stringsAsFactors = FALSE)
methods <- utils::read.csv("interface-methods.csv", stringsAsFactors = FALSE)
s3_methods <- readLines("interface-s3.txt")

absent_functions <- list(
  complex = c(
    "torch_cdouble", "torch_cfloat", "torch_cfloat128", "torch_cfloat32", "torch_cfloat64", "torch_chalf", "torch_complex", "torch_polar",
    "torch_view_as_complex", "torch_view_as_real"
  ),
  fourier = c("torch_fft_fft", "torch_fft_fftfreq", "torch_fft_ifft", "torch_fft_irfft", "torch_fft_rfft", "torch_istft", "torch_stft"),
  float8 = c("torch_float8_e4m3fn", "torch_float8_e5m2"),
  quantised = c(
    "torch_dequantize", "torch_per_channel_affine", "torch_per_channel_symmetric", "torch_per_tensor_affine", "torch_per_tensor_symmetric",
    "torch_qint32", "torch_qint8", "torch_quantize_per_channel", "torch_quantize_per_tensor", "torch_quint8"
  ),
  sparse = c("torch_sparse_coo", "torch_sparse_coo_tensor", "torch_sparse_sampled_addmm"),
  cuda = "contrib_sort_vertices"
)
absent_methods <- list(
  complex = "chalf",
  fourier = c("istft", "stft"),
  quantised = c("dequantize", "int_repr", "q_per_channel_axis", "q_per_channel_scales", "q_per_channel_zero_points", "q_scale",
                "q_zero_point", "qscheme"),
  sparse = c(
    "ccol_indices", "coalesce", "col_indices", "crow_indices", "indices", "resize_as_sparse_", "row_indices", "smm", "sparse_mask",
    "sparse_resize_", "sparse_resize_and_clear_", "sspaddmm", "to_sparse", "to_sparse_bsc", "to_sparse_bsr", "to_sparse_csc",
    "to_sparse_csr", "values"
  ),
  cuda = "record_stream",
  mkldnn = "to_mkldnn",
  nested = "to_padded_tensor",
  names_of_dimensions = c("align_as", "align_to", "refine_names", "rename", "rename_")
)
absent_s3 <- list(
  jit = c(
    ".DollarNames.torch_compilation_unit", "$.torch_compilation_unit", "[[.script_method", "[[.script_module", "$.script_function",
    "$.script_method", "$.script_module", "print.script_function", "print.script_method", "print.script_method_graph"
  ),
  by_the_default = paste0("torch_save.", c("BaseDatasetFetcher", "dataset", "list", "name", "nn_module", "torch_tensor")),
  inner_classes = c("[[.nn_Module", "$.nn_Module", "[[.R7", "[[<-.R7", "$.R7", "$<-.R7", "length.R7", "print.R7"),
  names_of_dimensions = c("as.character.torch_dimname", "as.character.torch_dimname_list"),
  by_the_group_generic = c("log10.torch_tensor", "log2.torch_tensor")
)

# Where ours counts from 1, knows more, or has NULL for what the default says.
other_defaults <- list(
  functions = c("nnf_grid_sample", "torch_rot90"),
  methods = c("bool", "contiguous", "cpu", "cuda", "rot90", "set_")
)
other_arguments <- c("clone", "to_dense")

has_default <- function(x) !identical(x, formals(function(x) x)$x)
signature_of <- function(text) as.list(formals(eval(parse(text = paste0("function", text, " NULL")))))
value <- function(x) tryCatch(eval(x, namespace), error = function(e) deparse(x))

# Ours may have further arguments behind.
has_arguments <- function(f, signature) {
  ours <- as.character(names(formals(args(f))))
  theirs <- as.character(names(signature_of(signature)))
  identical(utils::head(ours, length(theirs)), theirs)
}
has_defaults <- function(f, signature) {
  ours <- formals(args(f))
  theirs <- signature_of(signature)
  given <- setdiff(names(theirs)[vapply(theirs, has_default, NA)], c("inherit", "parent_env", ".env"))
  all(vapply(given, function(n) isTRUE(all.equal(value(ours[[n]]), value(theirs[[n]]), check.attributes = FALSE)), NA))
}

test_that("every function is there, with its arguments and their defaults", {
  expect_gt(nrow(functions), 750)
  exports <- getNamespaceExports("rushlight")
  expect_setequal(setdiff(functions$name, exports), unlist(absent_functions))
  table <- functions[functions$name %in% exports & nzchar(functions$signature), ]
  ours <- mget(table$name, namespace)
  expect_identical(table$name[!mapply(has_arguments, ours, table$signature)], character())
  expect_identical(table$name[!mapply(has_defaults, ours, table$signature)], other_defaults$functions)
})

test_that("every field and method of a tensor is there, with its arguments and their defaults", {
  x <- torch_tensor(1, requires_grad = TRUE)
  fields <- methods$name[methods$kind == "field"]
  unread <- fields[vapply(fields, function(name) inherits(try(eval(call("$", x, name)), silent = TRUE), "try-error"), NA)]
  expect_identical(unread, character())
  table <- methods[methods$kind == "method", ]
  expect_gt(nrow(table), 500)
  there <- vapply(table$name, function(name) is.function(tensor_methods[[name]]), NA)
  expect_setequal(table$name[!there], unlist(absent_methods))
  table <- table[there, ]
  ours <- lapply(table$name, function(name) tensor_methods[[name]])
  expect_identical(table$name[!mapply(has_arguments, ours, table$signature)], other_arguments)
  defaults <- mapply(has_defaults, ours, table$signature) | table$name %in% other_arguments
  expect_identical(table$name[!defaults], other_defaults$methods)
})

test_that("every S3 method is there", {
  skip_if_not_installed("bit64") # its generic has a method
  is_there <- function(method) {
    dots <- gregexpr(".", method, fixed = TRUE)[[1]]
    any(vapply(dots[dots > 1], function(k) {
      found <- tryCatch(utils::getS3method(substr(method, 1, k - 1), substring(method, k + 1), TRUE, namespace), error = function(e) NULL)
      is.function(found)
    }, NA))
  }
  loadNamespace("bit64")
  there <- vapply(s3_methods, is_there, NA) | s3_methods == "as.integer64.torch_tensor"
  expect_setequal(s3_methods[!there], unlist(absent_s3))
})

test_that("what has no S3 method of its own is computed by the group's", {
  expect_equal(as.numeric(log10(torch_tensor(100))), 2)
  expect_equal(as.numeric(log2(torch_tensor(8))), 3)
  skip_if_not_installed("bit64")
  large <- torch_tensor(2^53, dtype = torch_double())$to(dtype = torch_long()) + 1L
  expect_identical(as.character(bit64::as.integer64(large)), "9007199254740993")
  expect_identical(as.character(bit64::as.integer64(torch_tensor(c(1.5, -2)))), c("1", "-2"))
})

test_that("users are told of each exception", {
  vignette <- "../../vignettes/differences.Rmd"
  skip_if_not(file.exists(vignette), "the sources are not there")
  told <- paste(readLines(vignette), collapse = "\n")
  names <- c(
    paste0("`", unlist(c(absent_functions, other_defaults$functions)), "()`"),
    paste0("`$", unlist(c(absent_methods, other_arguments, other_defaults$methods)), "()`"), unlist(absent_s3, use.names = FALSE)
  )
  expect_identical(names[!vapply(names, grepl, NA, x = told, fixed = TRUE)], character())
})
