test_that("the package can be unloaded while there are tensors, and loaded again", {
  code <- paste(
    "library(rushlight); x <- torch_ones(2); unloadNamespace('rushlight'); rm(x); invisible(gc());",
    "library(rushlight); cat('sum', as.numeric(torch_ones(2)$sum()))"
  )
  told <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE, stderr = TRUE)
  expect_equal(tail(told, 1), "sum 2")
})

test_that("a message is one valid string of UTF-8, whatever text of the user's goes into it", {
  latin <- "f\xe4\xfc"
  Encoding(latin) <- "latin1"
  bytes <- "a\xffb"
  Encoding(bytes) <- "bytes"
  texts <- c(strrep("\u00e4", 3000), paste0("a", strrep("\u00e4", 3000)), strrep("\u20ac", 3000), strrep("\U1F600", 2000), latin, bytes, "ok\xe4")
  for (text in texts) {
    for (call in expression(torch_ones(1, dtype = text), do.call(`$`, list(torch_ones(1), text)), nnf_mse_loss(torch_ones(1), torch_ones(1), text))) {
      if (identical(text, bytes) && identical(call[[1]], quote(do.call))) next # no name in R
      message <- tryCatch(eval(call), rushlight_error = conditionMessage)
      expect_identical(length(message), 1L)
      expect_true(validUTF8(message))
    }
  }
  expect_match(tryCatch(torch_ones(1, dtype = latin), error = conditionMessage), "f\u00e4\u00fc")
})

test_that("every method is registered, so that it is found from outside the package", {
  namespace <- asNamespace("rushlight")
  registered <- getNamespaceInfo(namespace, "S3methods")
  classes <- setdiff(unique(registered[, 2]), c("default", "slice", "graph_dot"))
  functions <- Filter(function(name) is.function(namespace[[name]]), ls(namespace, all.names = TRUE))
  methods <- grep(sprintf("[.](%s)$", paste(classes, collapse = "|")), functions, value = TRUE)
  expect_gt(length(methods), 100)
  missing <- setdiff(methods, paste(registered[, 1], registered[, 2], sep = "."))
  if (getRversion() < "4.3.0") missing <- setdiff(missing, "%*%.torch_tensor") # exported instead
  expect_identical(missing, character(0))
})

test_that("no name is defined twice in R/, where the file that comes last would win", {
  skip_if_not(file.exists("../../R/zzz.R"), "the sources are not there")
  defined <- unlist(lapply(list.files("../../R", "[.]R$", full.names = TRUE), function(file) {
    assigned <- Filter(function(e) is.call(e) && identical(e[[1]], quote(`<-`)) && is.name(e[[2]]), parse(file, keep.source = FALSE))
    vapply(assigned, function(e) as.character(e[[2]]), "")
  }))
  expect_gt(length(defined), 1000)
  expect_identical(defined[duplicated(defined)], character())
})

test_that("files and their tests stand in rooms, which their prefixes name", {
  skip_if_not(file.exists("../../R/zzz.R"), "the sources are not there")
  sources <- setdiff(list.files("../../R"), c("rushlight-package.R", "zzz.R"))
  room <- function(file) sub("-.*", "", file)
  rooms <- unique(room(sources))
  rooms_there_are <- c("core", "tensor", "op", "linalg", "nnf", "nn", "optim", "lr", "data", "distr", "autograd", "transform", "stats", "save")
  expect_setequal(rooms, rooms_there_are)
  tests <- sub("^test-", "", list.files(pattern = "^test-.*[.]R$"))
  expect_identical(setdiff(room(tests), rooms), character(0))
  expect_identical(setdiff(rooms, room(tests)), character(0))
})

test_that("functional forms of networks stand in their room", {
  skip_if_not(file.exists("../../R/zzz.R"), "the sources are not there")
  others <- list.files("../../R", full.names = TRUE)
  others <- others[!startsWith(basename(others), "nnf-")]
  defined <- unlist(lapply(others, function(file) grep("^nnf_[A-Za-z0-9_]+ *<-", readLines(file), value = TRUE)))
  expect_identical(as.character(defined), character(0))
})
