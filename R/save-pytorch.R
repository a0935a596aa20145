#' PyTorch's files
#'
#' `load_state_dict()` reads what `torch.save()` of Python wrote: state dictionaries, and any nesting of dictionaries, lists, numbers,
#' strings
#' and tensors. It runs no code of the file. `torch_save_state_dict()` writes a file that `torch.load()` of Python reads.
#'
#' Recurrent layers count from 0 in Python and from 1 in R: `weight_ih_l0` becomes `weight_ih_l1`, and back.
#'
#' Dictionaries become named lists; lists and tuples lists; `None` `NULL`. Tensors that share a storage share it, and parameters require
#' gradients. What was saved from a GPU comes to the CPU.
#'
#' @param path the name of a file.
#' @param ... not used.
#' @param legacy_stream accepted; files of PyTorch before 1.6 are recognised.
#' @param state_dict a list of tensors, each with a name.
#' @return `load_state_dict()` returns what was saved, as a rule a list of tensors by name for `$load_state_dict()` of a module;
#'   `torch_save_state_dict()` returns `path`, invisibly.
#' @section Errors:
#' Refused are a whole module (in Python, save `model.state_dict()`), whatever else needs Python's own classes, complex and quantised
#' tensors, and a
#' file that is cut short, damaged, or of another kind. A file that cannot be written leaves an old one as it was.
#' @examples
#' model <- nn_gru(3, 2)
#' file <- tempfile(fileext = ".pt")
#' torch_save_state_dict(model$state_dict(), file)
#' state <- load_state_dict(file)
#' names(state)
#' model$load_state_dict(state)
#' @export
load_state_dict <- function(path, ..., legacy_stream = FALSE) {
  no_dots(...)
  .Call(ffi_flag, legacy_stream, "legacy_stream")
  source <- source_of(path)
  fail <- function(how) raise_damaged_pickle(source, how)
  is_zip <- source$size >= 4 && identical(bytes_at(source, 0, 4), as.raw(c(0x50, 0x4b, 3, 4)))
  value <- if (is_zip) read_zipped(source, fail) else read_legacy(source, fail)
  with_recurrent_names(as_r(value, fail), 1L)
}

#' @rdname load_state_dict
#' @export
torch_save_state_dict <- function(state_dict, path) {
  check_named_tensors(state_dict, "state_dict")
  if (!is_string(path)) raise_error("`path` must be the name of a file")
  tensors <- lapply(with_recurrent_names(state_dict, -1L), dense)
  entries <- c(
    list("data.pkl" = pickle_of_tensors(tensors)),
    structure(unname(tensors), names = sprintf("data/%d", seq_along(tensors) - 1L)),
    list(version = charToRaw("3\n"))
  )
  names(entries) <- paste0("archive/", names(entries))
  write_whole(path, zip_pieces(entries))
  invisible(path)
}

raise_damaged_pickle <- function(source, how) {
  if (grepl("^needs ", how)) {
    raise_error(sprintf("%s %s: if it holds a whole module, save `model.state_dict()` in Python", source$name, how), NULL)
  }
  raise_damaged(source, how)
}

recurrent_name <- "^((?:.*[.])?(?:weight|bias)_(?:ih|hh|hr)_l)([0-9]+)((?:_reverse)?)$"

with_recurrent_names <- function(x, by) {
  if (!is.list(x) || inherits(x, "torch_tensor")) return(x)
  x[] <- lapply(x, with_recurrent_names, by)
  counts <- grepl(recurrent_name, names(x), perl = TRUE)
  layer <- as.integer(sub(recurrent_name, "\\2", names(x)[counts], perl = TRUE))
  if (length(layer)) {
    part <- function(k) sub(recurrent_name, paste0("\\", k), names(x)[counts], perl = TRUE)
    names(x)[counts] <- paste0(part(1), layer + by, part(3))
  }
  x
}

# ---- what a pickle of tensors names ----

storage_dtypes <- c(
  DoubleStorage = "double", FloatStorage = "float", HalfStorage = "half", BFloat16Storage = "bfloat16", LongStorage = "long",
  IntStorage = "int", ShortStorage = "short", CharStorage = "int8", ByteStorage = "uint8", BoolStorage = "bool"
)

python_globals <- function() {
  storages <- lapply(storage_dtypes, function(name) structure(list(name), class = "storage_type"))
  names(storages) <- paste("torch", names(storages))
  dtypes <- c("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
  constants <- structure(as.list(paste0("torch.", dtypes)), names = paste("torch", dtypes))
  empty_dict <- function(arguments, fail) new_dict()
  parameter <- function(arguments, fail) {
    x <- if (length(arguments)) arguments[[1L]]
    if (!is.environment(x) || !is.function(x$tensor)) fail("contradicts itself")
    list2env(list(kind = "object", tensor = function() nn_parameter(x$tensor(), isTRUE(arguments[[2L]]))), parent = emptyenv())
  }
  c(storages, constants, list(
    "collections OrderedDict" = empty_dict,
    "torch._utils _rebuild_tensor_v2" = rebuilt_tensor,
    "torch._utils _rebuild_tensor" = rebuilt_tensor,
    "torch._utils _rebuild_parameter" = parameter,
    "torch Size" = function(arguments, fail) if (length(arguments) && is_tuple(arguments[[1L]])) arguments[[1L]] else tuple(arguments),
    "torch device" = function(arguments, fail) "cpu"
  ))
}

# Storage, offset, sizes and strides; built when the whole has been read, since older files have the values behind it.
rebuilt_tensor <- function(arguments, fail) {
  numbers <- function(x) {
    if (!is_tuple(x) || !all(vapply(x$values, is.numeric, NA))) fail("contradicts itself")
    as.numeric(unlist(x$values))
  }
  if (length(arguments) < 4L || !inherits(arguments[[1L]], "python_storage") || !is.numeric(arguments[[2L]])) fail("contradicts itself")
  storage <- arguments[[1L]]
  offset <- arguments[[2L]]
  sizes <- numbers(arguments[[3L]])
  strides <- numbers(arguments[[4L]])
  fits <- length(sizes) == length(strides) && length(sizes) <= 25L && all(c(sizes, strides, offset) >= 0) && prod(sizes + 1) < 2^50
  reach <- if (any(sizes == 0)) 0 else offset + sum((sizes - 1) * strides) + 1
  if (!fits || reach > storage$numel) fail("has a tensor that reaches beyond its values")
  made <- NULL
  tensor <- function() {
    if (is.null(made)) {
      made <<- torch_as_strided(storage$values(), sizes, strides, offset)
      if (length(arguments) >= 5L && isTRUE(arguments[[5L]])) made$requires_grad_(TRUE)
    }
    made
  }
  list2env(list(kind = "object", tensor = tensor), parent = emptyenv())
}

# ("storage", type, key, location, number of elements); `values_of(key, dtype, numel)` finds the values.
storages_by <- function(values_of) {
  known <- new.env()
  function(id, fail) {
    parts <- if (is_tuple(id)) id$values else list()
    fits <- length(parts) >= 5L && identical(parts[[1L]], "storage") && inherits(parts[[2L]], "storage_type") && is_string(parts[[3L]]) &&
      is.numeric(parts[[5L]]) && parts[[5L]] >= 0
    if (!fits) fail("has a storage of an unknown kind")
    key <- parts[[3L]]
    if (!nzchar(key)) fail("has a storage of an unknown kind")
    if (!is.null(known[[key]])) return(known[[key]])
    dtype <- dtype_named(parts[[2L]][[1L]])
    numel <- parts[[5L]]
    found <- NULL
    values <- function() if (is.null(found)) found <<- values_of(key, dtype, numel) else found
    known[[key]] <- structure(list2env(list(numel = numel, values = values, dtype = dtype), parent = emptyenv()), class = "python_storage")
  }
}

# ---- zip files: data.pkl, and the values of each storage as they lie in memory ----

read_zipped <- function(source, fail) {
  entries <- zip_entries(source, fail)
  pickle <- grep("(^|/)data[.]pkl$", names(entries), value = TRUE)
  if (!length(pickle)) {
    if (any(grepl("(^|/)constants[.]pkl$", names(entries)))) fail("needs TorchScript")
    fail("has no data.pkl")
  }
  folder <- sub("data[.]pkl$", "", pickle[1L])
  entry <- function(name) if (is.null(entries[[paste0(folder, name)]])) fail(sprintf("lacks %s", name)) else entries[[paste0(folder, name)]]
  if (!is.null(entries[[paste0(folder, "byteorder")]])) {
    order <- entry("byteorder")
    if (!identical(rawToChar(bytes_at(source, order$at, order$size)), "little")) fail("is of a machine with another order of bytes")
  }
  persistent <- storages_by(function(key, dtype, numel) {
    found <- entry(paste0("data/", key))
    if (numel * bytes_of_element(dtype) > found$size) fail("has fewer values than it says")
    tensor_at(source, found$at, numel, dtype)
  })
  found <- entry("data.pkl")
  read_pickle(bytes_at(source, found$at, found$size), 0, python_globals(), persistent, fail)$value
}

# The place and size of each entry, which must be stored and not compressed. Where a number is too large for its field, zip64 has it.
zip_entries <- function(source, fail) {
  tail_size <- min(source$size, 65557)
  tail <- bytes_at(source, source$size - tail_size, tail_size)
  end <- find_last(tail, as.raw(c(0x50, 0x4b, 5, 6)))
  if (is.na(end) || end + 22 > tail_size) fail("is cut short")
  field <- function(bytes, at, n) if (at + n > length(bytes)) fail("is cut short") else whole_number(bytes[at + seq_len(n)])
  count <- field(tail, end + 10, 2)
  size <- field(tail, end + 12, 4)
  start <- field(tail, end + 16, 4)
  end64 <- find_last(tail, as.raw(c(0x50, 0x4b, 6, 6)))
  if (!is.na(end64) && end64 + 56 <= tail_size && end64 < end) {
    count <- field(tail, end64 + 32, 8)
    size <- field(tail, end64 + 40, 8)
    start <- field(tail, end64 + 48, 8)
  }
  directory <- bytes_at(source, start, size)
  entries <- list()
  at <- 0
  for (k in seq_len(min(count, 1e6))) {
    if (!identical(directory[at + 1:4], as.raw(c(0x50, 0x4b, 1, 2)))) fail("has a directory that cannot be read")
    lengths <- c(field(directory, at + 28, 2), field(directory, at + 30, 2), field(directory, at + 32, 2))
    name <- directory[at + 46 + seq_len(lengths[1L])]
    if (at + 46 + sum(lengths) > length(directory) || any(name == 0)) fail("has a directory that cannot be read")
    name <- rawToChar(name)
    found <- c(size = field(directory, at + 24, 4), packed = field(directory, at + 20, 4), at = field(directory, at + 42, 4))
    found <- from_zip64(found, directory[at + 46 + lengths[1L] + seq_len(lengths[2L])], fail)
    if (field(directory, at + 10, 2) != 0 || found[["size"]] != found[["packed"]]) fail("is compressed, as PyTorch's files are not")
    local <- bytes_at(source, found[["at"]], 30)
    if (!identical(local[1:4], as.raw(c(0x50, 0x4b, 3, 4)))) fail("has a directory that cannot be read")
    entries[[name]] <- list(at = found[["at"]] + 30 + whole_number(local[27:28]) + whole_number(local[29:30]), size = found[["size"]])
    at <- at + 46 + sum(lengths)
  }
  entries
}

from_zip64 <- function(found, extra, fail) {
  large <- found == 2^32 - 1
  if (!any(large)) return(found)
  at <- 0
  while (at + 4 <= length(extra)) {
    size <- whole_number(extra[at + 3:4])
    if (whole_number(extra[at + 1:2]) == 1 && size >= 8 * sum(large) && at + 4 + size <= length(extra)) {
      found[large] <- vapply(seq_len(sum(large)), function(k) whole_number(extra[at + 4 + 8 * (k - 1) + 1:8]), 0)
      return(found)
    }
    at <- at + 4 + size
  }
  fail("has a directory that cannot be read")
}

find_last <- function(bytes, what) {
  at <- which(bytes == what[1L])
  at <- at[at + length(what) - 1 <= length(bytes)]
  for (k in seq_along(what)[-1L]) at <- at[bytes[at + k - 1] == what[k]]
  if (length(at)) max(at) - 1 else NA
}

# ---- files of PyTorch before 1.6: five pickles, and the values behind them ----

read_legacy <- function(source, fail) {
  magic <- as.raw(c(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e))
  if (source$size < length(magic) || !identical(bytes_at(source, 0, length(magic)), magic)) fail("is not a file that torch.save() writes")
  bytes <- bytes_at(source, 0, source$size)
  places <- new.env()
  persistent <- storages_by(function(key, dtype, numel) {
    place <- places[[key]]
    if (is.null(place) || place$numel < numel) fail("has fewer values than it says")
    tensor_at(source, place$at, numel, dtype)
  })
  sizes <- new.env()
  noting <- function(id, fail) {
    storage <- persistent(id, fail)
    sizes[[id$values[[3L]]]] <- bytes_of_element(storage$dtype)
    storage
  }
  at <- length(magic)
  for (k in 1:2) at <- read_pickle(bytes, at, python_globals(), noting, fail)$at # protocol, system
  object <- read_pickle(bytes, at, python_globals(), noting, fail)
  keys <- read_pickle(bytes, object$at, python_globals(), noting, fail)
  at <- keys$at
  for (key in as_r(keys$value, fail)) {
    if (!is_string(key) || is.null(sizes[[key]]) || at + 8 > length(bytes)) fail("is cut short")
    numel <- whole_number(bytes[at + 1:8])
    places[[key]] <- list(at = at + 8, numel = numel)
    at <- at + 8 + numel * sizes[[key]]
  }
  object$value
}

# ---- writing ----

pickle_of_tensors <- function(tensors) {
  string <- function(x) {
    x <- charToRaw(enc2utf8(x))
    c(as.raw(0x58), bytes_of_number(length(x), 4), x)
  }
  integer <- function(x) c(as.raw(c(0x8a, 8)), bytes_of_number(x, 8)) # LONG1
  name <- function(module, name) c(charToRaw("c"), charToRaw(paste0(module, "\n", name, "\n")))
  tuple <- function(...) c(charToRaw("("), ..., charToRaw("t"))
  integers <- function(x) do.call(tuple, lapply(as.numeric(x), integer))
  empty_dict <- c(name("collections", "OrderedDict"), charToRaw(")R"))
  tensor <- function(x, key) {
    code <- names(storage_dtypes)[vapply(storage_dtypes, function(dtype) x$dtype == dtype_named(dtype), NA)]
    strides <- if (length(dim(x))) x$stride()
    storage <- tuple(string("storage"), name("torch", code), string(key), string("cpu"), integer(prod(dim(x))))
    c(
      name("torch._utils", "_rebuild_tensor_v2"),
      tuple(storage, charToRaw("Q"), integer(0), integers(dim(x)), integers(strides), as.raw(0x89), empty_dict),
      charToRaw("R")
    )
  }
  items <- lapply(seq_along(tensors), function(k) c(string(names(tensors)[k]), tensor(tensors[[k]], as.character(k - 1L))))
  c(as.raw(c(0x80, 2)), empty_dict, charToRaw("("), do.call(c, items), charToRaw("u."))
}

# A zip file of stored entries, raw vectors or tensors. The values of tensors begin at multiples of 64.
zip_pieces <- function(entries) {
  pieces <- directory <- list()
  at <- 0
  for (name in names(entries)) {
    data <- entries[[name]]
    size <- if (is.raw(data)) length(data) else byte_size(data)
    if (at + size >= 2^32 - 1) raise_error("`state_dict` has more than 4 GB: save it by torch_save_safetensors()", NULL)
    label <- charToRaw(enc2utf8(name))
    padding <- -(at + 30 + length(label) + 4) %% 64
    extra <- c(charToRaw("FB"), bytes_of_number(padding, 2), raw(padding))
    facts <- c(
      bytes_of_number(0, 2), bytes_of_number(0, 2), bytes_of_number(0, 2), bytes_of_number(33, 2),
      bytes_of_number(.Call(ffi_crc32, data), 4), bytes_of_number(size, 4), bytes_of_number(size, 4), bytes_of_number(length(label), 2)
    )
    header <- c(as.raw(c(0x50, 0x4b, 3, 4, 20, 0)), facts, bytes_of_number(length(extra), 2), label, extra)
    pieces <- c(pieces, list(header, data))
    directory <- c(directory, list(c(
      as.raw(c(0x50, 0x4b, 1, 2, 20, 0, 20, 0)), facts, raw(12), bytes_of_number(at, 4), label
    )))
    at <- at + length(header) + size
  }
  directory <- do.call(c, directory)
  end <- c(
    as.raw(c(0x50, 0x4b, 5, 6)), raw(4), bytes_of_number(length(entries), 2), bytes_of_number(length(entries), 2),
    bytes_of_number(length(directory), 4), bytes_of_number(at, 4), raw(2)
  )
  c(pieces, list(directory, end))
}
