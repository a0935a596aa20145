skip_on_cran()

new_library <- function() {
  lib <- tempfile("library")
  dir.create(lib)
  lib
}

install <- function(folder, lib) {
  said <- system2(file.path(R.home("bin"), "R"), c("CMD", "INSTALL", "--no-docs", paste0("--library=", lib), folder), TRUE, TRUE)
  if (!is.null(attr(said, "status"))) stop(paste(said, collapse = "\n"))
}

# What another R answers, by lines.
answers <- function(...) {
  code <- tempfile(fileext = ".R")
  writeLines(c(...), code)
  system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", code), stdout = TRUE, stderr = FALSE)
}

with_libraries <- function(lib, code) {
  old <- Sys.getenv("R_LIBS", NA)
  on.exit(if (is.na(old)) Sys.unsetenv("R_LIBS") else Sys.setenv(R_LIBS = old))
  Sys.setenv(R_LIBS = paste(c(lib, .libPaths()), collapse = .Platform$path.sep))
  code
}

test_that("a library is asked for by name, and another torch in it stays unless it may be replaced", {
  lib <- new_library()
  refused <- function(code, words) expect_error(code, words, class = "rushlight_error")
  refused(install_torch_stand_in(), "`lib` must be given")
  refused(install_torch_stand_in(1), "`lib` must be the folder")
  refused(install_torch_stand_in(file.path(lib, "none")), "`lib` must be a folder, and there is none")
  refused(install_torch_stand_in(lib, replace = NA), "`replace`")
  dir.create(file.path(lib, "torch"))
  writeLines(c("Package: torch", "Version: 0.13.0"), file.path(lib, "torch", "DESCRIPTION"))
  refused(install_torch_stand_in(lib), "`replace` must be TRUE")
  expect_identical(utils::packageVersion("torch", lib), package_version("0.13.0"))
  expect_identical(basename(install_torch_stand_in(lib, replace = TRUE)), "torch")
  expect_identical(utils::packageVersion("torch", lib), package_version("0.17.0"))
  expect_identical(list.files(lib), "torch")

  told <- with_libraries(lib, answers(
    "cat(torch::torch_is_installed(), torch:::is_torch_tensor(torch::torch_ones(1)), '\\n')",
    "cat(torch:::get_parameter_count(torch::nn_linear(3, 2)), as.numeric(torch:::torch_diff(torch::torch_tensor(c(1, 4)))), '\\n')",
    "exports <- getNamespaceExports('torch')",
    "cat(setequal(exports, getNamespaceExports('rushlight')), 'is_torch_tensor' %in% exports, '\\n')",
    "library(torch); cat(identical(nn_linear, rushlight::nn_linear), length(nn_sequential(nn_relu())), '\\n')"
  ))
  expect_identical(trimws(told), c("TRUE TRUE", "8 3", "TRUE FALSE", "TRUE 1"))
})

test_that("an upgrade of rushlight reaches the stand-in, and the classes of packages that were built before it", {
  lib <- new_library()
  here <- getNamespaceInfo("rushlight", "path")
  skip_if(!file.exists(file.path(here, "Meta", "nsInfo.rds")), "the package is not installed")
  file.copy(here, lib, recursive = TRUE)
  with_libraries(lib, {
    install_torch_stand_in(lib)
    install_torch_stand_in(lib) # over itself
    client <- file.path(new_library(), "client")
    dir.create(file.path(client, "R"), recursive = TRUE)
    writeLines(c("Package: client", "Version: 1.0", "Title: A", "Description: A.", "License: MIT", "Author: A", "Maintainer: A <a@b.c>",
                 "Imports: torch"), file.path(client, "DESCRIPTION"))
    writeLines(c("import(torch)", "exportPattern('.')"), file.path(client, "NAMESPACE"))
    writeLines(c(
      "net <- nn_module('net', initialize = function(n) self$inner <- nn_linear(n, 1), forward = function(x) self$inner(x))",
      "wide <- nn_module('wide', inherit = nn_linear, initialize = function(n) super$initialize(n, 2 * n))",
      "wider <- nn_module('wider', inherit = wide)",
      "slow <- optimizer('slow', inherit = optim_sgd)",
      "items <- dataset('items', .getitem = function(i) i, .length = function() 3)",
      "rate <- lr_scheduler('rate', get_lr = function() self$base_lrs)"
    ), file.path(client, "R", "client.R"))
    install(client, lib)

    upgraded <- file.path(lib, "rushlight")
    cat(
      "torch_added <- function() 'added'", "instance_of <- local({ old <- instance_of; function(object) { cat('new '); old(object) } })",
      "for (class in list(nn_Module, Optimizer, Dataset, LRScheduler, attr(nn_linear, 'Module'))) class$set('public', 'added', 42, TRUE)\n",
      file = file.path(upgraded, "R", "rushlight"), sep = "\n", append = TRUE
    )
    information <- readRDS(file.path(upgraded, "Meta", "nsInfo.rds"))
    information$exports <- c(information$exports, "torch_added")
    saveRDS(information, file.path(upgraded, "Meta", "nsInfo.rds"))

    told <- answers("cat(torch::torch_added(), '')", "library(client)", "model <- net(3)", "cat(model$added, '')",
                    "cat(wide(2)$added, wider(2)$added, dim(wider(2)$weight), '')", "optim <- slow(model$parameters, lr = 1)",
                    "cat(optim$added, items()$added, rate(optim)$added, class(wider(2)))")
    expect_identical(gsub("new ", "", told), "added 42 42 42 4 2 42 42 42 wider wide nn_linear nn_module")
    expect_match(told, "new ")
  })
})
