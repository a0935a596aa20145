/* Reductions along dimensions: one walk, and kernels that fold elements into states.
 *
 * Note [Folding]
 * A reducer keeps a state for each result, in up to three arrays (`fields`), and has two ways to take elements in: along() folds
 * m elements into one state, across() folds m rows into n neighbouring states at once. rl_reduce() finds out which of the two
 * meets the elements in the order of memory. Long reductions of few results are cut into chunks whose states are joined in
 * order. How the work is cut follows from shapes and strides alone, so a result does not depend on the number of threads. */
#ifndef RL_KERNELS_REDUCE_H
#define RL_KERNELS_REDUCE_H

#include "../tensor/tensor.h"

enum { RL_MAX_FIELDS = 3, RL_MAX_RESULTS = 2 };

/* Where a fold stands: `at` elements of each result have been folded before, of `total`. */
typedef struct {
    int64_t at, total;
    const void *context;
} rl_fold;

typedef struct {
    uint8_t field_size[RL_MAX_FIELDS];
    void (*start)(void *const *fields, int64_t n, const rl_fold *fold);
    void (*along)(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_fold *fold);
    void (*across)(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_fold *fold);
    /* states of the elements from `at` on, `count` of them */
    void (*join)(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_fold *fold);
    void (*finish)(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_fold *fold);
} rl_reducer;

/* Reduces x over the marked dimensions; out[k] holds the results, contiguous in the order of the dimensions kept. */
rl_status rl_reduce(const rl_reducer *reducer, rl_tensor *const *out, int n_out, rl_tensor *x, const uint8_t *marked, const void *context);

/* For each dtype of x; NULL where there is none. */
typedef struct {
    const rl_reducer *of[RL_DTYPES];
} rl_reducers;

/* sums.c: whole numbers are added up as int64, floating ones in double */
extern const rl_reducers rl_sum_reducers, rl_mean_reducers;

#endif
