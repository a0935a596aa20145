#' Files in the safetensors format
#'
#' `torch_save_safetensors()` writes tensors by name, `torch_load_safetensors()` reads them: a format that programs in many languages read,
#' and that holds nothing but numbers. It is described at <https://huggingface.co/docs/safetensors>.
#'
#' @param tensors a list of tensors, each with a name, such as `$state_dict()` of a module gives.
#' @param path the name of a file.
#' @param metadata strings by name that the file is to hold besides.
#' @return `torch_save_safetensors()` returns `path`, invisibly; `torch_load_safetensors()` a list of tensors by name, with what the
#'   file holds
#'   besides in the attribute `metadata`.
#' @section Errors:
#' Refused are tensors without names or under one name, a file that cannot be written, and one that is cut short, contradicts itself, or
#' is of
#' another kind. A file that cannot be written whole leaves the old one as it was.
#' @examples
#' model <- nn_linear(3, 2)
#' file <- tempfile(fileext = ".safetensors")
#' torch_save_safetensors(model$state_dict(), file)
#' names(torch_load_safetensors(file))
#' @export
torch_save_safetensors <- function(tensors, path, metadata = NULL) {
  check_named_tensors(tensors, "tensors")
  if (!is_string(path)) raise_error("`path` must be the name of a file")
  if (!is.null(metadata) && (is.null(names(metadata)) || !all(vapply(metadata, is_string, NA)))) {
    raise_error("`metadata` must be strings, each with a name")
  }
  tensors <- lapply(tensors, dense)
  write_whole(path, c(list(safetensors_header(tensors, metadata)), tensors))
  invisible(path)
}

#' @rdname torch_save_safetensors
#' @export
torch_load_safetensors <- function(path) {
  source <- source_of(path)
  found <- read_safetensors(source)
  if (found$end != source$size) {
    raise_error(sprintf("%s has bytes behind its tensors: torch_load() reads what torch_save() wrote", source$name))
  }
  structure(found$tensors, metadata = found$metadata)
}

check_named_tensors <- function(x, name, call = users_call()) {
  fits <- is.list(x) && all(vapply(x, inherits, NA, "torch_tensor")) && (!length(x) || !is.null(names(x)))
  if (!fits || !all(nzchar(names(x))) || anyDuplicated(names(x))) {
    raise_error(sprintf("`%s` must be a list of tensors, each with a name of its own", name), call)
  }
}

dense <- function(x) x$detach()$contiguous()

byte_size <- function(tensor) prod(dim(tensor)) * tensor$element_size()

# ---- files and raw vectors, whole ----

# Written beside the file and put in its place, so that what fails leaves the old one.
write_whole <- function(path, pieces) {
  path <- path.expand(path)
  fresh <- tempfile("saving-", dirname(path))
  on.exit(unlink(fresh))
  .Call(ffi_write_file, fresh, pieces)
  if (!suppressWarnings(file.rename(fresh, path))) raise_error(sprintf("%s cannot be written", path), NULL)
}

as_bytes <- function(pieces) do.call(c, lapply(pieces, function(x) if (is.raw(x)) x else buffer_from_torch_tensor(x)))

# What is read: a file, or bytes.
source_of <- function(x, call = users_call()) {
  if (is.raw(x)) return(list(bytes = x, size = length(x), name = "the raw vector"))
  if (inherits(x, "connection")) return(source_of(bytes_of_connection(x), call))
  if (!is_string(x)) raise_error("`path` must be the name of a file, a connection, or a raw vector", call)
  path <- path.expand(x)
  if (!file.exists(path) || dir.exists(path)) raise_error(sprintf("there is no file %s", x), call)
  list(path = path, size = file.size(path), name = x)
}

bytes_of_connection <- function(connection) {
  if (!isOpen(connection)) {
    open(connection, "rb")
    on.exit(close(connection))
  }
  chunks <- list()
  while (length(chunk <- readBin(connection, "raw", 2^22))) chunks[[length(chunks) + 1L]] <- chunk
  if (length(chunks)) do.call(c, chunks) else raw()
}

bytes_at <- function(source, offset, n) {
  if (offset < 0 || n < 0 || offset + n > source$size) raise_damaged(source, "is cut short")
  if (!is.null(source$bytes)) return(source$bytes[offset + seq_len(n)])
  as_bytes(list(.Call(ffi_read_file, source$path, offset, torch_empty(n, dtype = torch_uint8()))))
}

tensor_at <- function(source, offset, shape, dtype) {
  size <- prod(shape) * bytes_of_element(dtype)
  if (offset < 0 || offset + size > source$size) raise_damaged(source, "is cut short")
  if (!is.null(source$bytes)) return(torch_tensor_from_buffer(bytes_at(source, offset, size), shape, dtype))
  .Call(ffi_read_file, source$path, offset, torch_empty(shape, dtype = dtype))
}

bytes_of_element <- function(dtype) torch_empty(0L, dtype = dtype)$element_size()

raise_damaged <- function(source, how) raise_error(sprintf("%s %s: it is damaged, or of another kind", source$name, how), NULL)

whole_number <- function(bytes) sum(as.numeric(bytes) * 256^(seq_along(bytes) - 1)) # little-endian
bytes_of_number <- function(x, n) as.raw(x %/% 256^(seq_len(n) - 1) %% 256)

# ---- the header: its length, and JSON ----

safetensors_dtypes <- c(
  F64 = "double", F32 = "float", F16 = "half", BF16 = "bfloat16", I64 = "long", I32 = "int", I16 = "short", I8 = "int8", U8 = "uint8",
  BOOL = "bool"
)

dtype_named <- function(name) getExportedValue("rushlight", paste0("torch_", name))()

safetensors_header <- function(tensors, metadata) {
  codes <- vapply(tensors, function(x) {
    for (code in names(safetensors_dtypes)) if (x$dtype == dtype_named(safetensors_dtypes[[code]])) return(code)
  }, "")
  ends <- cumsum(vapply(tensors, byte_size, 0))
  numbers <- function(x) paste(format(x, scientific = FALSE, trim = TRUE), collapse = ",")
  entries <- vapply(seq_along(tensors), function(k) {
    sprintf(
      "%s:{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%s]}", json_string(names(tensors)[k]), codes[k],
      if (length(dim(tensors[[k]]))) numbers(dim(tensors[[k]])) else "", numbers(c(c(0, ends)[k], ends[k]))
    )
  }, "")
  if (length(metadata)) {
    pairs <- paste(json_string(names(metadata)), json_string(unlist(metadata)), sep = ":", collapse = ",")
    entries <- c(sprintf("\"__metadata__\":{%s}", pairs), entries)
  }
  text <- charToRaw(enc2utf8(sprintf("{%s}", paste(entries, collapse = ","))))
  text <- c(text, rep(charToRaw(" "), -length(text) %% 8))
  c(bytes_of_number(length(text), 8), text)
}

json_string <- function(x) {
  x <- gsub("([\"\\\\])", "\\\\\\1", enc2utf8(x))
  for (code in c(1:31, 127)) x <- gsub(intToUtf8(code), sprintf("\\u%04x", code), x, fixed = TRUE)
  paste0("\"", x, "\"")
}

# The tensors by name, the strings besides, and where they end.
read_safetensors <- function(source) {
  length <- whole_number(bytes_at(source, 0, 8))
  if (length < 2 || length > min(source$size - 8, 1e8)) raise_damaged(source, "is no file of tensors")
  header <- bytes_at(source, 8, length)
  if (any(header == 0)) raise_damaged(source, "has a header that cannot be read")
  entries <- read_json(source, rawToChar(header))
  metadata <- entries$`__metadata__`
  entries$`__metadata__` <- NULL
  ends <- 0
  tensors <- lapply(entries, function(entry) {
    dtype <- safetensors_dtypes[entry$dtype]
    shape <- suppressWarnings(as.numeric(entry$shape))
    offsets <- suppressWarnings(as.numeric(entry$data_offsets))
    fits <- length(dtype) == 1L && !is.na(dtype) && length(offsets) == 2L && !anyNA(c(shape, offsets)) &&
      all(c(shape, offsets) >= 0 & c(shape, offsets) == trunc(c(shape, offsets))) && length(shape) <= 25L && prod(shape) < 2^50
    if (!fits) raise_damaged(source, "describes a tensor in a way that is unknown")
    dtype <- dtype_named(dtype)
    if (offsets[2L] - offsets[1L] != prod(shape) * bytes_of_element(dtype)) raise_damaged(source, "contradicts itself")
    ends <<- max(ends, offsets[2L])
    tensor_at(source, 8 + length + offsets[1L], shape, dtype)
  })
  list(tensors = tensors, metadata = metadata, end = 8 + length + ends)
}

# An object of objects of strings and of lists of numbers, which is what headers are.
read_json <- function(source, text) {
  Encoding(text) <- "UTF-8"
  wrong <- function() raise_damaged(source, "has a header that cannot be read")
  if (!validUTF8(text)) wrong()
  token <- "\"(?:\\\\.|[^\"\\\\])*\"|[0-9]+|[][{}:,]"
  tokens <- regmatches(text, gregexpr(token, text, perl = TRUE))[[1L]]
  if (grepl("[^ \t\r\n]", gsub(token, "", text, perl = TRUE))) wrong()
  at <- 0L
  following <- function() if (at < length(tokens)) tokens[[at <<- at + 1L]] else wrong()
  expect <- function(what) if (following() != what) wrong()
  string <- function() {
    found <- following()
    if (substr(found, 1L, 1L) != "\"") wrong()
    json_text(substr(found, 2L, nchar(found) - 1L))
  }
  # Calls read_value(name) for each name up to the closing brace.
  members <- function(read_value) {
    expect("{")
    found <- list()
    if (tokens[min(at + 1L, length(tokens))] == "}") {
      following()
      return(found)
    }
    repeat {
      name <- string()
      expect(":")
      if (!is.null(found[[name]])) wrong()
      found[[name]] <- read_value(name)
      mark <- following()
      if (mark == "}") return(found)
      if (mark != ",") wrong()
    }
  }
  value <- function(name) {
    if (tokens[min(at + 1L, length(tokens))] != "[") return(string())
    following()
    numbers <- character()
    repeat {
      found <- following()
      if (found == "]") return(as.list(numbers))
      if (grepl("^[0-9]+$", found)) numbers <- c(numbers, found) else if (found != ",") wrong()
    }
  }
  entries <- members(function(name) members(value))
  if (at != length(tokens)) wrong()
  entries
}

json_text <- function(x) {
  escape <- gregexpr("\\\\(u[0-9a-fA-F]{4}|.)", x, perl = TRUE)
  plain <- c(b = "\b", f = "\f", n = "\n", r = "\r", t = "\t")
  regmatches(x, escape) <- list(vapply(regmatches(x, escape)[[1L]], function(found) {
    code <- substring(found, 2L)
    if (nchar(code) > 1L) intToUtf8(strtoi(substring(code, 2L), 16L)) else if (code %in% names(plain)) plain[[code]] else code
  }, ""))
  x
}
