#include "pooling.h"

#include <math.h>
#include <string.h>

#include "loops.h"
#include "parallel.h"
#include "template.h"

#define TEMPLATE "pooling_template.h"
#include "for_floating.h"
#undef TEMPLATE

/* How many elements are worth a second thread. */
enum { GRAIN = 1 << 14 };

typedef struct {
    const rl_pooling *p;
    char *in, *out;
    int64_t *indices;
    int64_t inner, outer, size; /* elements of a plane of the input, of the output; bytes of one */
} task;

/* Rows of so many elements have their places on the stack. */
enum { ROW = 512 };

static int goes_by_rows(const task *t) { return t->p->along[2].taps > 0 && t->p->along[2].out <= ROW && t->p->along[2].out >= 8 && t->inner < INT32_MAX; }

static void max_planes(void *context, int64_t begin, int64_t end) {
    const task *t = context;
    int32_t best[ROW];
    const int by_rows = goes_by_rows(t);
    for (int64_t plane = begin; plane < end; plane++) {
        char *x = t->in + plane * t->inner * t->size, *y = t->out + plane * t->outer * t->size;
        int64_t *indices = t->indices + plane * t->outer;
        if (t->p->dtype == RL_FLOAT && by_rows)
            max_by_rows_float(t->p, (const float *)x, (float *)y, indices, best);
        else if (t->p->dtype == RL_FLOAT)
            max_float(t->p, (const float *)x, (float *)y, indices);
        else if (by_rows)
            max_by_rows_double(t->p, (const double *)x, (double *)y, indices, best);
        else
            max_double(t->p, (const double *)x, (double *)y, indices);
    }
}

static void average_planes(void *context, int64_t begin, int64_t end) {
    const task *t = context;
    for (int64_t plane = begin; plane < end; plane++) {
        char *x = t->in + plane * t->inner * t->size, *y = t->out + plane * t->outer * t->size;
        if (t->p->dtype == RL_FLOAT)
            average_float(t->p, (const float *)x, (float *)y);
        else
            average_double(t->p, (const double *)x, (double *)y);
    }
}

static void spread_planes(void *context, int64_t begin, int64_t end) {
    const task *t = context;
    for (int64_t plane = begin; plane < end; plane++) {
        char *x = t->in + plane * t->inner * t->size, *y = t->out + plane * t->outer * t->size;
        memset(x, 0, (size_t)(t->inner * t->size));
        if (t->p->dtype == RL_FLOAT)
            spread_float(t->p, (const float *)y, (float *)x);
        else
            spread_double(t->p, (const double *)y, (double *)x);
    }
}

static rl_status run(const rl_pooling *p, const void *in, const void *out, int64_t *indices, void (*body)(void *, int64_t, int64_t)) {
    task t = {.p = p, .in = (char *)in, .out = (char *)out, .indices = indices, .inner = 1, .outer = 1, .size = (int64_t)rl_dtype_size(p->dtype)};
    for (int d = 0; d < 3; d++) {
        t.inner *= p->along[d].in;
        t.outer *= p->along[d].out;
    }
    rl_parallel(p->planes, GRAIN / (t.inner + t.outer + 1) + 1, body, &t);
    return rl_failing() ? RL_FAILED : RL_OK;
}

rl_status rl_pool_max(const rl_pooling *p, const void *in, void *out, int64_t *indices) { return run(p, in, out, indices, max_planes); }
rl_status rl_pool_average(const rl_pooling *p, const void *in, void *out) { return run(p, in, out, NULL, average_planes); }
rl_status rl_spread_average(const rl_pooling *p, const void *out, void *in) { return run(p, in, out, NULL, spread_planes); }
