# Typical mistakes. What each is told stands in mistakes.txt, which test-core-mistakes.R holds the messages to.
#
#   Rscript tests/testthat/mistakes.R     writes it anew, to be read before it is committed
mistakes <- alist(
  m %*% m, torch_ones(2, 2) %*% torch_ones(2, 2, dtype = torch_double()), m + torch_ones(4), m$view(c(4, 2)), m$t()$view(6),
  x[0], x[7], m[1, 1, 1], x["a"], x[1.7], m$sum(dim = 0), m$sum(dim = 3), m$sum(dim = "a"), m$item(),
  (w * 2)$backward(), m$sum()$backward(),
  {
    loss <- (w^2)$sum()
    loss$backward()
    loss$backward()
  },
  {
    v <- w * 2
    squares <- v^2
    v$add_(1)
    squares$sum()$backward()
  },
  (w * 2)$backward(torch_ones(3)), w$add_(1), w[1] <- 5, torch_tensor(1L, requires_grad = TRUE), autograd_grad((w * 2)$sum(), unused),
  {
    unused$register_hook(of_another_shape)
    (unused * 2)$sum()$backward()
  },
  torch_ones(2, dtype = torch_float), torch_ones(2, dtype = "numeric"), torch_ones(2, dtype = "flaot"), torch_ones(2, device = "cuda"),
  torch_tensor("a"), m + "a", m + NULL, m * list(1), torch_tensor(data.frame(a = 1:2)), torch_tensor(factor("a")),
  torch_tensor(NA, dtype = torch_int()), torch_ones(2, requiresgrad = TRUE), m$foo, m$requires_gard, m$numpy(), m$tolist(), m$zero_grad(),
  linalg_inv(torch_zeros(2, 2)), linalg_cholesky(-torch_eye(2)), nnf_cross_entropy(torch_ones(2, 3), torch_tensor(c(0L, 1L))),
  nnf_cross_entropy(torch_ones(2, 3), torch_tensor(c(1, 2))), torch_ones(-1), torch_ones(1.5), torch_cat(m, m), torch_stack(m, m),
  w$expand(2, 3), torch_topk(x, 7), autograd_function(forward = function(x) x, backward = function(ctx, grad) grad)(w),
  {
    f <- autograd_function(forward = function(ctx, x) x * 2, backward = function(ctx, grad) list(x = ctx$saved_variables$y))
    f(w)$sum()$backward()
  },
  m$transpose(1, 3), x$split(0), torch_stack(list(torch_ones(2), torch_ones(3)))
)

of_another_shape <- function(grad) torch_ones(3)

what_is_said <- function(mistake) {
  tensors <- list(
    x = torch_tensor(c(1, 2, 3, 4, 5, 6)), m = torch_ones(2, 3), w = torch_ones(2, requires_grad = TRUE), unused = torch_ones(2, requires_grad = TRUE)
  )
  said <- tryCatch(
    {
      eval(mistake, list2env(tensors, parent = environment()))
      "no error"
    },
    rushlight_error = conditionMessage
  )
  paste(c(deparse(mistake), paste0("    ", strwrap(said, 110))), collapse = "\n")
}

if (sys.nframe() == 0L) {
  library(rushlight)
  writeLines(vapply(mistakes, what_is_said, ""), file.path("tests", "testthat", "mistakes.txt"), sep = "\n\n")
}
