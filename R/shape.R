shape_methods <- list(
  view = function(size) .Call(ffi_view, self, size),
  expand = function(size, implicit = FALSE) .Call(ffi_expand, self, size)
)
