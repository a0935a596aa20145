#include "reduce.h"

#include <string.h>

#include "parallel.h"

enum {
    GRAIN = 32768, /* elements that are worth a thread */
    ROW = 8192,    /* elements of a call of along(): they stay in the first cache */
    ROWS = 64,     /* rows of a call of across() */
    NARROW = 8,    /* fewer neighbours are not worth across() */
    FEW = 64,      /* results too few to share out among threads */
};

typedef struct {
    int ndim;
    int64_t sizes[RL_MAX_DIMS], x[RL_MAX_DIMS]; /* strides in bytes, the widest first */
    int64_t out[RL_MAX_DIMS][RL_MAX_RESULTS];
} dims;

typedef struct {
    const rl_reducer *reducer;
    const void *context;
    dims kept, reduced;
    int n_out, across;
    int64_t results, total;
    int64_t chunk, chunks;
    const char *x;
    char *out[RL_MAX_RESULTS];
    char *partial[RL_MAX_FIELDS]; /* states of each chunk, all results of one after the other */
} plan;

static void insert_dim(dims *d, int64_t size, int64_t x, const int64_t *out, int n_out) {
    if (size == 1) return;
    int at = d->ndim++;
    for (; at > 0 && d->x[at - 1] < x; at--) {
        d->sizes[at] = d->sizes[at - 1];
        d->x[at] = d->x[at - 1];
        memcpy(d->out[at], d->out[at - 1], sizeof d->out[at]);
    }
    d->sizes[at] = size;
    d->x[at] = x;
    for (int k = 0; k < n_out; k++) d->out[at][k] = out[k];
}

/* Neighbours of which one goes on where the other ends become one; there is at least one dimension. */
static void merge_dims(dims *d, int n_out) {
    int at = 0;
    if (d->ndim == 0) {
        d->ndim = 1;
        d->sizes[0] = 1;
        d->x[0] = 0;
        for (int k = 0; k < n_out; k++) d->out[0][k] = 0;
    }
    for (int k = 1; k < d->ndim; k++) {
        int goes_on = d->x[at] == d->x[k] * d->sizes[k];
        for (int j = 0; j < n_out; j++) goes_on &= d->out[at][j] == d->out[k][j] * d->sizes[k];
        if (goes_on)
            d->sizes[at] *= d->sizes[k];
        else
            d->sizes[++at] = d->sizes[k];
        d->x[at] = d->x[k];
        memcpy(d->out[at], d->out[k], sizeof d->out[at]);
    }
    d->ndim = at + 1;
}

/* Where element `position` of the dimensions lies; `left` of it and those after it lie in its row. */
static int64_t locate(const dims *d, int64_t position, int64_t *left, int64_t *out, int n_out) {
    int64_t offset = 0;
    *left = 1;
    for (int k = d->ndim - 1; k >= 0; k--) {
        int64_t index = position % d->sizes[k];
        position /= d->sizes[k];
        if (k == d->ndim - 1) *left = d->sizes[k] - index;
        offset += index * d->x[k];
        for (int j = 0; j < n_out; j++) out[j] += index * d->out[k][j];
    }
    return offset;
}

/* Accumulates the elements from..to of n neighbouring results. */
static void accumulate_run(const plan *p, void *const *fields, const char *x, int64_t n, int64_t from, int64_t to) {
    const rl_reducer *reducer = p->reducer;
    rl_reduction run = {0, p->total, p->context};
    int64_t kept_stride = p->kept.x[p->kept.ndim - 1], stride = p->reduced.x[p->reduced.ndim - 1], most = p->across ? ROWS : ROW;
    reducer->start(fields, n, &run);
    while (from < to) {
        int64_t m;
        const char *row = x + locate(&p->reduced, from, &m, NULL, 0);
        if (m > to - from) m = to - from;
        if (m > most) m = most;
        if (p->across) {
            reducer->across(fields, row, n, stride, m, &run);
        } else {
            for (int64_t j = 0; j < n; j++) {
                void *one[RL_MAX_FIELDS];
                for (int k = 0; k < RL_MAX_FIELDS; k++) one[k] = (char *)fields[k] + j * reducer->field_size[k];
                reducer->along(one, row + j * kept_stride, stride, m, &run);
            }
        }
        run.done += m;
        from += m;
    }
}

static void finish_run(const plan *p, void *const *fields, const int64_t *offsets, int64_t n) {
    rl_reduction run = {p->total, p->total, p->context};
    char *out[RL_MAX_RESULTS] = {NULL, NULL};
    for (int k = 0; k < p->n_out; k++) out[k] = p->out[k] + offsets[k];
    p->reducer->finish(fields, out, p->kept.out[p->kept.ndim - 1], n, &run);
}

/* Whole results. */
static void reduce_results(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    double memory[RL_MAX_FIELDS][RL_REDUCTION_BLOCK];
    void *fields[RL_MAX_FIELDS] = {memory[0], memory[1], memory[2]};
    while (begin < end) {
        int64_t n, offsets[RL_MAX_RESULTS] = {0, 0};
        const char *x = p->x + locate(&p->kept, begin, &n, offsets, p->n_out);
        if (n > end - begin) n = end - begin;
        if (n > RL_REDUCTION_BLOCK) n = RL_REDUCTION_BLOCK;
        accumulate_run(p, fields, x, n, 0, p->total);
        finish_run(p, fields, offsets, n);
        begin += n;
    }
}

static void partial_fields(const plan *p, int64_t chunk, int64_t result, void **fields) {
    for (int k = 0; k < RL_MAX_FIELDS; k++) fields[k] = p->partial[k] + (chunk * p->results + result) * p->reducer->field_size[k];
}

/* All results, of some chunks of what is reduced. */
static void reduce_chunks(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t from = chunk * p->chunk, to = from + p->chunk < p->total ? from + p->chunk : p->total, n;
        for (int64_t result = 0; result < p->results; result += n) {
            void *fields[RL_MAX_FIELDS];
            const char *x = p->x + locate(&p->kept, result, &n, NULL, 0);
            partial_fields(p, chunk, result, fields);
            accumulate_run(p, fields, x, n, from, to);
        }
    }
}

static void combine_chunks(const plan *p) {
    void *fields[RL_MAX_FIELDS], *others[RL_MAX_FIELDS];
    int64_t n;
    partial_fields(p, 0, 0, fields);
    for (int64_t chunk = 1; chunk < p->chunks; chunk++) {
        rl_reduction run = {chunk * p->chunk, p->total, p->context};
        partial_fields(p, chunk, 0, others);
        p->reducer->combine(fields, others, p->results, chunk + 1 < p->chunks ? p->chunk : p->total - run.done, &run);
    }
    for (int64_t result = 0; result < p->results; result += n) {
        int64_t offsets[RL_MAX_RESULTS] = {0, 0};
        locate(&p->kept, result, &n, offsets, p->n_out);
        partial_fields(p, 0, result, fields);
        finish_run(p, fields, offsets, n);
    }
}

static rl_status reduce_in_chunks(plan *p) {
    rl_scope scope = rl_scope_enter();
    for (int k = 0; k < RL_MAX_FIELDS; k++) {
        p->partial[k] = rl_scope_memory((size_t)(p->chunks * p->results), p->reducer->field_size[k]);
        if (!p->partial[k]) return RL_FAILED;
    }
    rl_parallel(p->chunks, p->chunks > 1 ? 1 : p->chunks, reduce_chunks, p);
    combine_chunks(p);
    rl_scope_leave(scope);
    return RL_OK;
}

/* Everything, contiguous and small: no plan is needed. */
static void reduce_small(const rl_reducer *reducer, rl_tensor *const *out, int n_out, const rl_tensor *x, const void *context) {
    double memory[RL_MAX_FIELDS];
    void *fields[RL_MAX_FIELDS] = {&memory[0], &memory[1], &memory[2]};
    rl_reduction run = {0, x->numel, context};
    char *to[RL_MAX_RESULTS] = {NULL, NULL};
    int64_t strides[RL_MAX_RESULTS] = {0, 0};
    for (int k = 0; k < n_out; k++) to[k] = rl_host_data(out[k]);
    reducer->start(fields, 1, &run);
    if (x->numel) reducer->along(fields, rl_host_data(x), (int64_t)rl_dtype_size((rl_dtype)x->dtype), x->numel, &run);
    run.done = x->numel;
    reducer->finish(fields, to, strides, 1, &run);
}

rl_status rl_reduce(const rl_reducer *reducer, rl_tensor *const *out, int n_out, rl_tensor *x, const uint8_t *marked, const void *context) {
    int64_t width = (int64_t)rl_dtype_size((rl_dtype)x->dtype), stride[RL_MAX_RESULTS];
    plan p;
    if (!reducer) return rl_fail_no_loop(rl_dtype_name((rl_dtype)x->dtype));
    if (out[0]->numel == 0) return RL_OK;
    if (out[0]->numel == 1 && x->numel <= ROW && rl_is_contiguous(x)) {
        reduce_small(reducer, out, n_out, x, context);
        return RL_OK;
    }
    p.reducer = reducer;
    p.context = context;
    p.n_out = n_out;
    p.results = out[0]->numel;
    p.total = x->numel / p.results;
    p.x = rl_host_data(x);
    p.kept.ndim = p.reduced.ndim = 0;
    for (int k = 0; k < n_out; k++) {
        p.out[k] = rl_host_data(out[k]);
        stride[k] = (int64_t)rl_dtype_size((rl_dtype)out[k]->dtype);
    }
    for (int d = x->ndim - 1; d >= 0; d--) {
        insert_dim(marked[d] ? &p.reduced : &p.kept, x->sizes[d], x->strides[d] * width, stride, n_out);
        if (!marked[d])
            for (int k = 0; k < n_out; k++) stride[k] *= x->sizes[d];
    }
    merge_dims(&p.kept, n_out);
    merge_dims(&p.reduced, 0);
    p.across = p.kept.x[p.kept.ndim - 1] == width && p.kept.sizes[p.kept.ndim - 1] >= NARROW && p.reduced.x[p.reduced.ndim - 1] != width;
    p.chunk = p.results < FEW ? 2 * GRAIN / p.results : p.total;
    p.chunks = p.chunk ? (p.total + p.chunk - 1) / p.chunk : 1;
    if (p.chunks > 1) return reduce_in_chunks(&p);
    rl_parallel(p.results, 1 + GRAIN / (p.total ? p.total : 1), reduce_results, &p);
    return RL_OK;
}
