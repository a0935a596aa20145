/* Between R and the core: what the entries share. R's headers are included here and in init.c, nowhere else.
 *
 * Note [Jumps]
 * Any call into R may jump out of the C code. Nothing that the core allocates is lost by that: temporaries belong to a scope, and
 * the scope stack is emptied when the next call from R comes in. So an entry is:
 *
 *     rb_call call = rb_begin();
 *     ... core calls; R calls in between are allowed ...
 *     return rb_end(call, result);           raises what the core recorded, if anything
 *
 * The result needs no protection by then: rb_end() protects it where it calls R with no failure to raise, to take an interrupt that
 * work in place has not listened to.
 *
 * R code that the core calls back (hooks, custom functions) runs under rb_protect(), which turns a jump into a failure of the
 * core and lets it go on when the entry ends. */
#ifndef RL_RBRIDGE_BRIDGE_H
#define RL_RBRIDGE_BRIDGE_H

#include "../transforms/autograd/record.h"
#include "r_api.h"

typedef struct {
    rl_scope scope;
    int is_outermost;
} rb_call;

void rb_call_init(void); /* when the package is loaded */
rb_call rb_begin(void);
SEXP rb_end(rb_call call, SEXP result);
extern const char *rb_failed_in; /* the op that the failing entry calls, or "backward", for the error's words; NULL: none */

/* Handles (handle.c) */
SEXP rb_wrap(rl_tensor *tensor); /* a handle that keeps the tensor; NULL becomes an undefined one. NULL of R's after a failure */
SEXP rb_wrap_list(int n, rl_tensor *const *tensors);
SEXP rb_vector_new(SEXPTYPE type, int64_t length); /* a vector of R for values copied out */
int rb_is_tensor(SEXP x);
int rb_is_integer64(SEXP x);
const char *rb_kind_of(SEXP x);   /* "a character vector", for messages */
const char *rb_text(SEXP string); /* one of R's strings in UTF-8; bytes of no encoding stay what they are */
/* NULL and a failure if it is no tensor, or no longer one; rb_unwrap() refuses an undefined one too */
rl_tensor *rb_unwrap(SEXP x, const char *argument);
rl_tensor *rb_unwrap_any(SEXP x, const char *argument);
/* The bytes of a tensor's state that R is reading (state.c): they are let go when anything may have changed. */
extern int rb_state_given_out;
void rb_state_forget(void);
/* R objects that the core keeps (call.c): the cell holds the object as its TAG. It is let go by the next call from R, since the core
 * may be inside R's collector when it has done with it. */
SEXP rb_keep(SEXP object);
void rb_release_later(SEXP cell);

/* Conversion (convert.c) */
/* What R's values are converted for. NA, NaN and infinite numbers, and numbers that a dtype does not hold, are treated by one rule
 * (tensor/range.h): integers refuse them all and booleans NaN; in floating dtypes NA becomes NaN, and what is too large is
 * infinite in a new tensor, and refused where it is written. An operand of integers wraps around, as arithmetic does. */
typedef enum { RB_NEW, RB_WRITTEN, RB_OPERAND } rb_purpose;
rl_tensor *rb_from_r(SEXP data, rl_dtype dtype, rb_purpose purpose, const char *argument); /* dtype RL_NO_DTYPE: as R's type has it */
rl_dtype rb_own_dtype(SEXP data);                                                          /* what R's type has it be */
SEXP rb_to_r(rl_tensor *tensor, int with_dim);
SEXP rb_to_integer64(rl_tensor *tensor);
SEXP rb_numbers(int n, const int64_t *values); /* R's integers if they all fit, else doubles (geometry.c) */
/* A list of tensors, or one, as an array of the scope's; NULL entries stay NULL (autograd.c). */
rl_status rb_tensors(SEXP list, const char *argument, int *n, rl_tensor ***tensors);
rl_tensor *rb_as_tensor(SEXP x, const char *argument); /* a tensor, or a number or vector of R made one */

/* Operands and values written (operands.c) */
int rb_waits(SEXP x);                 /* R's, and no single number: Note [Operands] */
rl_tensor *rb_number_of_kind(SEXP x); /* what stands for it meanwhile */
rl_tensor *rb_operand(SEXP x, rl_dtype dtype, const char *argument);
rl_status rb_settle(int n, rl_tensor **operands, SEXP list, const char *argument);    /* converts what waits in the list */
rl_tensor *rb_written(SEXP x, rl_dtype dtype, const char *argument);                  /* a tensor, or R's values as a tensor of the dtype takes them */
int rb_is_missing(SEXP x);                                                            /* one missing value of R's */
rl_status rb_missing_number(rl_dtype dtype, const char *argument, rl_scalar *number); /* what it is written as: NaN, or a failure */
rl_status rb_written_number(SEXP x, rl_dtype dtype, const char *argument, rl_scalar *number);

/* Arguments (arguments.c): each fails with a message that names the argument */
rl_status rb_number(SEXP x, const char *argument, rl_scalar *value);
rl_status rb_integer(SEXP x, const char *argument, int64_t *value);
rl_status rb_flag(SEXP x, const char *argument, int64_t *value);
rl_status rb_dim(SEXP x, const char *argument, int64_t *dim);
rl_status rb_index(SEXP x, const char *argument, int64_t *index);
rl_tensor *rb_as_index(SEXP x, const char *argument);         /* integers, from 1 in R, as int64 from 0; or a mask (indices.c) */
rl_tensor *rb_as_index_or_mask(SEXP x, const char *argument); /* the same, bytes being a mask too */
rl_status rb_integers(SEXP x, const char *argument, rl_ints *list);
rl_status rb_dims(SEXP x, const char *argument, rl_ints *list);
rl_status rb_reduction(SEXP x, int64_t *reduction); /* its place among "none", "mean", "sum" */
rl_status rb_dtype(SEXP x, const char *argument, rl_dtype *dtype);
SEXP rb_dtype_object(rl_dtype dtype);
rl_status rb_device(SEXP x, const char *argument); /* fails for all but the CPU */
int rb_names_device(SEXP x);                       /* a device, or a string that means one */

SEXP rb_namespace(void);
/* A variable of the package's namespace. */
SEXP rb_package_value(const char *name);

/* Nodes, as R sees them (autograd.c) */
SEXP rb_wrap_node(rl_node *node);

/* Runs R code for the core; a jump in it becomes a failure. NULL if it failed. What the code does to grad mode ends with it. */
SEXP rb_protect(SEXP (*code)(void *data), void *data);
rl_status rb_check_interrupt(void);

#endif
