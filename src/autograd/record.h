/* What an op is: one record. How it is called: rl_call. What its derivative sees: rl_vjp.
 *
 * Note [Records]
 * A record says how an op checks and shapes (infer), computes (forward) and differentiates (vjp). infer fills out[] and y[]
 * with the helpers of apply.h; forward reads x[] and writes y[]; a view has no forward. vjp is written with ops, so it can be
 * differentiated itself; it need not undo broadcasting nor promotion: the engine does, and checks what it returns. A view called in
 * place gives its first input another geometry. */
#ifndef RL_AUTOGRAD_RECORD_H
#define RL_AUTOGRAD_RECORD_H

#include "../tensor/tensor.h"

enum { RL_MAX_SCALARS = 3, RL_MAX_INTS = 6, RL_MAX_LISTS = 3 };

/* Whole numbers of the caller's; length -1: not given. */
typedef struct {
    int length;
    const int64_t *values;
} rl_ints;

#define RL_INTS_NONE ((rl_ints){-1, NULL})
#define RL_NO_DIM INT64_MIN

/* What is no tensor among an op's arguments, each kind in the order of the signature (ops/ops.def). */
typedef struct {
    rl_scalar s[RL_MAX_SCALARS];
    int64_t n[RL_MAX_INTS]; /* dimensions (from 0), counts, flags */
    rl_ints list[RL_MAX_LISTS];
    rl_dtype dtype;
} rl_args;

#define RL_ARGS_NONE ((rl_args){.list = {{-1, NULL}, {-1, NULL}, {-1, NULL}}, .dtype = RL_NO_DTYPE})

struct rl_op;
struct rl_node;

typedef struct {
    const struct rl_op *op;
    rl_args args;
    int n_in, n_out;
    int variant;        /* the number behind the gradient function's name: AddBackward1 */
    rl_tensor *inplace; /* where the first output goes, or NULL */
    rl_tensor **in;     /* as the caller gave them; an optional one may be NULL */
    rl_tensor **x;      /* as forward reads them: of its dtype */
    rl_tensor **out;
    rl_tensor **y; /* as forward writes them */
    rl_tensor *few[8];
} rl_call;

typedef struct {
    int ndim;
    rl_dtype dtype;
    const int64_t *sizes;
} rl_signature; /* of a value that need not be there any more */

typedef struct {
    struct rl_node *node;
    const rl_args *args; /* never NULL */
    int n_in, n_out;
    const rl_signature *in, *out;
    rl_tensor **x, **y; /* saved inputs and outputs; NULL where the record did not ask for them */
    rl_tensor **g;      /* gradients of the outputs; of a lone output never NULL */
    const uint8_t *needs;
    rl_tensor **dx; /* to be filled where needed; NULL means zero */
} rl_vjp;

enum {
    RL_BROADCASTS = 1, /* inputs broadcast against each other: gradients are summed back */
    RL_IS_VIEW = 2,    /* the outputs share the first input's storage */
    RL_IN_STEP = 4,    /* each element of the output depends on its like alone, so writing over an input is safe */
    RL_GIVES_LIST = 8, /* its outputs are a list, even if there is one */
};

/* Which values an input's derivative needs, X(0) | Y(0). */
#define X(k) (1 << (k))
#define Y(k) (16 << (k))

typedef struct rl_op {
    const char *name;
    const char *grad_name; /* "Exp" for ExpBackward0 */
    unsigned traits;
    /* saves[i]: what the derivative by input i reads; saves[3] stands for the inputs from the fourth on. */
    uint8_t saves[4];
    rl_status (*infer)(rl_call *call);
    rl_status (*forward)(rl_call *call);
    void (*vjp)(rl_vjp *v);
    rl_status (*compose)(rl_call *call); /* instead of all these: written with other ops, sets the outputs by rl_set_result() */
    void (*release)(void *host);         /* of what the node holds for its record */
} rl_op;

#endif
