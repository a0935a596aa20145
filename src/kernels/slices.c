#include "slices.h"

#include "parallel.h"

enum { GRAIN = 32768, SLICES_ALONG = 16 };

typedef struct {
    int n_operands, ndim; /* dimensions of the groups: all but dim and the one that slices are neighbours in */
    rl_slice_loop loop;
    const void *context;
    int64_t n, slices, blocks, block;
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS][RL_SLICE_OPERANDS];
    int64_t step[RL_SLICE_OPERANDS], next[RL_SLICE_OPERANDS];
    char *data[RL_SLICE_OPERANDS];
} plan;

static void run_slices(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    for (int64_t task = begin; task < end; task++) {
        int64_t group = task / p->blocks, from = task % p->blocks * p->block, slices = p->slices - from < p->block ? p->slices - from : p->block;
        char *data[RL_SLICE_OPERANDS];
        for (int k = 0; k < p->n_operands; k++) data[k] = p->data[k] + from * p->next[k];
        for (int d = p->ndim - 1; d >= 0; d--) {
            for (int k = 0; k < p->n_operands; k++) data[k] += group % p->sizes[d] * p->strides[d][k];
            group /= p->sizes[d];
        }
        p->loop(data, p->step, p->next, p->n, slices, p->context);
    }
}

static int64_t bytes_at(const rl_tensor *t, int dim) { return t->strides[dim] * (int64_t)rl_dtype_size((rl_dtype)t->dtype); }

rl_status rl_for_slices(int n_operands, rl_tensor *const *operands, int dim, int backward, rl_slice_loop loop, const void *context) {
    const rl_tensor *shape = operands[1];
    if (!loop) return rl_fail_no_loop(rl_dtype_name((rl_dtype)shape->dtype));
    plan p = {.n_operands = n_operands, .loop = loop, .context = context, .slices = 1};
    int64_t groups = 1;
    int row = -1;
    p.n = shape->ndim ? shape->sizes[dim] : 1;
    for (int d = 0; d < shape->ndim; d++)
        if (d != dim && shape->sizes[d] != 1) row = d;
    for (int d = 0; d < shape->ndim; d++) {
        if (d == dim || d == row) continue;
        for (int k = 0; k < n_operands; k++) p.strides[p.ndim][k] = bytes_at(operands[k], d);
        groups *= p.sizes[p.ndim++] = shape->sizes[d];
    }
    if (row >= 0) p.slices = shape->sizes[row];
    if (groups == 0 || p.slices == 0) return RL_OK;
    for (int k = 0; k < n_operands; k++) {
        int64_t n = operands[k]->ndim ? operands[k]->sizes[dim] : 1;
        p.step[k] = operands[k]->ndim ? bytes_at(operands[k], dim) : 0;
        p.next[k] = row >= 0 ? bytes_at(operands[k], row) : 0;
        p.data[k] = rl_host_data(operands[k]);
        if (backward && n > 0) p.data[k] += (n - 1) * p.step[k];
        if (backward) p.step[k] = -p.step[k];
    }
    p.block = p.next[0] == (int64_t)rl_dtype_size((rl_dtype)operands[0]->dtype) ? RL_SLICES_ACROSS : SLICES_ALONG;
    p.blocks = (p.slices + p.block - 1) / p.block;
    int64_t work = (p.n + 1) * (p.slices < p.block ? p.slices : p.block);
    rl_parallel(groups * p.blocks, GRAIN / work + 1, run_slices, &p);
    return RL_OK;
}
