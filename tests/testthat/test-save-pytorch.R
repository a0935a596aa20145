saved <- function(name) file.path("saved", sprintf("pytorch-%s.pt", name))

test_that("all dtypes are read", {
  found <- load_state_dict(saved("dtypes"))
  expect_identical(vapply(found, function(x) as.character(x$dtype), ""), c(
    float64 = "Double", float32 = "Float", float16 = "Half", bfloat16 = "BFloat16", int64 = "Long", int32 = "Int", int16 = "Short",
    int8 = "Char", uint8 = "Byte", bool = "Bool"
  ))
  for (x in found[1:8]) expect_equal(as.array(x$to(dtype = torch_double())), matrix(-2:3, 2, byrow = TRUE), ignore_attr = TRUE)
  expect_identical(as.logical(found$bool), c(TRUE, TRUE, TRUE, TRUE, FALSE, TRUE))
})

test_that("what shared a storage shares it, and parameters require gradients", {
  found <- load_state_dict(saved("shared"))
  expect_equal(as.numeric(found$a), 2:5)
  expect_equal(as.array(found$b), matrix(0:9, 5), ignore_attr = TRUE)
  found$base$fill_(7)
  expect_equal(as.numeric(found$a), rep(7, 4))
  found <- load_state_dict(saved("param"))
  expect_true(is_nn_parameter(found$p) && found$p$requires_grad && found$r$requires_grad)
  expect_identical(found$e$shape, c(0L, 3L))
  expect_equal(found$s$item(), 3.5)
})

test_that("nested checkpoints become lists", {
  found <- load_state_dict(saved("ckpt"))
  expect_identical(found[c("epoch", "loss", "best", "names", "ok")], list(epoch = 3, loss = 0.25, best = NULL, names = list("a", "b"), ok = TRUE))
  expect_identical(found$t, list(1, -2, 2^40))
  expect_named(found$opt, c("state", "param_groups"))
  expect_named(found$opt$state[["0"]], c("step", "exp_avg", "exp_avg_sq"))
  model <- nn_sequential(nn_linear(3, 2), nn_batch_norm1d(2))
  model$load_state_dict(found$model)
  expect_equal(model$state_dict()[["0.weight"]], found$model[["0.weight"]])
  expect_identical(load_state_dict(saved("keys"))$s, "h\u00e9")
  expect_equal(as.numeric(load_state_dict(saved("keys"))[["3"]]), 1)
})

test_that("files of old versions are read", {
  found <- load_state_dict(saved("legacy2"))
  expect_equal(as.numeric(found$a), 2:5)
  expect_identical(as.integer(found$l), 1:2)
})

test_that("whole modules and other files are refused in words", {
  expect_error(load_state_dict(saved("module")), "save `model.state_dict\\(\\)` in Python", class = "rushlight_error")
  expect_error(torch_load(saved("ckpt")), "load_state_dict\\(\\) reads it", class = "rushlight_error")
  expect_error(load_state_dict(torch_serialize(1)), "not a file that torch.save\\(\\) writes", class = "rushlight_error")
  bytes <- readBin(saved("ckpt"), "raw", 1e5)
  for (n in c(0, 4, 100, length(bytes) %/% 2, length(bytes) - 1)) expect_error(load_state_dict(bytes[seq_len(n)]), class = "rushlight_error")
})

pickled <- function(...) {
  fail <- function(how) raise_error(how)
  as_r(read_pickle(c(as.raw(c(0x80, 2)), ..., charToRaw(".")), 0, python_globals(), function(id, fail) fail("none"), fail)$value, fail)
}

test_that("a pickle runs nothing, and one that contradicts itself is refused", {
  expect_identical(pickled(as.raw(c(0x4b, 5))), 5)
  expect_identical(pickled(as.raw(c(0x8a, 2, 0, 0xff))), -256)
  expect_error(pickled(charToRaw("cos\nsystem\n")), "needs os.system of Python", class = "rushlight_error")
  expect_error(pickled(charToRaw("c__builtin__\neval\n")), "needs __builtin__.eval", class = "rushlight_error")
  for (code in list("u", "e", "t", "R", "0", "h\x05", "Q", "s", "\x81", "a")) expect_error(pickled(charToRaw(code)), class = "rushlight_error")
  expect_error(pickled(as.raw(c(0x58, 255, 255, 255, 127))), "cut short", class = "rushlight_error")
  expect_error(pickled(as.raw(0xff)), "0xff", class = "rushlight_error")
  expect_error(pickled(c(rep(charToRaw("]"), 400), rep(charToRaw("a"), 399))), "nested too deeply", class = "rushlight_error")
})

test_that("PyTorch reads what is written, with the names of recurrent layers", {
  model <- nn_lstm(2, 3, num_layers = 2)
  file <- tempfile()
  on.exit(unlink(file))
  torch_save_state_dict(model$state_dict(), file)
  expect_equal(load_state_dict(file), model$state_dict())
  expect_identical(load_state_dict(file) |> names(), names(model$state_dict()))
  skip_if_not(file.exists("/usr/bin/python3") && system2("/usr/bin/python3", c("-c", shQuote("import torch")), stderr = FALSE) == 0,
              "python3-torch is not installed")
  code <- sprintf(paste(
    "import torch; m = torch.nn.LSTM(2, 3, 2); m.load_state_dict(torch.load('%s'));",
    "import zipfile; print(zipfile.ZipFile('%s').testzip(), *('%%.6f' %% v for v in m.weight_hh_l1.flatten().tolist()))"
  ), file, file)
  told <- strsplit(system2("/usr/bin/python3", c("-c", shQuote(code)), stdout = TRUE), " ")[[1]]
  expect_identical(told[1], "None")
  expect_equal(as.numeric(told[-1]), as.vector(t(as.array(model$weight_hh_l2))), tolerance = 1e-5)
  strided <- list(x = torch_arange(1, 6)$view(c(2, 3))$t(), i = torch_tensor(1:3), b = torch_tensor(c(TRUE, FALSE)))
  torch_save_state_dict(strided, file)
  code <- sprintf("import torch; x = torch.load('%s'); print(x['x'].tolist(), x['i'].tolist(), x['b'].tolist())", file)
  expect_identical(system2("/usr/bin/python3", c("-c", shQuote(code)), stdout = TRUE),
                   "[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]] [1, 2, 3] [True, False]")
})

test_that("files that the installed PyTorch writes have its values, dtypes and shapes, and come back to it", {
  python <- "/usr/bin/python3"
  there <- file.exists(python) && suppressWarnings(system2(python, c("-c", shQuote("import torch")), stdout = FALSE, stderr = FALSE)) == 0
  skip_if_not(there, "python3-torch is not installed")
  folder <- tempfile("pytorch")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  expect_identical(system2(python, c("-B", file.path("saved", "write.py"), folder)), 0L)
  numbers <- function(text) if (nzchar(text)) as.numeric(strsplit(text, " ")[[1]]) else numeric()
  lines <- strsplit(paste0(readLines(file.path(folder, "values")), "\t."), "\t")
  files <- unique(vapply(lines, `[`, "", 1))
  expect_gte(length(files), 20)
  for (file in files) {
    found <- load_state_dict(file.path(folder, file))
    for (line in Filter(function(line) line[1] == file, lines)) {
      path <- strsplit(line[2], "/")[[1]]
      at <- grepl("_l[0-9]", path)
      path[at] <- paste0(sub("[0-9]+(_reverse)?$", "", path[at]), as.integer(sub("^.*_l([0-9]+).*$", "\\1", path[at])) + 1L,
                         ifelse(grepl("_reverse$", path[at]), "_reverse", ""))
      x <- found
      for (name in path) x <- x[[name]]
      label <- paste(file, line[2])
      expect_true(x$dtype == dtype_named(line[3]), label = label)
      expect_equal(as.numeric(x$shape), numbers(line[4]), label = label)
      expect_equal(as.numeric(x$contiguous()$view(-1L)), numbers(line[5]), tolerance = 1e-15, label = label)
    }
    tensors <- Filter(is_tensor, found)
    if (length(tensors)) torch_save_state_dict(tensors, file.path(folder, paste0("ours-", file)))
  }
  code <- paste(
    "import glob, torch",
    sprintf("for ours in glob.glob('%s/ours-*'):", folder),
    "    a, b = torch.load(ours), torch.load(ours.replace('ours-', ''))",
    "    print(all(a[k].dtype == b[k].dtype and a[k].equal(b[k]) for k in a))", sep = "\n"
  )
  told <- system2(python, c("-c", shQuote(code)), stdout = TRUE)
  expect_gte(length(told), 15)
  expect_identical(unique(told), "True")
})
