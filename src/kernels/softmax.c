#include "softmax.h"

#include <math.h>

#include "loops.h"
#include "mathfn.h"
#include "parallel.h"
#include "template.h"

/* Slices that are dense in memory are done one by one, others side by side. Sums are kept in double. */

/* Several passes are made over a block of slices, so it should stay in the cache. */
static int64_t slices_in_cache(int64_t bytes) {
    int64_t slices = (1 << 18) / (bytes + 1) / 16 * 16;
    return slices < 16 ? 16 : slices;
}

/* Exponentials that are held until they have been added up: one loop for both would be computed in double throughout. */
enum { EXPONENTIALS = 512 };

#define SIDE_BY_SIDE_2 (next[0] == width && next[1] == width)
#define SIDE_BY_SIDE_3 (SIDE_BY_SIDE_2 && next[2] == width)
#define DENSE_2 (step[0] == width && step[1] == width)
#define DENSE_3 (DENSE_2 && step[2] == width)

#define NAME softmax
#define KEPT(a, e) ((void)(a), (e))
#define OF_SUM(sum) (1 / (sum))
#define RESULT(k, s) ((k) * (s))
#define TEMPLATE "softmax_template.h"
#include "for_floating.h"
#undef TEMPLATE
#undef NAME
#undef KEPT
#undef OF_SUM
#undef RESULT
const rl_slice_loops rl_softmax_loops = {.of = {RL_FLOATING_ROWS(softmax_slices)}};

#define NAME log_softmax
#define KEPT(a, e) ((void)(e), (a))
#define OF_SUM(sum) log(sum)
#define RESULT(k, s) ((k) - (s))
#define TEMPLATE "softmax_template.h"
#include "for_floating.h"
#undef TEMPLATE
#undef NAME
#undef KEPT
#undef OF_SUM
#undef RESULT
const rl_slice_loops rl_log_softmax_loops = {.of = {RL_FLOATING_ROWS(log_softmax_slices)}};

#define NAME softmax_backward
#define SUMMED g *y
#define BACKWARD y *(g - s)
#define TEMPLATE "softmax_backward_template.h"
#include "for_floating.h"
#undef TEMPLATE
#undef NAME
#undef SUMMED
#undef BACKWARD
const rl_slice_loops rl_softmax_backward_loops = {.of = {RL_FLOATING_ROWS(softmax_backward_slices)}};

#define NAME log_softmax_backward
#define SUMMED g
#define BACKWARD g - RL_EXP(y) * s
#define TEMPLATE "softmax_backward_template.h"
#include "for_floating.h"
#undef TEMPLATE
#undef NAME
#undef SUMMED
#undef BACKWARD
const rl_slice_loops rl_log_softmax_backward_loops = {.of = {RL_FLOATING_ROWS(log_softmax_backward_slices)}};
