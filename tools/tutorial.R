# Rscript tools/tutorial.R VIGNETTE   runs the code of a vignette, showing each line and what it prints
lines <- readLines(commandArgs(TRUE)[1], encoding = "UTF-8")
begins <- grepl("^```\\{r", lines)
ends <- grepl("^```[[:space:]]*$", lines)
inside <- hidden <- FALSE
code <- character()
for (k in seq_along(lines)) {
  if (begins[k]) {
    inside <- TRUE
    hidden <- grepl("include *= *FALSE|eval *= *FALSE", lines[k])
  } else if (ends[k]) {
    inside <- FALSE
  } else if (inside && !hidden) {
    code <- c(code, lines[k])
  }
}
if (!length(code)) stop("no code in ", commandArgs(TRUE)[1])
suppressPackageStartupMessages(library(rushlight))
source(exprs = parse(text = code, keep.source = TRUE), echo = TRUE, max.deparse.length = Inf, keep.source = TRUE)
