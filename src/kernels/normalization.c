#include "normalization.h"

#include <math.h>
#include <string.h>

#include "loops.h"
#include "parallel.h"
#include "template.h"

#define TEMPLATE "normalization_template.h"
#include "for_floating.h"
#undef TEMPLATE

/* What is worth a second thread, in elements; into how many parts sums over groups are cut. */
enum { GRAIN = 1 << 14, PARTS = 8 };

typedef struct {
    const rl_groups *s;
    const void *x, *g, *weight, *bias;
    void *y;
    double eps, *mean, *rstd;
    double *sums; /* of each part: dweight, then dbias */
    int64_t parts;
} task;

static void forward(void *context, int64_t begin, int64_t end) {
    const task *t = context;
    for (int64_t group = begin; group < end; group++) {
        if (t->s->dtype == RL_FLOAT)
            forward_float(t->s, group, t->x, t->weight, t->bias, t->eps, t->y, t->mean, t->rstd);
        else
            forward_double(t->s, group, t->x, t->weight, t->bias, t->eps, t->y, t->mean, t->rstd);
    }
}

/* Of a part of the groups; a group is still in cache for the sums of its channels when its gradient is done. */
static void backward(void *context, int64_t begin, int64_t end) {
    const task *t = context;
    const rl_groups *s = t->s;
    for (int64_t part = begin; part < end; part++) {
        double *dweight = t->sums ? t->sums + 2 * part * s->channels : NULL, *dbias = t->sums ? dweight + s->channels : NULL;
        for (int64_t group = s->groups * part / t->parts; group < s->groups * (part + 1) / t->parts && !rl_given_up(); group++) {
            const double mean = t->mean[group], rstd = t->rstd[group];
            if (s->dtype == RL_FLOAT) {
                if (t->y) backward_float(s, group, t->g, t->x, t->weight, mean, rstd, t->y);
                if (t->sums) channels_float(s, group, t->g, t->x, mean, rstd, dweight, dbias);
            } else {
                if (t->y) backward_double(s, group, t->g, t->x, t->weight, mean, rstd, t->y);
                if (t->sums) channels_double(s, group, t->g, t->x, mean, rstd, dweight, dbias);
            }
        }
    }
}

static int64_t grain(const rl_groups *s) { return GRAIN / (s->outer * s->inner + 1) + 1; }

rl_status rl_normalize_groups(const rl_groups *s, const void *x, const void *weight, const void *bias, double eps, void *y, double *mean, double *rstd) {
    task t = {.s = s, .x = x, .weight = weight, .bias = bias, .eps = eps, .y = y, .mean = mean, .rstd = rstd};
    rl_parallel(s->groups, grain(s), forward, &t);
    return rl_failing() ? RL_FAILED : RL_OK;
}

static void store(rl_dtype dtype, void *to, int64_t k, double value) {
    if (dtype == RL_FLOAT)
        ((float *)to)[k] = (float)value;
    else
        ((double *)to)[k] = value;
}

rl_status rl_normalize_groups_backward(const rl_groups *s, const void *g, const void *x, const void *weight, const double *mean, const double *rstd, void *dx,
                                       void *dweight, void *dbias) {
    task t = {.s = s, .x = x, .g = g, .weight = weight, .y = dx, .mean = (double *)mean, .rstd = (double *)rstd};
    t.parts = s->groups < PARTS ? s->groups : PARTS;
    if (dweight || dbias) {
        size_t n = 2 * (size_t)t.parts * (size_t)s->channels;
        if (!(t.sums = rl_scope_memory(n, sizeof *t.sums))) return RL_FAILED;
        memset(t.sums, 0, n * sizeof *t.sums);
    }
    rl_parallel(t.parts, s->groups * s->outer * s->inner >= 2 * GRAIN ? 1 : t.parts, backward, &t);
    for (int64_t c = 0; t.sums && c < s->channels; c++) {
        double w = 0, b = 0;
        for (int64_t part = 0; part < t.parts; part++) {
            w += t.sums[2 * part * s->channels + c];
            b += t.sums[(2 * part + 1) * s->channels + c];
        }
        if (dweight) store(s->dtype, dweight, c, w);
        if (dbias) store(s->dtype, dbias, c, b);
    }
    return rl_failing() ? RL_FAILED : RL_OK;
}
