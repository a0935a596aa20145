# Writes the files of the current format: run once for each format, and never again. 0.1.0 wrote the ones named after it.
library(rushlight)
weight <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
(weight * weight)$sum()$backward()
attr(weight, "unit") <- "m"
generator <- torch_generator()
generator$set_current_seed(5)
invisible(torch_randn(3, generator = generator))
things <- list(
  weight = weight, again = weight, transposed = torch_tensor(matrix(1:6, 2))$t(), half = torch_tensor(c(0.5, -2), dtype = torch_half()),
  bfloat16 = torch_tensor(c(0.5, -2), dtype = torch_bfloat16()), mask = torch_tensor(c(TRUE, FALSE, TRUE)),
  bytes = torch_tensor(c(0, 255), dtype = torch_uint8()), double = torch_tensor(pi, dtype = torch_double()),
  expanded = torch_tensor(c(1, 2))$expand(c(3, 2)), empty = torch_zeros(0, 3),
  undefined = weight$grad$grad, large = torch_ones(200, 200), generator = generator
)
for (version in 2:3) saveRDS(things, sprintf("format-1-serialized-%d.rds", version), version = version, compress = "xz")
