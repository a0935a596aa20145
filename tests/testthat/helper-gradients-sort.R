gradient_case("sort", function(x) torch_sort(x, 2, descending = TRUE)[[1]], list(c(3, 4)), except = "scalar")
gradient_case("sort", function(x) torch_sort(x)[[1]], list(5), except = "broadcast")
gradient_case("topk", function(x) torch_topk(x, 2, 2)[[1]], list(c(3, 4)), except = "scalar")
gradient_case("kthvalue", function(x) torch_kthvalue(x, 2, 2)[[1]], list(c(3, 4)), except = "scalar")
