#' Draw the graph behind a tensor
#'
#' `plot()` draws what `grad_fn` and its `$next_functions` tell: the functions from the last one, on top, down to the leaves that require
#' gradients, with an arrow for each gradient that is passed on. A leaf is shown by its shape. `graph_dot()` writes the
#' same graph as text in the DOT language, for 'Graphviz' and its like.
#'
#' A function stands one row below the lowest of those that pass gradients to it, and within its row near them. The size
#' of the text follows from the number of boxes; some 30 of them are readable on a page.
#'
#' @param x a gradient function, `tensor$grad_fn`, or a tensor; for `graph_dot()` also what [plot()][plot.nn_module] of a module returns.
#' @param max_nodes how many functions are shown at most; beyond it the graph is cut off.
#' @param main a title.
#' @param col the colours of the boxes: of functions and of leaves.
#' @param cex the size of the text; `NULL` fits it to the boxes.
#' @param ... passed to [plot.window()].
#' @return `plot()` returns, invisibly, a list of two data frames: `nodes` (name, label, and the place of the box) and
#'   `edges` (rows of `nodes`).
#'   `graph_dot()` returns a string of class `graph_dot`, which prints as the text it holds.
#' @section Errors:
#' `graph_dot()` refuses what is no gradient function and a tensor that has none; both refuse a `max_nodes` that is no number or negative.
#' @examples
#' x <- torch_ones(3, 2, requires_grad = TRUE)
#' w <- torch_ones(3, 2, requires_grad = TRUE)
#' loss <- ((x * w)$exp() + x)$mean()
#' plot(loss$grad_fn)
#' graph_dot(loss)
#' @importFrom graphics arrows lines par plot.new plot.window rect strheight strwidth text title
#' @export
plot.torch_node <- function(x, ..., max_nodes = 200, main = NULL, col = c("#dce9f5", "#fbe3c0"), cex = NULL) {
  graph <- graph_of(list(x), max_nodes)
  draw_graph(graph, col[1 + graph$nodes$leaf], main, cex, ...)
}

draw_graph <- function(graph, fill, main, cex, ...) {
  graph <- lay_out(graph)
  nodes <- graph$nodes
  margins <- par(mar = c(0.5, 0.5, if (is.null(main)) 0.5 else 2.5, 0.5))
  on.exit(par(margins))
  plot.new()
  plot.window(c(0, 1), c(0, 1), ...)
  if (!is.null(main)) title(main)
  if (is.null(cex)) cex <- fitting_cex(nodes)
  rows <- max(nodes$row)
  y <- 1 - (graph$places$row - 0.5) / rows
  nodes$y <- y[seq_len(nrow(nodes))]
  height <- min(1.9 * strheight("X", cex = cex), 0.6 / rows) / 2
  width <- (strwidth(nodes$label, cex = cex) + 0.9 * strwidth("M", cex = cex)) / 2
  draw_edges(graph, nodes, y, height, width)
  rect(nodes$x - width, nodes$y - height, nodes$x + width, nodes$y + height, col = fill, border = "grey40")
  text(nodes$x, nodes$y, nodes$label, cex = cex)
  invisible(list(nodes = nodes, edges = graph$edges[c("from", "to")]))
}

#' @rdname plot.torch_node
#' @export
graph_dot <- function(x, max_nodes = 1000) {
  if (inherits(x, "module_graph")) return(dot_text(x))
  if (inherits(x, "torch_tensor")) x <- x$grad_fn
  if (!inherits(x, "torch_node")) raise_error("`x` must be a gradient function, or a tensor that has one")
  dot_text(graph_of(list(x), max_nodes))
}

# Nodes of one module stand in one cluster.
dot_text <- function(graph) {
  nodes <- graph$nodes
  style <- ifelse(nodes$leaf, ", style=filled, fillcolor=\"#fbe3c0\"", "")
  node <- sprintf("n%d [label=\"%s\"%s];", seq_len(nrow(nodes)), nodes$label, style)
  module <- if (is.null(nodes$module)) rep("", nrow(nodes)) else nodes$module
  clusters <- split(node, factor(module, unique(module)))
  text <- c(
    "digraph gradients {",
    "  node [shape=box, fontname=\"sans-serif\"];",
    unlist(Map(cluster_text, clusters, names(clusters), seq_along(clusters)), use.names = FALSE),
    sprintf("  n%d -> n%d;", graph$edges$from, graph$edges$to),
    "}"
  )
  structure(paste(text, collapse = "\n"), class = "graph_dot")
}

cluster_text <- function(lines, module, number) {
  if (module == "") return(paste0("  ", lines))
  c(sprintf("  subgraph cluster_%d {", number), sprintf("    label=\"%s\";", module), paste0("    ", lines), "  }")
}

#' @export
print.graph_dot <- function(x, ...) {
  cat(x, "\n", sep = "")
  invisible(x)
}

# The functions behind gradient functions, each once, those nearer to it first; and the arrows between them.
graph_of <- function(roots, max_nodes) {
  max_nodes <- .Call(ffi_count, max_nodes, "max_nodes")
  places <- new.env()
  found <- roots
  for (k in seq_along(found)) places[[.Call(ffi_node_id, found[[k]])]] <- k
  from <- to <- integer()
  at <- 1L
  while (at <= length(found)) {
    for (following in found[[at]]$next_functions) {
      id <- .Call(ffi_node_id, following)
      if (is.null(places[[id]])) {
        if (length(found) >= max_nodes) next
        found[[length(found) + 1L]] <- following
        places[[id]] <- length(found)
      }
      from <- c(from, at)
      to <- c(to, places[[id]])
    }
    at <- at + 1L
  }
  names <- vapply(found, format, "")
  leaf <- names == "torch::autograd::AccumulateGrad"
  shapes <- vapply(found, function(f) paste0("{", paste(.Call(ffi_node_shapes, f)[[1]], collapse = ","), "}"), "")
  label <- ifelse(leaf, paste("leaf", shapes), sub("Backward[0-9]+$", "", names))
  list(nodes = data.frame(name = names, label = label, leaf = leaf), edges = data.frame(from = from, to = to), found = found)
}

# Rows by the longest way from the top.
rows_of <- function(n, edges) {
  row <- rep(1L, n)
  repeat {
    lowest <- row
    for (k in seq_len(nrow(edges))) lowest[edges$to[k]] <- max(lowest[edges$to[k]], lowest[edges$from[k]] + 1L)
    if (identical(lowest, row)) return(row)
    row <- lowest
  }
}

# Places within the rows by where the neighbours stand, from above and from below in turn. An arrow that passes a row has a place in it
# too, so that it goes around the boxes; edges$way lists the places that an arrow goes through.
lay_out <- function(graph) {
  edges <- graph$edges
  n <- nrow(graph$nodes)
  row <- rows_of(n, edges)
  width <- nchar(graph$nodes$label) + 3
  way <- vector("list", nrow(edges))
  from <- to <- integer()
  for (k in seq_len(nrow(edges))) {
    passed <- seq_len(row[edges$to[k]] - row[edges$from[k]] - 1L)
    way[[k]] <- c(edges$from[k], length(row) + passed, edges$to[k])
    row <- c(row, row[edges$from[k]] + passed)
    from <- c(from, way[[k]][-length(way[[k]])])
    to <- c(to, way[[k]][-1])
  }
  width <- c(width, rep(2, length(row) - n))
  x <- place_rows(row, width, from, to)
  low <- min(x - width / 2)
  span <- max(x + width / 2) - low
  graph$places <- data.frame(x = (x - low) / span, row = row)
  graph$nodes <- cbind(graph$nodes, graph$places[seq_len(n), ])
  graph$edges$way <- way
  graph
}

place_rows <- function(row, width, from, to) {
  members <- split(seq_along(row), row)
  x <- seq_along(row) / length(row)
  place <- function(wanted, r) {
    these <- members[[r]][order(wanted[members[[r]]])]
    x[these] <<- stand_apart(wanted[these], width[these])
  }
  mean_of <- function(k, here, there) {
    pull <- tapply(x[there], factor(here, k), mean)
    ifelse(is.na(pull), x[k], pull)
  }
  for (round in 1:12) {
    downwards <- round %% 2 == 1
    for (r in if (downwards) seq_along(members) else rev(seq_along(members))) {
      k <- members[[r]]
      wanted <- x
      wanted[k] <- if (round > 10) mean_of(k, c(from, to), c(to, from)) else if (downwards) mean_of(k, to, from) else mean_of(k, from, to)
      place(wanted, r)
    }
  }
  x
}

# Places as near to the wanted ones as the widths allow, in the order given, none overlapping.
stand_apart <- function(wanted, width) {
  n <- length(wanted)
  if (n == 1) return(wanted)
  offset <- cumsum(c(0, (width[-n] + width[-1]) / 2))
  value <- wanted - offset
  block <- list()
  for (k in seq_len(n)) {
    block[[length(block) + 1L]] <- c(value[k], 1)
    while (length(block) > 1 && block[[length(block)]][1] < block[[length(block) - 1L]][1]) {
      a <- block[[length(block) - 1L]]
      b <- block[[length(block)]]
      block[[length(block)]] <- NULL
      block[[length(block)]] <- c((a[1] * a[2] + b[1] * b[2]) / (a[2] + b[2]), a[2] + b[2])
    }
  }
  offset + rep(vapply(block, `[`, 0, 1), vapply(block, `[`, 0, 2))
}

fitting_cex <- function(nodes) {
  gaps <- vapply(split(nodes, nodes$row), function(members) {
    members <- members[order(members$x), ]
    needed <- strwidth(members$label) + 1.3 * strwidth("M")
    k <- nrow(members)
    if (k == 1) return(1 / needed)
    min(diff(members$x) / ((needed[-1] + needed[-k]) / 2))
  }, 0)
  max(0.3, min(1, gaps, 0.5 / (max(nodes$row) * strheight("X"))))
}

# From the lower edge of one box to the upper edge of another, leaning towards where the arrow goes.
draw_edges <- function(graph, nodes, y, height, width) {
  x <- graph$places$x
  lean <- function(k, towards) pmax(-0.7, pmin(0.7, (x[towards] - x[k]) / (4 * width[k]))) * width[k]
  for (way in graph$edges$way) {
    n <- length(way)
    at <- x[way]
    at[1] <- at[1] + lean(way[1], way[2])
    at[n] <- at[n] + lean(way[n], way[n - 1])
    up <- y[way]
    up[1] <- up[1] - height
    up[n] <- up[n] + height
    if (n > 2) lines(at[-n], up[-n], col = "grey35")
    arrows(at[n - 1], up[n - 1], at[n], up[n], length = 0.07, col = "grey35")
  }
}
