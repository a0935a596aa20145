#include <string.h>

#include "loops.h"
#include "parallel.h"

/* Rows shorter than this in all are not worth a second thread. */
enum { GRAIN = 32768 };

typedef struct {
    rl_loop loop;
    const void *context;
    int n_operands, ndim;
    int64_t numel;
    int64_t sizes[RL_MAX_DIMS];                    /* the last dimension is the row */
    int64_t strides[RL_MAX_DIMS][RL_MAX_OPERANDS]; /* in bytes */
    char *data[RL_MAX_OPERANDS];
} plan;

static void swap_dims(plan *p, int a, int b) {
    int64_t size = p->sizes[a], strides[RL_MAX_OPERANDS];
    p->sizes[a] = p->sizes[b];
    p->sizes[b] = size;
    memcpy(strides, p->strides[a], sizeof strides);
    memcpy(p->strides[a], p->strides[b], sizeof strides);
    memcpy(p->strides[b], strides, sizeof strides);
}

/* Dimension `outer` continues where `inner` ends, for every operand. */
static int continues(const plan *p, int outer, int inner) {
    for (int i = 0; i < p->n_operands; i++)
        if (p->strides[outer][i] != p->strides[inner][i] * p->sizes[inner]) return 0;
    return 1;
}

/* Lays out the walk: the output's widest strides outermost, neighbours that run on merged. */
static void plan_rows(plan *p, rl_tensor *const *operands) {
    const rl_tensor *out = operands[0];
    p->ndim = 0;
    for (int d = 0; d < out->ndim; d++) {
        if (out->sizes[d] == 1) continue;
        p->sizes[p->ndim] = out->sizes[d];
        for (int i = 0; i < p->n_operands; i++) {
            const rl_tensor *t = operands[i];
            int at = d - (out->ndim - t->ndim);
            p->strides[p->ndim][i] = at < 0 || t->sizes[at] == 1 ? 0 : t->strides[at] * (int64_t)rl_dtype_size((rl_dtype)t->dtype);
        }
        p->ndim++;
    }
    for (int d = 1; d < p->ndim; d++)
        for (int at = d; at > 0 && p->strides[at - 1][0] < p->strides[at][0]; at--) swap_dims(p, at - 1, at);
    int kept = 0;
    for (int d = 1; d < p->ndim; d++) {
        if (continues(p, kept, d)) {
            p->sizes[kept] *= p->sizes[d];
            memcpy(p->strides[kept], p->strides[d], sizeof p->strides[d]);
        } else if (++kept != d) {
            p->sizes[kept] = p->sizes[d];
            memcpy(p->strides[kept], p->strides[d], sizeof p->strides[d]);
        }
    }
    if (p->ndim) {
        p->ndim = kept + 1;
    } else {
        p->ndim = 1;
        p->sizes[0] = 1;
        memset(p->strides[0], 0, sizeof p->strides[0]);
    }
}

static void run_rows(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    int row = p->ndim - 1;
    int64_t index[RL_MAX_DIMS], rest = begin;
    char *data[RL_MAX_OPERANDS];
    for (int d = row; d >= 0; d--) {
        index[d] = rest % p->sizes[d];
        rest /= p->sizes[d];
    }
    while (begin < end) {
        int64_t n = p->sizes[row] - index[row];
        if (n > end - begin) n = end - begin;
        for (int i = 0; i < p->n_operands; i++) {
            data[i] = p->data[i];
            for (int d = 0; d <= row; d++) data[i] += index[d] * p->strides[d][i];
        }
        p->loop(data, p->strides[row], n, p->context);
        begin += n;
        index[row] += n;
        for (int d = row; d > 0 && index[d] == p->sizes[d]; d--) {
            index[d] = 0;
            index[d - 1]++;
        }
    }
}

static int all_dense_alike(int n_operands, rl_tensor *const *operands) {
    const rl_tensor *out = operands[0];
    if (!rl_is_contiguous(out)) return 0;
    for (int i = 1; i < n_operands; i++)
        if (operands[i]->ndim != 0 && !(rl_same_sizes(operands[i], out) && rl_is_contiguous(operands[i]))) return 0;
    return 1;
}

rl_status rl_elementwise(int n_operands, rl_tensor *const *operands, rl_loop loop, const void *context) {
    const rl_tensor *out = operands[0];
    if (!loop) return rl_fail_no_loop(rl_dtype_name((rl_dtype)operands[n_operands > 1]->dtype));
    if (out->numel == 0) return RL_OK;
    plan p;
    p.loop = loop;
    p.context = context;
    p.n_operands = n_operands;
    p.numel = out->numel;
    p.ndim = 1;
    p.sizes[0] = out->numel;
    for (int i = 0; i < n_operands; i++) {
        const rl_tensor *t = operands[i];
        const int64_t size = (int64_t)rl_dtype_size((rl_dtype)t->dtype);
        p.data[i] = (char *)rl_host_storage(t) + t->offset * size;
        p.strides[0][i] = t->ndim == 0 ? 0 : size;
    }
    if (!all_dense_alike(n_operands, operands)) plan_rows(&p, operands);
    if (p.ndim == 1 && out->numel <= GRAIN) {
        loop(p.data, p.strides[0], out->numel, context);
        return RL_OK;
    }
    rl_parallel(p.numel, GRAIN, run_rows, &p);
    return RL_OK;
}
