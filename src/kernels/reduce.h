/* Reductions along dimensions: one walk, and kernels that step elements into states.
 *
 * Note [Reducers]
 * A reducer keeps a state for each result, in up to three arrays (`fields`), and has two ways to take elements in: along() accumulates
 * m elements into one state, across() accumulates m rows into n neighbouring states at once. rl_reduce() finds out which of the two
 * meets the elements in the order of memory. Long reductions of few results are cut into chunks whose states are combined in
 * order. How the work is cut follows from shapes and strides alone, so a result does not depend on the number of threads. */
#ifndef RL_KERNELS_REDUCE_H
#define RL_KERNELS_REDUCE_H

#include "../tensor/tensor.h"

enum { RL_MAX_FIELDS = 3, RL_MAX_RESULTS = 2 };
enum { RL_REDUCTION_BLOCK = 1536 }; /* states of a call of across(), at most */

/* Where a step stands: `done` elements of each result have been accumulated before, of `total`. */
typedef struct {
    int64_t done, total;
    const void *context;
} rl_reduction;

typedef struct {
    uint8_t field_size[RL_MAX_FIELDS];
    void (*start)(void *const *fields, int64_t n, const rl_reduction *run);
    void (*along)(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run);
    void (*across)(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run);
    /* states of the elements from `done` on, `count` of them */
    void (*combine)(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run);
    void (*finish)(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run);
} rl_reducer;

/* Reduces x over the marked dimensions (a reducer of NULL is a failure); out[k] holds the results, contiguous in the order of the dimensions kept. */
rl_status rl_reduce(const rl_reducer *reducer, rl_tensor *const *out, int n_out, rl_tensor *x, const uint8_t *marked, const void *context);

/* For each dtype of x; NULL where there is none. */
typedef struct {
    const rl_reducer *of[RL_DTYPES];
} rl_reducers;

/* sums.c */
extern const rl_reducers rl_sum_reducers, rl_mean_reducers, rl_nansum_reducers, rl_prod_reducers;
extern const rl_reducers rl_nonzero_reducers, rl_any_reducers, rl_all_reducers;
const rl_reducers *rl_norm_reducers(double p); /* context: p, a double */

/* minmax.c; the indices count from 1, in row-major order of what is reduced if that is one dimension or contiguous */
extern const rl_reducers rl_amax_reducers, rl_amin_reducers;
extern const rl_reducers rl_amax_indices_reducers, rl_amin_indices_reducers; /* results: values and indices, or indices alone */

/* variance.c */
typedef struct {
    double correction; /* the divisor is so much less than the count */
    int root;          /* standard deviations */
} rl_variance;
extern const rl_reducers rl_variance_reducers; /* context: rl_variance; results: variances, and means if asked */

/* logsumexp.c */
extern const rl_reducers rl_logsumexp_reducers;

#endif
