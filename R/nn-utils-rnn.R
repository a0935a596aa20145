#' Sequences of different lengths
#'
#' A packed sequence holds samples of different lengths without padding, step by step, for [nn_lstm()] and its kin. It is a list of class
#' `PackedSequence` with `data` (all steps of all samples), `batch_sizes` (how many samples there are at each step), and
#' `sorted_indices` and
#' `unsorted_indices` (how the samples were sorted by length, and back), which a recurrent layer undoes.
#'
#' @param input a padded tensor (L, N, ...), or (N, L, ...) if `batch_first`.
#' @param lengths the length of each sample.
#' @param sequences a list of tensors (L, ...) of different lengths.
#' @param sequence a packed sequence.
#' @param batch_first whether N comes first.
#' @param enforce_sorted whether the samples must be sorted by decreasing length already; if not, they are sorted, and come back
#'   in their order.
#' @param padding_value what stands after the end of shorter samples.
#' @param total_length the length of the padded result; the largest length if `NULL`.
#' @return A packed sequence; of `nn_utils_rnn_pad_packed_sequence()` a list of a padded tensor and the lengths; of
#'   `nn_utils_rnn_pad_sequence()` a
#'   padded tensor.
#' @section Errors:
#'   Lengths that are not positive, longer than the input or (with `enforce_sorted`) not decreasing are refused.
#' @examples
#' a <- torch_tensor(c(1, 2, 3))
#' b <- torch_tensor(c(4, 5))
#' nn_utils_rnn_pad_sequence(list(a, b), batch_first = TRUE)
#' packed <- nn_utils_rnn_pack_sequence(list(a, b))
#' packed$data
#' nn_utils_rnn_pad_packed_sequence(packed)
#' nn_utils_rnn_pack_padded_sequence(torch_ones(3, 2), c(2, 3), enforce_sorted = FALSE)$batch_sizes
#' @export
nn_utils_rnn_pack_padded_sequence <- function(input, lengths, batch_first = FALSE, enforce_sorted = TRUE) {
  lengths <- .Call(ffi_integers, lengths, "lengths")
  if (.Call(ffi_flag, batch_first, "batch_first")) input <- input$transpose(1L, 2L)
  if (length(lengths) != input$size(2L)) raise_error(sprintf("`lengths` must have one number for each of the %d samples", input$size(2L)))
  if (any(lengths < 1 | lengths > input$size(1L))) {
    raise_error(sprintf("`lengths` must be between 1 and %d, the steps of `input`", input$size(1L)))
  }
  sorted <- NULL
  unsorted <- NULL
  if (.Call(ffi_flag, enforce_sorted, "enforce_sorted")) {
    if (is.unsorted(rev(lengths))) raise_error("`lengths` must be decreasing; with enforce_sorted = FALSE the samples are sorted")
  } else {
    order <- order(-lengths)
    sorted <- torch_tensor(order, dtype = torch_long())
    unsorted <- torch_tensor(order(order), dtype = torch_long())
    input <- input$index_select(2L, sorted)
    lengths <- lengths[order]
  }
  sizes <- vapply(seq_len(max(lengths)), function(t) sum(lengths >= t), 0L)
  data <- torch_cat(lapply(seq_along(sizes), function(t) input$select(1L, t)$narrow(1L, 1L, sizes[t])))
  packed_sequence(data, sizes, sorted, unsorted)
}

packed_sequence <- function(data, sizes, sorted, unsorted) {
  structure(
    list(data = data, batch_sizes = torch_tensor(sizes, dtype = torch_long()), sorted_indices = sorted, unsorted_indices = unsorted),
    class = "PackedSequence"
  )
}
is_packed_sequence <- function(x) inherits(x, "PackedSequence")

# Padded with zeros, in the sorted order.
unpack_sorted <- function(packed, padding_value = 0) {
  sizes <- as.integer(as_array(packed$batch_sizes))
  steps <- packed$data$split(sizes)
  padded <- lapply(steps, function(x) {
    missing <- sizes[1L] - x$size(1L)
    if (missing == 0L) return(x)
    torch_cat(list(x, torch_full(c(missing, dim(x)[-1L]), padding_value, dtype = x$dtype)))
  })
  list(padded = torch_stack(padded), sizes = sizes)
}

repack <- function(padded, sizes, like) {
  data <- torch_cat(lapply(seq_along(sizes), function(t) padded$select(1L, t)$narrow(1L, 1L, sizes[t])))
  packed_sequence(data, sizes, like$sorted_indices, like$unsorted_indices)
}

#' @rdname nn_utils_rnn_pack_padded_sequence
#' @export
nn_utils_rnn_pack_sequence <- function(sequences, enforce_sorted = TRUE) {
  check_sequences(sequences)
  lengths <- vapply(sequences, function(x) as.integer(x$size(1L)), 0L)
  nn_utils_rnn_pack_padded_sequence(nn_utils_rnn_pad_sequence(sequences), lengths, enforce_sorted = enforce_sorted)
}

check_sequences <- function(sequences, call = users_call()) {
  is_sequence <- function(x) inherits(x, "torch_tensor") && length(dim(x)) > 0L
  if (!is.list(sequences) || !length(sequences) || !all(vapply(sequences, is_sequence, NA))) {
    raise_error("`sequences` must be a list of tensors with one dimension or more", call)
  }
}

#' @rdname nn_utils_rnn_pack_padded_sequence
#' @export
nn_utils_rnn_pad_packed_sequence <- function(sequence, batch_first = FALSE, padding_value = 0, total_length = NULL) {
  if (!is_packed_sequence(sequence)) raise_error("`sequence` must be a packed sequence")
  unpacked <- unpack_sorted(sequence, padding_value)
  padded <- unpacked$padded
  lengths <- vapply(seq_len(unpacked$sizes[1L]), function(k) sum(unpacked$sizes >= k), 0L)
  if (!is.null(total_length)) {
    more <- total_length - padded$size(1L)
    if (more < 0) raise_error(sprintf("`total_length` must be %d or more, the length of the longest sample", padded$size(1L)))
    if (more > 0) padded <- torch_cat(list(padded, torch_full(c(more, dim(padded)[-1L]), padding_value, dtype = padded$dtype)))
  }
  if (!is.null(sequence$unsorted_indices)) {
    padded <- padded$index_select(2L, sequence$unsorted_indices)
    lengths <- lengths[as_array(sequence$unsorted_indices)]
  }
  if (.Call(ffi_flag, batch_first, "batch_first")) padded <- padded$transpose(1L, 2L)
  list(padded, torch_tensor(lengths, dtype = torch_long()))
}

#' @rdname nn_utils_rnn_pack_padded_sequence
#' @export
nn_utils_rnn_pad_sequence <- function(sequences, batch_first = FALSE, padding_value = 0) {
  check_sequences(sequences)
  longest <- max(vapply(sequences, function(x) x$size(1L), 0))
  padded <- lapply(sequences, function(x) {
    more <- longest - x$size(1L)
    if (more == 0) x else torch_cat(list(x, torch_full(c(more, dim(x)[-1L]), padding_value, dtype = x$dtype)))
  })
  torch_stack(unname(padded), if (.Call(ffi_flag, batch_first, "batch_first")) 1L else 2L)
}
