# What a test file makes is gone when it ends: live tensors, storages and nodes are back to where they were.
CountsReporter <- R6::R6Class("CountsReporter",
  inherit = testthat::Reporter,
  public = list(
    before = NULL,
    file = NULL,
    left = character(),
    start_file = function(filename) {
      self$file <- filename
      self$before <- self$count()
    },
    end_file = function() {
      more <- self$count(until = self$before) - self$before
      if (any(more > 0)) { # less than before is what an earlier file had left to the collector
        told <- paste(sprintf("%+d %s", more[more > 0], names(more)[more > 0]), collapse = ", ")
        self$left <- c(self$left, paste0(self$file, ": ", told))
      }
    },
    count = function(until = NULL) {
      for (round in 1:4) { # what one collection finds free may hold what the next one finds
        gc()
        counts <- rushlight:::rushlight_counts()[c("tensors", "storages", "nodes")]
        storage.mode(counts) <- "integer"
        if (identical(counts, until)) break
      }
      counts
    }
  )
)
