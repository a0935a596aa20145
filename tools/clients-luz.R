# Follows the network of vignettes/network.Rmd, which tools/clients.R puts before it: luz trains the same layers on the same images.
suppressPackageStartupMessages(library(luz))
network <- nn_module(
  "network",
  initialize = function() self$layers <- model$clone(deep = TRUE),
  forward = function(x) self$layers(x)
)
fitted <- network |>
  setup(loss = nn_cross_entropy_loss(), optimizer = optim_adam, metrics = list(luz_metric_accuracy())) |>
  set_opt_hparams(lr = 0.01) |>
  fit(train, epochs = 4, valid_data = test, dataloader_options = list(batch_size = 2), verbose = TRUE) # a bar shows after 0.2 s
print(fitted)
accuracy <- get_metrics(evaluate(fitted, test, verbose = FALSE))
accuracy <- accuracy$value[accuracy$metric == "acc"]
cat(sprintf("luz trains the network: %.3f right in test\n", accuracy))
quit(status = accuracy < 0.9)
