# Linear, so large steps are exact; small ones would drown in the rounding of floats.
gradient_case("to_dtype", function(x) x$to(dtype = torch_float())$to(dtype = torch_double()), list(c(3, 4)), eps = 0.1)
