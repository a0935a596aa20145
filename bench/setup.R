# What the workloads work on.
torch_manual_seed(1)
a <- torch_ones(2, 2)
b <- torch_ones(2, 2)
w <- torch_ones(2, 2, requires_grad = TRUE)

# Objects of classes whose methods do nothing: what R takes for the call itself.
doing_nothing <- function(class, method) {
  compiled <- function(f) compiler::cmpfun(`environment<-`(f, list2env(list(method = method), parent = asNamespace("rushlight"))))
  method <- compiled(method)
  registerS3method("$", class, compiled(function(x, name) method))
  registerS3method("+", class, compiled(function(e1, e2) NULL))
  registerS3method("[", class, compiled(function(x, ..., drop = TRUE) NULL))
  structure(list(), class = class)
}
adds_nothing <- doing_nothing("adds_nothing", function(other, alpha = 1L) NULL)
sums_nothing <- doing_nothing("sums_nothing", function(dim = NULL, keepdim = FALSE, dtype = NULL) NULL)
views_nothing <- doing_nothing("views_nothing", function(size) NULL)

u <- torch_randn(1e7)
v <- torch_randn(1e7)
p <- torch_rand(1e7)
m <- torch_randn(3000, 3000)
r <- torch_randn(3000)
million <- torch_randn(1e6)
host <- matrix(rnorm(1e6), 1000)
from_host <- torch_tensor(host)
f <- torch_randn(1024, 1024)
d <- torch_randn(1024, 1024, dtype = torch_double())
stack <- torch_randn(16, 64, 1024)

tutorial <- function() {
  x <- torch_ones(2, 2, requires_grad = TRUE)
  y <- x + 2
  out <- (y * y * 3)$mean()
  out$backward()
  x$grad
}

chain <- function(n) {
  y <- w
  for (i in seq_len(n)) y <- y * 1.0001
  y$sum()$backward()
}

twice <- function() {
  x <- torch_ones(2, 2, requires_grad = TRUE)
  first <- autograd_grad((x^3)$sum(), x, create_graph = TRUE)[[1]]
  autograd_grad(first$sum(), x)
}

regression <- list(
  torch_randn(3, 32, requires_grad = TRUE), torch_zeros(1, 32, requires_grad = TRUE),
  torch_randn(32, 1, requires_grad = TRUE), torch_zeros(1, 1, requires_grad = TRUE)
)
regression_x <- torch_randn(100, 3)
regression_y <- torch_randn(100, 1)

regression_step <- function() {
  hidden <- regression_x$mm(regression[[1]])$add(regression[[2]])$clamp(min = 0)
  loss <- (hidden$mm(regression[[3]])$add(regression[[4]]) - regression_y)$pow(2)$mean()
  loss$backward()
  with_no_grad({
    for (parameter in regression) {
      parameter$sub_(1e-4 * parameter$grad)
      parameter$grad$zero_()
    }
  })
}

design <- torch_randn(10000, 20, dtype = torch_double())
truth <- (torch_rand(10000, dtype = torch_double()) < 0.4)$to(dtype = torch_double())
beta <- torch_zeros(20, dtype = torch_double(), requires_grad = TRUE)

logistic <- function(beta) {
  z <- design$mv(beta)
  (z$clamp(min = 0) - z * truth + torch_log1p(torch_exp(-z$abs())))$mean()
}

logistic_hessian <- function() {
  gradient <- autograd_grad(logistic(beta), beta, create_graph = TRUE)[[1]]
  torch_stack(lapply(1:20, function(k) autograd_grad(gradient[k], beta, retain_graph = TRUE)[[1]]))
}

scaled <- function(...) (torch_randn(...) * 0.05)$requires_grad_(TRUE)
classifier <- list(scaled(784, 512), scaled(512), scaled(512, 512), scaled(512), scaled(512, 10), scaled(10))
images <- torch_randn(1024, 784)
labels <- torch_randint(1, 11, c(1024, 1), dtype = torch_long())

classifier_step <- function() {
  h <- (images$mm(classifier[[1]]) + classifier[[2]])$clamp(min = 0)
  h <- (h$mm(classifier[[3]]) + classifier[[4]])$clamp(min = 0)
  scores <- h$mm(classifier[[5]]) + classifier[[6]]
  loss <- -nnf_log_softmax(scores, 2)$gather(2, labels)$mean()
  loss$backward()
  with_no_grad({
    for (parameter in classifier) {
      parameter$sub_(0.01 * parameter$grad)
      parameter$grad$zero_()
    }
  })
}
