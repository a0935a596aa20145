/* What an op is: its definition, rl_op. How it is called: rl_call. What will come out: rl_result. What its derivative sees: rl_vjp.
 *
 * Note [Ops]
 * A call goes through these steps, in this order (apply.c, run.c); each has one place in the definition of an op:
 *
 *   canonicalize   puts the arguments into the form that the others read: dimensions from 0, defaults filled in. Run once.
 *   infer          says what comes out: dtypes, shapes, the dtypes to compute in. It reads the call, and cannot change it: it allocates
 *                  no tensor, converts nothing and computes nothing, so that whoever plans or records a call may ask it any number of
 *                  times. An op whose shapes depend on values has the trait RL_DEPENDS_ON_VALUES: its infer reads them.
 *   forward        computes: reads x[], writes y[], which are there by then, in the dtypes that infer asked for. A view has none.
 *   vjp            the derivative, written with ops, so that it can be differentiated itself; it need not undo broadcasting nor
 *                  promotion: the engine does, and checks what it returns.
 *
 * An op that is a composition has compose instead of all these: it calls other ops, and sets the outputs by rl_set_result(). It touches no
 * elements itself (tools/check-ops), so whoever records the ops that it calls has all of it. */
#ifndef RL_DISPATCH_OP_H
#define RL_DISPATCH_OP_H

#include "../tensor/tensor.h"

enum { RL_MAX_SCALARS = 3, RL_MAX_INTS = 6, RL_MAX_LISTS = 6 };

#include "schema.h"

/* Integers of the caller's; length -1: not given. */
typedef struct {
    int length;
    const int64_t *values;
} rl_ints;

#define RL_INTS_NONE ((rl_ints){-1, NULL})
#define RL_NO_DIM INT64_MIN

/* What is no tensor among an op's arguments, each class in the order of the schema. */
typedef struct {
    rl_scalar s[RL_MAX_SCALARS];
    int64_t n[RL_MAX_INTS]; /* dimensions (from 0), counts, flags */
    rl_ints list[RL_MAX_LISTS];
    rl_dtype dtype;
    struct rl_generator *generator; /* the caller's, for forward to draw from; NULL: the session's */
} rl_args;

#define RL_ARGS_INIT \
    { .list = {{-1, NULL}, {-1, NULL}, {-1, NULL}, {-1, NULL}, {-1, NULL}, {-1, NULL}}, .dtype = RL_NO_DTYPE }
#define RL_ARGS_NONE ((rl_args)RL_ARGS_INIT)

struct rl_op;
struct rl_node;

/* What an output will be. */
typedef struct {
    enum { RL_NEW, RL_NEW_STRIDED, RL_VIEW } kind; /* new memory, row-major or by the strides; the first input's memory */
    rl_dtype dtype;
    rl_dtype compute_dtype; /* what forward writes; converted afterwards if it is another */
    rl_layout layout;
} rl_output_spec;

/* How forward reads an input. */
typedef struct {
    uint8_t dtype;      /* RL_NO_DTYPE: as it is */
    uint8_t rounded_to; /* converted to this first; RL_NO_DTYPE: not */
    uint8_t contiguous;
    uint8_t apart; /* a copy if the call writes to the memory that it lies in */
} rl_reading;

enum { RL_FEW_INPUTS = 4, RL_FEW_OUTPUTS = 2 };

typedef struct {
    int n_out;
    int variant; /* the number behind the gradient function's name: AddBackward1 */
    rl_output_spec *out;
    rl_reading *reads;
    rl_reading few_reads[RL_FEW_INPUTS];
    rl_output_spec few_out[RL_FEW_OUTPUTS];
} rl_result;

typedef struct rl_call {
    const struct rl_op *op;
    rl_args args;
    int n_in, n_out;
    rl_tensor *inplace; /* where the first output goes, or NULL */
    rl_tensor **in;     /* as the caller gave them; an optional one may be NULL */
    rl_tensor **x;      /* as forward reads them */
    rl_tensor **out;
    rl_tensor **y; /* as forward writes them */
    rl_tensor *few[2 * RL_FEW_INPUTS];
    rl_result result;
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
    rl_tensor **x, **y; /* saved inputs and outputs; NULL where the op did not ask for them */
    rl_tensor **g;      /* gradients of the outputs; of a lone output never NULL */
    const uint8_t *needs;
    rl_tensor **dx; /* to be filled where needed; NULL means zero */
} rl_vjp;

enum {
    RL_BROADCASTS = 1,         /* inputs broadcast against each other: gradients are summed back */
    RL_IS_VIEW = 2,            /* the outputs share the first input's storage */
    RL_ELEMENTWISE = 4,        /* each element of the output depends on its like alone, so writing over an input is safe */
    RL_RETURNS_LIST = 8,       /* its outputs are a list, even if there is one */
    RL_DEPENDS_ON_VALUES = 16, /* the outputs' shapes depend on the inputs' values */
    RL_REPLACES_STORAGE = 32,  /* the first input is given other memory: refused where a graph needs the old */
};

/* Which values an input's derivative needs, SAVE_INPUT(0) | SAVE_OUTPUT(0): up to eight inputs, the last bit of which stands for all from there
 * on, and up to eight outputs. */
enum { RL_SAVED_INPUTS = 8, RL_SAVED_OUTPUTS = 8 };
#define SAVE_INPUT(k) (1u << (k))
#define SAVE_ALL_INPUTS ((1u << RL_SAVED_INPUTS) - 1)
#define SAVE_OUTPUT(k) (1u << (RL_SAVED_INPUTS + (k)))

typedef struct rl_op {
    const char *name;
    const rl_parameter *parameters; /* of the schema; NULL for one that only other ops call */
    int n_parameters;
    const char *grad_name; /* "Exp" for ExpBackward0 */
    unsigned traits;
    uint16_t saves[RL_SAVED_INPUTS]; /* saves[i]: what the derivative by input i reads; the last stands for all inputs from there on */
    uint8_t constants;               /* inputs with no derivative although they are floating: SAVE_INPUT(k), refused if they require gradients */
    rl_status (*canonicalize)(rl_call *call);
    rl_status (*infer)(const rl_call *call, rl_result *result);
    rl_status (*forward)(rl_call *call);
    void (*vjp)(rl_vjp *v);
    rl_status (*compose)(rl_call *call);
    void (*release)(void *host); /* of what the node holds for the op */
} rl_op;

#endif
