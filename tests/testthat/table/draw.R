# Arguments, drawn at random: each is a list of r, the value in R, and py, how Python writes it.
# What is written down for Python, if there is a file for it.
say <- function(p, ...) if (!is.null(p$text)) cat(paste(..., sep = "\t"), "\n", sep = "", file = p$text)

put_bytes <- function(p, x) {
  if (is.null(p$bytes)) return("")
  bytes <- buffer_from_torch_tensor(x)
  writeBin(bytes, p$bytes)
  at <- p$at
  p$at <- at + length(bytes)
  format(at, scientific = FALSE)
}

sizes_text <- function(sizes) paste(format(sizes, scientific = FALSE, trim = TRUE), collapse = ",")

dtypes <- list(Float = torch_float(), Double = torch_double(), Half = torch_half(), BFloat16 = torch_bfloat16(),
               Long = torch_long(), Int = torch_int(), Short = torch_short(), Char = torch_int8(), Byte = torch_uint8(),
               Bool = torch_bool())
dtype_shares <- c(0.34, 0.2, 0.08, 0.07, 0.1, 0.06, 0.03, 0.03, 0.04, 0.05)
floating <- names(dtypes)[1:4]
python_dtypes <- c(Float = "float32", Double = "float64", Half = "float16", BFloat16 = "bfloat16", Long = "int64", Int = "int32",
                   Short = "int16", Char = "int8", Byte = "uint8", Bool = "bool")

pick <- function(x, prob = NULL) x[[sample.int(length(x), 1L, prob = prob)]]
chance <- function(share) runif(1) < share

# A class of dtypes by the letter of a kind.
of_class <- function(letter) switch(letter, f = floating, n = setdiff(names(dtypes), c(floating, "Bool")), b = "Bool", names(dtypes))
draw_dtype <- function(class) {
  if (length(class) == 1L) return(class)
  pick(class, dtype_shares[match(class, names(dtypes))])
}
dtype_name <- function(x) as.character(x$dtype)

draw_size <- function() pick(c(0L, 1L, 2L, 3L, 4L, 5L, 7L), c(0.03, 0.17, 0.25, 0.25, 0.2, 0.07, 0.03))
draw_shape <- function() {
  n <- pick(0:4, c(0.1, 0.25, 0.35, 0.22, 0.08))
  if (n == 1L && chance(0.1)) return(pick(c(17L, 33L, 70L, 300L)))
  if (n == 2L && chance(0.04)) return(c(9L, 40L))
  vapply(seq_len(n), function(k) draw_size(), 1L)
}

limits <- list(Half = c(65504, 2^-14, 2^-24), BFloat16 = c(2^127 * (2 - 2^-7), 2^-126, 2^-133),
               Float = c(2^127 * (2 - 2^-23), 2^-126, 2^-149), Double = c(2^1023 * (2 - 2^-52), 2^-1022, 2^-1074))
ranges <- list(Long = c(-2^63, 2^53), Int = c(-2^31, 2^31 - 1), Short = c(-32768, 32767), Char = c(-128, 127), Byte = c(0, 255))

draw_numbers <- function(n, dtype, mood) {
  if (dtype == "Bool") return(as.numeric(runif(n) < 0.5))
  if (dtype %in% names(ranges)) {
    range <- ranges[[dtype]]
    x <- sample(if (mood == "ties") -1:2 else -9:9, n, TRUE)
    if (mood == "extreme") {
      far <- runif(n) < 0.4
      x[far] <- sample(c(range[1], range[2], range[2] - 1, 0), sum(far), TRUE)
    }
    return(if (dtype == "Byte") abs(x) else x)
  }
  x <- switch(mood, ties = sample(c(-2, -1, -0.5, 0, 0.5, 1, 2), n, TRUE), extreme = rnorm(n) * 10^runif(n, -4, 4), rnorm(n) * 2)
  odd <- runif(n)
  edge <- limits[[dtype]]
  if (mood == "special") {
    at <- odd < 0.3
    x[at] <- sample(c(NaN, Inf, -Inf, 0, -0, 1, -1, NaN), sum(at), TRUE)
  }
  if (mood == "extreme") {
    at <- odd < 0.25
    x[at] <- sample(c(edge[1], -edge[1], edge[2], -edge[3], edge[3], -0, 0), sum(at), TRUE)
  }
  x
}

# Sizes and strides of a view, and how many elements it is a view of.
draw_layout <- function(shape, expanded = 0.1) {
  n <- length(shape)
  form <- if (n == 0L) "contiguous" else pick(c("contiguous", "permuted", "sliced", "expanded"), c(0.55, 0.2, 0.15, expanded))
  order <- if (form == "permuted") sample.int(n) else seq_len(n)
  gap <- if (form == "sliced") sample(1:2, n, TRUE) else rep(1L, n)
  kept <- if (form == "expanded") runif(n) < 0.5 else rep(TRUE, n)
  stride <- integer(n)
  step <- 1
  for (k in rev(order)) {
    if (!kept[k]) next
    stride[k] <- step * gap[k]
    step <- step * max(shape[k] * gap[k], 1)
  }
  offset <- if (form == "sliced") sample(0:3, 1L) else 0L
  list(stride = stride, offset = offset, count = if (any(shape == 0L)) offset else offset + sum((shape - 1) * stride) + 1)
}

dense_layout <- function(shape) {
  n <- length(shape)
  list(stride = if (n) rev(cumprod(c(1, rev(pmax(shape, 1L))[-n]))) else integer(), offset = 0L, count = prod(shape))
}

add_leaf <- function(p, dtype, shape, numbers = NULL, gradient = dtype %in% floating && chance(0.8)) {
  layout <- if (is.null(numbers)) draw_layout(shape, if (p$tame) 0 else 0.1) else dense_layout(shape)
  count <- layout$count
  if (is.null(numbers)) numbers <- draw_numbers(count, dtype, p$mood)
  base <- torch_tensor(as.numeric(numbers), dtype = torch_double())$to(dtype = dtypes[[dtype]])
  say(p, "L", dtype, sizes_text(shape), sizes_text(layout$stride), layout$offset, as.integer(gradient), put_bytes(p, base), count)
  x <- base$as_strided(shape, layout$stride, layout$offset)$detach()
  if (gradient) x$requires_grad_()
  p$values[[length(p$values) + 1L]] <- x
  tensor_argument(p, length(p$values))
}

tensor_argument <- function(p, k) list(r = p$values[[k]], py = sprintf("V[%d]", k - 1L), at = k)

# The sizes of a shape such as "*ij", as far as they are bound already, NA elsewhere.
bind_shape <- function(p, shape) {
  letters <- strsplit(sub("*", "", shape, fixed = TRUE), "")[[1]]
  for (letter in unique(letters)) {
    if (is.null(p$sizes[[letter]])) p$sizes[[letter]] <- if (grepl("[0-9]", letter)) as.integer(letter) else draw_size()
  }
  sizes <- vapply(letters, function(letter) p$sizes[[letter]], 1L, USE.NAMES = FALSE)
  if (!startsWith(shape, "*")) return(sizes)
  if (is.null(p$batch)) p$batch <- pick(list(integer(), integer(), draw_size(), c(draw_size(), draw_size())))
  c(if (chance(0.7)) p$batch else broadcasting(p$batch), sizes)
}

fits <- function(p, shape, sizes) {
  letters <- strsplit(sub("*", "", shape, fixed = TRUE), "")[[1]]
  n <- length(letters)
  if (startsWith(shape, "*")) {
    if (length(sizes) < n || (!is.null(p$batch))) return(FALSE)
    p$batch <- head(sizes, length(sizes) - n)
    sizes <- tail(sizes, n)
  }
  if (length(sizes) != n) return(FALSE)
  for (k in seq_len(n)) {
    bound <- if (grepl("[0-9]", letters[k])) as.integer(letters[k]) else p$sizes[[letters[k]]]
    if (is.null(bound)) p$sizes[[letters[k]]] <- sizes[k] else if (bound != sizes[k]) return(FALSE)
  }
  TRUE
}

# A tensor of an earlier step, the latest first; NULL if none fits.
earlier <- function(p, class, shape) {
  for (k in rev(seq_along(p$values))) {
    x <- p$values[[k]]
    if (!dtype_name(x) %in% class || x$numel() > 2000 || x$ndim > 5L || chance(0.3)) next
    if (is.null(shape)) return(tensor_argument(p, k))
    sizes <- p$sizes
    batch <- p$batch
    if (fits(p, shape, x$shape)) return(tensor_argument(p, k))
    p$sizes <- sizes
    p$batch <- batch
  }
  NULL
}

draw_tensor <- function(p, class, shape, tame = FALSE) {
  if (!tame && chance(0.04)) class <- names(dtypes)
  if (!tame || p$mood %in% c("plain", "ties")) {
    found <- if (chance(0.75)) earlier(p, class, shape)
    if (!is.null(found)) return(found)
  }
  mood <- p$mood
  if (tame) p$mood <- "plain"
  found <- add_leaf(p, draw_dtype(class), if (is.null(shape)) draw_shape() else bind_shape(p, shape))
  p$mood <- mood
  found
}

broadcasting <- function(shape) {
  if (chance(0.4) || !length(shape)) return(shape)
  shape[runif(length(shape)) < 0.4] <- 1L
  if (chance(0.3)) shape[-1] else shape
}

first_dtype <- function(p) if (is.null(p$first)) draw_dtype(names(dtypes)) else dtype_name(p$first)
first_shape <- function(p) if (is.null(p$first)) draw_shape() else p$first$shape

number <- function(p) {
  if (p$mood == "special" && chance(0.3)) return(pick(c(NaN, Inf, -Inf, -0)))
  pick(c(0, 1, -1, 0.5, 2, -1.5, 3, 0.1, 1e3, 5))
}

literal <- function(value) {
  if (is.null(value)) return("None")
  if (length(value) > 1L) return(tuple(value))
  if (is.logical(value)) return(if (value) "True" else "False")
  if (is.character(value)) return(paste0("'", value, "'"))
  if (is.nan(value)) return("nan")
  if (is.infinite(value)) return(if (value > 0) "inf" else "-inf")
  if (value == 0 && 1 / value < 0) return("-0.0")
  if (is.integer(value)) return(as.character(value))
  text <- format(value, digits = 17)
  if (grepl("[.e]", text)) text else paste0(text, ".0")
}
plain <- function(value) list(r = value, py = literal(value))
tuple <- function(values) paste0("(", paste0(values, ",", collapse = ""), ")")
sizes_argument <- function(sizes) list(r = as.integer(sizes), py = if (length(sizes)) tuple(sizes) else "()")

dim_argument <- function(p, extra = 0L) {
  n <- max(length(first_shape(p)) + extra, 1L)
  d <- sample.int(n, 1L)
  if (chance(0.01)) d <- n + 1L
  p$dim <- min(d, n)
  if (d <= n && chance(0.3)) d <- d - n - 1L
  list(r = d, py = as.character(if (d > 0L) d - 1L else d))
}

dims_argument <- function(p) {
  n <- length(first_shape(p))
  if (n == 0L) return(list(r = 1L, py = "(0,)"))
  d <- sample.int(n, sample.int(n, 1L))
  list(r = d, py = tuple(d - 1L))
}

along <- function(p) {
  shape <- first_shape(p)
  if (length(shape)) shape[p$dim] else 1L
}

index_argument <- function(p, shape, n, once = FALSE) {
  count <- prod(shape)
  at <- if (n == 0L) integer(count) + 1L else sample.int(n, count, replace = !once)
  found <- add_leaf(p, "Long", as.integer(shape), at)
  found$py <- paste0("J(", found$py, ")")
  p$index <- shape
  p$indices <- c(p$indices, found$at)
  found
}

near <- function(shape, dim, size) {
  if (!length(shape)) return(shape)
  shape <- vapply(shape, function(n) if (chance(0.6)) n else as.integer(sample(0:n, 1L)), 1L)
  shape[dim] <- as.integer(size)
  shape
}

spread <- function(k) { # k x k, away from singular
  m <- matrix(rnorm(k * k), k)
  m + diag(ifelse(diag(m) < 0, -k, k), k)
}

lower_triangle <- function(k) {
  m <- spread(k)
  m[upper.tri(m)] <- 0
  diag(m) <- abs(diag(m))
  m
}

matrices <- function(p, shape, make) {
  sizes <- bind_shape(p, shape)
  n <- length(sizes)
  k <- sizes[n]
  count <- prod(sizes[seq_len(n - 2L)])
  numbers <- unlist(lapply(seq_len(count), function(i) t(make(k))))
  add_leaf(p, if (chance(0.6)) "Double" else "Float", sizes, as.numeric(numbers))
}

kinds <- list(
  x = function(p, a) plain(number(p)),
  p = function(p, a) plain(pick(c(1e-3, 0.5, 1, 2))),
  flag = function(p, a) plain(chance(0.5)),
  one = function(p, a) plain(pick(a$choices)),
  dtype = function(p, a) dtype_argument(draw_dtype(names(dtypes))),
  fdtype = function(p, a) dtype_argument(draw_dtype(floating)),
  dim = function(p, a) dim_argument(p),
  newdim = function(p, a) dim_argument(p, 1L),
  dims = function(p, a) dims_argument(p),
  perm = function(p, a) {
    order <- sample.int(length(first_shape(p)))
    list(r = order, py = if (length(order)) tuple(order - 1L) else "()")
  },
  size = function(p, a) {
    shape <- first_shape(p)
    if (length(shape)) shape[shape == 1L] <- sample(1:3, sum(shape == 1L), TRUE)
    sizes_argument(c(if (chance(0.3)) 2L, shape))
  },
  view = function(p, a) {
    n <- prod(first_shape(p))
    cut <- if (n > 0) pick(which(n %% seq_len(min(n, 12)) == 0)) else 1L
    shape <- pick(list(-1L, c(cut, -1L), c(-1L, cut), c(cut, n / cut), first_shape(p), c(1L, n)))
    sizes_argument(shape)
  },
  place = function(p, a) {
    at <- sample.int(max(along(p), 1L), 1L)
    list(r = at, py = as.character(at - 1L))
  },
  from = function(p, a) {
    p$from <- sample.int(max(along(p), 1L), 1L)
    list(r = p$from, py = as.character(p$from - 1L))
  },
  to = function(p, a) {
    to <- min(p$from + sample(0:2, 1L), max(along(p), 1L))
    list(r = to, py = as.character(to))
  },
  t = function(p, a) draw_tensor(p, names(dtypes), a$shape, p$tame),
  f = function(p, a) draw_tensor(p, if (p$tame) floating[1:2] else floating, a$shape, p$tame),
  n = function(p, a) draw_tensor(p, of_class("n"), a$shape),
  b = function(p, a) draw_tensor(p, "Bool", a$shape),
  s = function(p, a) {
    dtype <- if (chance(0.02) && !p$tame) draw_dtype(names(dtypes)) else first_dtype(p)
    if (!is.null(a$shape)) return(draw_tensor(p, dtype, a$shape, p$tame))
    fitting <- function(x) dtype_name(x) == dtype && identical(x$shape, first_shape(p))
    same <- which(vapply(p$values, fitting, NA))
    if (length(same) && chance(0.3)) return(tensor_argument(p, pick(same)))
    add_leaf(p, dtype, first_shape(p))
  },
  c = function(p, a) {
    found <- kinds$s(p, a)
    if (found$r$requires_grad) add_leaf(p, dtype_name(found$r), found$r$shape, gradient = FALSE) else found
  },
  U = function(p, a) {
    dtype <- if (chance(0.6)) first_dtype(p) else draw_dtype(names(dtypes))
    if (chance(0.2) && length(p$values)) return(tensor_argument(p, sample.int(length(p$values), 1L)))
    add_leaf(p, dtype, broadcasting(first_shape(p)))
  },
  u = function(p, a) if (chance(0.2)) plain(if (chance(0.3)) sample(-2:4, 1L) else number(p)) else kinds$U(p, a),
  shift = function(p, a) {
    dtype <- first_dtype(p)
    if (dtype %in% floating) return(kinds$U(p, a))
    add_leaf(p, if (dtype == "Bool") "Int" else dtype, first_shape(p), sample(0:6, prod(first_shape(p)), TRUE))
  },
  mask = function(p, a) add_leaf(p, "Bool", broadcasting(first_shape(p))),
  spd = function(p, a) matrices(p, a$shape, function(k) crossprod(spread(k)) + diag(1, k)),
  tri = function(p, a) matrices(p, a$shape, lower_triangle),
  inv = function(p, a) matrices(p, a$shape, spread),
  prob = function(p, a) {
    shape <- if (is.null(a$shape)) first_shape(p) else bind_shape(p, a$shape)
    dtype <- if (is.null(p$first)) draw_dtype(floating) else first_dtype(p)
    n <- prod(shape)
    add_leaf(p, dtype, shape, ifelse(runif(n) < 0.2, sample(0:1, n, TRUE), runif(n)))
  },
  sign = function(p, a) {
    if (first_dtype(p) %in% c("Byte", "Bool")) return(NULL)
    shape <- if (is.null(a$shape)) first_shape(p) else bind_shape(p, a$shape)
    add_leaf(p, first_dtype(p), shape, sample(c(-1, 1), prod(shape), TRUE), FALSE)
  },
  class = function(p, a) {
    shape <- bind_shape(p, a$shape)
    n <- p$sizes[["j"]]
    if (is.null(n)) n <- p$sizes[["j"]] <- draw_size()
    index_argument(p, shape, n)
  },
  ignored = function(p, a) {
    at <- pick(c(-100L, 1L, 2L))
    list(r = at, py = as.character(if (at > 0L) at - 1L else at))
  },
  label = function(p, a) index_argument(p, draw_shape(), 4L),
  counts = function(p, a) {
    n <- draw_size()
    found <- add_leaf(p, pick(c("Long", "Int", "Byte")), n, sample(6L, n, TRUE))
    found$py <- paste0("J(", found$py, ")")
    found
  },
  jdim = function(p, a) index_argument(p, near(first_shape(p), p$dim, if (along(p) == 0L) 0L else sample(0:4, 1L)), along(p)),
  jalong = function(p, a) {
    shape <- first_shape(p)
    p$dim <- 1L
    if (length(shape)) shape[1] <- if (shape[1] == 0L) 0L else sample(4L, 1L)
    index_argument(p, shape, along(p))
  },
  jonce = function(p, a) {
    shape <- near(first_shape(p), p$dim, min(along(p), 1L))
    index_argument(p, shape, along(p))
  },
  jrow = function(p, a) index_argument(p, sample(0:4, 1L) * (along(p) > 0L), along(p)),
  jrowonce = function(p, a) index_argument(p, sample(0:along(p), 1L), along(p), TRUE),
  jflat = function(p, a) index_argument(p, draw_shape() * (prod(first_shape(p)) > 0), prod(first_shape(p))),
  jflatonce = function(p, a) index_argument(p, min(draw_size(), prod(first_shape(p))), prod(first_shape(p)), TRUE),
  src = function(p, a) add_leaf(p, first_dtype(p), as.integer(p$index + (runif(length(p$index)) < 0.1))),
  sput = function(p, a) add_leaf(p, first_dtype(p), as.integer(p$index)),
  rows = function(p, a) {
    shape <- first_shape(p)
    if (length(shape)) shape[p$dim] <- as.integer(p$index)
    add_leaf(p, first_dtype(p), shape)
  },
  cat = function(p, a) {
    first <- draw_tensor(p, names(dtypes), NULL)
    p$first <- first$r
    parts <- c(list(first), lapply(seq_len(sample(0:2, 1L)), function(k) {
      shape <- first_shape(p)
      add_leaf(p, if (chance(0.8)) first_dtype(p) else draw_dtype(names(dtypes)), shape)
    }))
    list_argument(parts)
  },
  stack = function(p, a) kinds$cat(p, a),
  list2 = function(p, a) list_argument(list(kinds$t(p, list()), kinds$t(p, list()))),
  vectors = function(p, a) {
    dtype <- draw_dtype(names(dtypes))
    list_argument(lapply(seq_len(sample(1:3, 1L)), function(k) draw_tensor(p, dtype, letters[k])))
  },
  pair = function(p, a) {
    shapes <- strsplit(a$shape, ";", fixed = TRUE)[[1]]
    first <- draw_tensor(p, floating, shapes[1], p$tame)
    list_argument(list(first, draw_tensor(p, dtype_name(first$r), shapes[2], p$tame)))
  },
  sorted = function(p, a) {
    shape <- bind_shape(p, a$shape)
    n <- tail(shape, 1L)
    numbers <- unlist(lapply(seq_len(prod(head(shape, -1L))), function(k) sort(sample(-6:6, n, TRUE) / 2)))
    add_leaf(p, if (is.null(p$first)) pick(c("Float", "Double", "Long", "Int")) else first_dtype(p), shape, as.numeric(numbers), FALSE)
  },
  indices = function(p, a) {
    shape <- first_shape(p)
    n <- length(shape)
    if (n == 0L) return(NULL)
    p$dim <- 1L
    one <- index_argument(p, pick(list(2L, c(2L, 1L), 3L)) * (shape[1] > 0), shape[1])
    parts <- list(one)
    if (n > 1L && chance(0.4)) parts <- c(parts, list(index_argument(p, p$index, shape[2])))
    list_argument(parts)
  }
)

dtype_argument <- function(name) list(r = dtypes[[name]], py = paste0("torch.", python_dtypes[[name]]))
list_argument <- function(parts) {
  list(r = lapply(parts, `[[`, "r"), py = paste0("[", paste(vapply(parts, `[[`, "", "py"), collapse = ", "), "]"))
}

left_out <- function(row, drawn, name) {
  any(vapply(row$arguments, function(a) a$r == name, NA)) && !any(vapply(drawn, function(one) one$name == name, NA))
}

# All arguments of a row; NULL if this row cannot be called here.
draw_arguments <- function(p, row) {
  p$first <- NULL
  p$sizes <- list()
  p$batch <- NULL
  p$dim <- 1L
  p$tame <- "tame" %in% row$notes
  drawn <- list()
  for (a in row$arguments) {
    if (a$r == "keepdim" && left_out(row, drawn, "dim")) next
    if (a$optional && chance(0.5)) {
      if (nzchar(a$r)) next
      break
    }
    one <- kinds[[a$kind]](p, a)
    if (is.null(one)) return(NULL)
    one$name <- a$r
    one$py_name <- a$py
    if (is.null(one$r)) one["r"] <- list(NULL)
    drawn[[length(drawn) + 1L]] <- one
    if (is.null(p$first) && is_tensor(one$r)) p$first <- one$r
  }
  drawn
}
