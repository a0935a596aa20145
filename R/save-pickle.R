# A reader of Python's pickles that builds dictionaries, lists, tuples, strings, numbers and tensors, and runs nothing. A name of Python is
# looked up in a short list (`globals`); any other is an error.
#
# What Python changes after it was put on the stack is an environment: of kind "dict" (keys, values), "list" (values), or "object".

read_pickle <- function(bytes, from, globals, persistent, fail) {
  at <- from
  stack <- list()
  marks <- integer()
  memo <- new.env()
  take <- function(n) {
    if (n < 0 || at + n > length(bytes)) fail("is cut short")
    found <- bytes[at + seq_len(n)]
    at <<- at + n
    found
  }
  number <- function(n) whole_number(take(n))
  signed <- function(n) {
    x <- number(n)
    if (n && x >= 256^n / 2) x - 256^n else x
  }
  text <- function(n) {
    x <- take(n)
    if (any(x == 0)) fail("has a string that is none")
    x <- rawToChar(x)
    Encoding(x) <- "UTF-8"
    x
  }
  line <- function() {
    end <- match(as.raw(10), bytes[at + seq_len(min(1000, length(bytes) - at))])
    if (is.na(end)) fail("is cut short")
    x <- text(end - 1)
    take(1)
    x
  }
  push <- function(x) stack[[length(stack) + 1L]] <<- list(x)
  pop <- function() {
    n <- length(stack)
    if (!n) fail("contradicts itself")
    x <- stack[[n]][[1L]]
    stack[[n]] <<- NULL
    x
  }
  pop_to_mark <- function() {
    if (!length(marks) || marks[length(marks)] > length(stack)) fail("contradicts itself")
    first <- marks[length(marks)]
    marks <<- marks[-length(marks)]
    items <- lapply(stack[seq_len(length(stack) - first) + first], `[[`, 1L)
    stack <<- stack[seq_len(first)]
    items
  }
  top <- function(kind) {
    x <- if (length(stack)) stack[[length(stack)]][[1L]]
    if (!is.environment(x) || !x$kind %in% kind) fail("contradicts itself")
    x
  }
  remember <- function(key) memo[[as.character(key)]] <- stack[[if (length(stack)) length(stack) else fail("contradicts itself")]]
  recall <- function(key) {
    x <- memo[[as.character(key)]]
    if (is.null(x)) fail("contradicts itself")
    push(x[[1L]])
  }
  set_items <- function(pairs) {
    force(pairs)
    dict <- top("dict")
    if (length(pairs) %% 2) fail("contradicts itself")
    odd <- seq_along(pairs) %% 2 == 1
    dict$keys <- c(dict$keys, pairs[odd])
    dict$values <- c(dict$values, pairs[!odd])
  }
  append <- function(items) {
    force(items)
    x <- top("list")
    x$values <- c(x$values, items)
  }
  global <- function(module, name) {
    found <- globals[[paste(module, name)]]
    if (is.null(found)) fail(sprintf("needs %s.%s of Python, which is not among what is read without running code", module, name))
    push(found)
  }
  reduce <- function() {
    arguments <- pop()
    f <- pop()
    if (!is.function(f) || !is_tuple(arguments)) fail("contradicts itself")
    push(f(arguments$values, fail))
  }
  repeat {
    code <- as.integer(take(1))
    switch(sprintf("%02x", code),
      "80" = take(1), "95" = take(8), # protocol, frame
      "7d" = push(new_dict()), "5d" = push(new_list()), "8f" = push(new_list()), "29" = push(tuple(list())),
      "28" = marks <- c(marks, length(stack)),
      "58" = push(text(number(4))), "8c" = push(text(number(1))), "8d" = push(text(number(8))),
      "54" = push(text(number(4))), "55" = push(text(number(1))),
      "42" = push(take(number(4))), "43" = push(take(number(1))),
      "71" = remember(number(1)), "72" = remember(number(4)), "94" = remember(length(memo)),
      "68" = recall(number(1)), "6a" = recall(number(4)),
      "4b" = push(number(1)), "4d" = push(number(2)), "4a" = push(signed(4)), "8a" = push(signed(number(1))),
      "47" = push(readBin(take(8), "double", 1L, endian = "big")),
      "88" = push(TRUE), "89" = push(FALSE), "4e" = push(NULL),
      "85" = push(tuple(list(pop()))),
      "86" = push(tuple(rev(list(pop(), pop())))), "87" = push(tuple(rev(list(pop(), pop(), pop())))),
      "74" = push(tuple(pop_to_mark())),
      "73" = set_items(rev(list(pop(), pop()))), "75" = set_items(pop_to_mark()),
      "61" = append(list(pop())), "65" = append(pop_to_mark()), "90" = append(pop_to_mark()),
      "63" = {
        module <- line()
        global(module, line())
      },
      "93" = {
        second <- pop()
        first <- pop()
        if (!is_string(first) || !is_string(second)) fail("contradicts itself")
        global(first, second)
      },
      "52" = reduce(), "81" = reduce(),
      "62" = pop(), # attributes that are set after an object was made: of dictionaries and tensors they say nothing here
      "51" = push(persistent(pop(), fail)),
      "30" = pop(), "32" = push(stack[[length(stack)]][[1L]]),
      "2e" = return(list(value = pop(), at = at)),
      fail(sprintf("has the pickle code 0x%02x, which is unknown", code))
    )
    if (length(stack) > 1e6) fail("is nested too deeply")
  }
}

new_dict <- function() list2env(list(kind = "dict", keys = list(), values = list()), parent = emptyenv())
new_list <- function() list2env(list(kind = "list", values = list()), parent = emptyenv())
tuple <- function(values) structure(list(values = values), class = "python_tuple")
is_tuple <- function(x) inherits(x, "python_tuple")

# As objects of R: dictionaries become named lists, lists and tuples lists.
as_r <- function(x, fail, depth = 0L) {
  if (depth > 64L) fail("is nested too deeply")
  again <- function(values) lapply(values, as_r, fail, depth + 1L)
  if (is_tuple(x)) return(again(x$values))
  if (is.environment(x) && identical(x$kind, "list")) return(again(x$values))
  if (is.environment(x) && identical(x$kind, "dict")) {
    name_of <- function(key) if (is_string(key) || is.numeric(key)) as.character(key) else fail("has a key that is no string")
    return(structure(again(x$values), names = vapply(x$keys, name_of, "")))
  }
  if (is.environment(x) && is.function(x$tensor)) return(x$tensor())
  x
}
