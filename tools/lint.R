# The R code under lintr, with the settings of .lintr.
lints <- c(lintr::lint_dir("R"), lintr::lint_dir("tests"), lintr::lint_dir("tools"), lintr::lint_dir("bench"))
for (lint in lints) print(lint)
if (length(lints)) quit(status = 1)
cat("no complaint about the R code\n")
