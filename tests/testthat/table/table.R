# The table of functions, ops.txt: a row of it as a list.
#   call, torch     the function in R, and in Python
#   arguments       a list of list(kind, shape, choices, r, py, optional)
#   notes           words
read_argument <- function(token) {
  optional <- endsWith(token, "?")
  if (optional) token <- substr(token, 1L, nchar(token) - 1L)
  r <- py <- ""
  if (grepl("^[A-Za-z_/0-9]+=", token)) {
    r <- py <- sub("=.*", "", token)
    token <- sub("^[^=]*=", "", token)
    if (grepl("/", r, fixed = TRUE)) {
      py <- sub(".*/", "", r)
      r <- sub("/.*", "", r)
    }
  }
  argument <- list(kind = token, shape = NULL, choices = NULL, r = r, py = py, optional = optional)
  if (startsWith(token, "{")) {
    argument$kind <- "one"
    argument$choices <- lapply(eval(str2lang(paste0("list(", substr(token, 2L, nchar(token) - 1L), ")"))), whole)
  } else if (grepl("^-?[0-9]+(:[0-9]+)?$", token)) {
    argument$kind <- "one"
    argument$choices <- lapply(as.list(eval(str2lang(token))), whole)
  } else if (grepl("[", token, fixed = TRUE)) {
    argument$kind <- sub("\\[.*", "", token)
    argument$shape <- sub(".*\\[(.*)\\]", "\\1", token)
  }
  argument
}

whole <- function(x) if (is.numeric(x) && all(is.finite(x) & x == round(x))) as.integer(x) else x

python_name <- function(call) {
  if (startsWith(call, "$")) return(paste0(".", sub("$", "", call, fixed = TRUE)))
  sub("^linalg_", "torch.linalg.", sub("^nnf_", "F.", sub("^torch_", "torch.", call)))
}

bare_name <- function(call) sub("^(torch_|nnf_|linalg_|[$])", "", call)

read_row <- function(line) {
  parts <- trimws(strsplit(paste0(line, " "), "|", fixed = TRUE)[[1]])
  if (length(parts) != 4L) stop("a line of ops.txt needs four parts: ", line)
  notes <- strsplit(parts[4], " +")[[1]]
  covers <- sub("^ops:", "", grep("^ops:", notes, value = TRUE))
  list(call = parts[1], torch = if (nzchar(parts[2])) parts[2] else python_name(parts[1]),
       arguments = lapply(strsplit(parts[3], " +")[[1]], read_argument), notes = notes,
       ops = c(bare_name(parts[1]), unlist(strsplit(covers, ","))))
}

# The ops: their names, their form (of one tensor, of two operands, other), and whether they have one in place.
read_ops <- function() {
  namespace <- asNamespace("rushlight")
  schemas <- namespace$op_schemas()
  form <- vapply(schemas, function(kinds) switch(paste(kinds, collapse = " "), tensor = "UNARY", `operand operand` = , `compared compared` = "BINARY", "OP"), "")
  in_place <- vapply(names(schemas), function(name) exists(paste0("ffi_", name, "_"), namespace), NA)
  data.frame(name = names(schemas), form = form, in_place = in_place, row.names = NULL)
}

# UNARY and BINARY have no line of their own unless something is to be said.
standard_rows <- function(ops, rows, exact) {
  told <- unlist(lapply(rows, `[[`, "ops"))
  ops <- ops[ops$form != "OP" & !ops$name %in% c(told, internal_ops, factory_ops), ]
  exported <- getNamespaceExports("rushlight")
  lapply(seq_len(nrow(ops)), function(k) {
    name <- ops$name[k]
    call <- paste0(if (paste0("torch_", name) %in% exported) "torch_" else "$", name)
    second <- if (ops$form[k] == "UNARY") "" else if (name %in% tensors_only) " U" else if (grepl("shift", name)) " shift" else " u"
    line <- sprintf("%s | torch.%s | t%s | pointwise%s%s", call, name, second,
                    if (name %in% exact) " exact" else "", if (ops$in_place[k]) " _" else "")
    read_row(line)
  })
}

# What no function of R's interface is: parts of derivatives and of compositions.
internal_ops <- c("pass_above", "pass_within", "tanh_backward", "sigmoid_backward", "softmax_backward", "log_softmax_backward", "nll_loss_backward",
                  "reshape_alias", "unsafe_view", "alias", "dense_copy", "strided_scatter", "strided_gather", "strided_replace",
                  "exchanges", "recurrence", "shift", "data_range", "take_along", "put_along", "i1", "erfcx", "log_ndtr", "ndtri_exp", "pixel_unshuffle",
                  "unsafe_split_with_sizes", "convolution_weight", "average_pool_backward", "beside", "normalize_backward",
                  "lstm_cell", "lstm_cell_backward", "gru_cell", "gru_cell_backward",
                  "gamma_slope", "resize_", "set_", "as_strided")

# What is made of no tensor's values; the tests of creation compare it.
factory_ops <- c("empty", "empty_like", "empty_strided", "full", "full_like", "range", "linspace", "logspace")

# What draws at random; tests hold the streams against PyTorch's.
random_ops <- c("rand", "randn", "randint", "randperm", "uniform",
                "normal", "log_normal", "cauchy", "exponential", "geometric", "random",
                "bernoulli", "bernoulli_number",
                "bernoulli_tensor", "poisson", "multinomial", "standard_gamma", "dropout_noise", "rrelu_noise")

# Their second argument is no number in PyTorch.
tensors_only <- c("maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2", "atan2", "hypot", "nextafter", "heaviside", "gcd",
                  "lcm", "logical_and", "logical_or", "logical_xor", "copy")

exact_ops <- c("neg", "abs", "sign", "floor", "ceil", "trunc", "frac", "isnan", "isinf", "isposinf", "isneginf", "isfinite",
               "signbit", "maximum", "minimum", "fmax", "fmin", "fmod", "heaviside", "nextafter", "gcd", "lcm", "eq", "ne", "lt",
               "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and", "bitwise_or",
               "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "clamp_min", "clamp_max")

read_table <- function(folder) {
  lines <- readLines(file.path(folder, "ops.txt"))
  rows <- lapply(lines[!grepl("^(#|$)|skip$", lines)], read_row)
  ops <- read_ops()
  rows <- c(rows, standard_rows(ops, rows, exact_ops))
  missing <- setdiff(ops$name, c(unlist(lapply(rows, `[[`, "ops")), internal_ops, factory_ops, random_ops))
  if (length(missing)) stop("ops.txt has no line for ", paste(missing, collapse = ", "))
  rows
}
