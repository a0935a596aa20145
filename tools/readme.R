# Rscript tools/readme.R   fails if the code of README.md does not print what README.md says it prints
suppressPackageStartupMessages(library(rushlight))
readme <- readLines("README.md")
fences <- which(startsWith(readme, "```"))[1:2]
block <- readme[seq(fences[1] + 1, fences[2] - 1)]
printed <- startsWith(block, "#>")
code <- parse(text = ifelse(printed, "", block), keep.source = TRUE)
ends <- vapply(attr(code, "srcref"), `[`, 0L, 3)
env <- new.env()
wrong <- 0
for (k in seq_along(code)) {
  until <- if (k < length(code)) attr(code, "srcref")[[k + 1]][1] - 1 else length(block)
  rest <- seq_along(block) > ends[k] & seq_along(block) <= until & printed
  said <- trimws(sub("^#>", "", block[rest]))
  got <- trimws(utils::capture.output({
    result <- withVisible(eval(code[[k]], env))
    if (result$visible) print(result$value)
  }))
  if (!identical(got, said)) {
    wrong <- wrong + 1
    cat("README.md:", said, "is said, and this is printed:", got, sep = "\n  ")
  }
}
if (wrong) quit(status = 1)
cat("README.md prints what it says\n")
