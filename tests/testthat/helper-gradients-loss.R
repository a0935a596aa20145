two <- list(c(3, 4), c(3, 4))
for (how in c("none", "mean", "sum")) local({
  reduction <- how
  except <- if (how == "mean") "empty" else character()
  case <- function(op, loss, lo = -2, hi = 2) {
    gradient_case(op, function(x, t) loss(x, t, reduction = reduction), two, lo, hi, except = except)
  }
  case("mse_loss", nnf_mse_loss)
  case("smooth_l1_loss", nnf_smooth_l1_loss)
  case("soft_margin_loss", nnf_soft_margin_loss)
  case("bce_logits_loss", nnf_binary_cross_entropy_with_logits)
  case("bce_loss", nnf_binary_cross_entropy, lo = 0.1, hi = 0.9)
  asked <- torch_tensor(c(2L, -100L, 4L))
  weight <- torch_tensor(c(1, 2, 3, 0.5), dtype = torch_double())
  gradient_case(c("nll_loss", "nll_loss_backward"), function(x) nnf_nll_loss(x, asked, weight, reduction = reduction), list(c(3, 4)),
    except = c("empty", "scalar"))
  gradient_case("cross_entropy", function(x) nnf_cross_entropy(x, asked, weight, reduction = reduction), list(c(3, 4)),
    except = c("empty", "scalar"))
  pixels <- torch_tensor(matrix(c(1L, 3L, 2L, 2L), 2))
  gradient_case("nll_loss", function(x) nnf_nll_loss(x, pixels, reduction = reduction), list(c(2, 3, 2)), except = c("empty", "scalar"))
  g <- if (how == "none") 3 else integer()
  gradient_case("nll_loss_backward", function(g) .Call(ffi_nll_loss_backward, g, asked, weight, -100L, reduction, c(3L, 4L)), list(g),
    except = c("empty", "scalar", if (how != "none") c("transposed", "broadcast")))
})
gradient_case("mse_loss", function(x, t) suppressWarnings(nnf_mse_loss(x, t)), list(c(3, 4), 4), except = "empty")
gradient_case("cross_entropy", nnf_cross_entropy, two, lo = c(-2, 0), hi = c(2, 1), except = c("empty", "scalar"))
