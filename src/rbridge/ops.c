/* The entries of the ops: every one is the same function over its record and signature (ops/ops.def). */
#include <string.h>

#include "../ops/infer.h"
#include "entries.h"

typedef struct {
    rl_call call;
    rl_tensor *few[4];
    int scalars, ints, lists;
    int waiting; /* operands of R's that the dtype is yet to be found for */
} reading;

static rl_status take_in(reading *r, rl_tensor *tensor) {
    if (!tensor) return RL_FAILED;
    r->call.in[r->call.n_in++] = tensor;
    return RL_OK;
}

static rl_status read_tensor(reading *r, SEXP x, const char *argument) { return take_in(r, rb_as_tensor(x, argument)); }

static rl_status read_operand(reading *r, SEXP x, const char *argument) {
    if (!rb_waits(x)) return read_tensor(r, x, argument);
    r->waiting = 1;
    return take_in(r, rb_number_of_kind(x));
}

static rl_status read_tensors(reading *r, SEXP list, int promote) {
    if (rb_is_tensor(list)) return read_tensor(r, list, "tensors");
    if (TYPEOF(list) != VECSXP) return rl_fail("`tensors` must be a list of tensors, not %s", rb_kind_of(list));
    R_xlen_t n = XLENGTH(list);
    if (n > 4) r->call.in = rl_scope_memory((size_t)n, sizeof *r->call.in);
    if (!r->call.in) return RL_FAILED;
    for (R_xlen_t k = 0; k < n; k++) RL_TRY((promote ? read_operand : read_tensor)(r, VECTOR_ELT(list, k), "tensors"));
    if (!r->waiting) return RL_OK;
    r->waiting = 0;
    return rb_settle((int)n, r->call.in, list, "tensors");
}

static rl_status read_index(reading *r, SEXP x, const char *argument) { return take_in(r, rb_as_index(x, argument)); }

/* One of several indexes of the first input. A single truth value of R's stands for a whole dimension. */
static rl_status read_index_of(reading *r, SEXP x, int *dim) {
    const rl_tensor *self = r->call.in[0];
    rl_tensor *index = rb_as_index_or_mask(x, "indices");
    if (index && TYPEOF(x) == LGLSXP && XLENGTH(x) == 1 && index->ndim == 1 && *dim < self->ndim) index = rl_expand_to(index, 1, &self->sizes[*dim]);
    if (index) *dim += index->dtype == RL_BOOL ? index->ndim : 1;
    return take_in(r, index);
}

static rl_status read_indexes(reading *r, SEXP list) {
    if (TYPEOF(list) != VECSXP) return rl_fail("`indices` must be a list of tensors, not %s", rb_kind_of(list));
    R_xlen_t n = XLENGTH(list);
    if (n > RL_MAX_DIMS) return rl_fail("`indices` has %lld elements; a tensor has at most %d dimensions", (long long)n, RL_MAX_DIMS);
    rl_tensor **in = rl_scope_memory((size_t)(r->call.n_in + n), sizeof *in);
    if (!in) return RL_FAILED;
    for (int k = 0; k < r->call.n_in; k++) in[k] = r->call.in[k];
    r->call.in = in;
    int dim = 0;
    for (R_xlen_t k = 0; k < n; k++) {
        SEXP x = VECTOR_ELT(list, k);
        if (Rf_isNull(x)) {
            in[r->call.n_in++] = NULL;
            dim++;
        } else {
            RL_TRY(read_index_of(r, x, &dim));
        }
    }
    return RL_OK;
}

static rl_status read_argument(reading *r, char letter, SEXP x, const char *name) {
    rl_args *args = &r->call.args;
    switch (letter) {
    case 't': return read_tensor(r, x, name);
    case 'p':
    case 'c':
    case 'm': return read_operand(r, x, name);
    case 'f': return rb_waits(x) ? take_in(r, rb_operand(x, RL_DOUBLE, name)) : read_tensor(r, x, name);
    case 'w': return take_in(r, rb_written(x, (rl_dtype)r->call.in[0]->dtype, name));
    case 'o':
    case 'q':
        if (!Rf_isNull(x)) return letter == 'q' ? read_operand(r, x, name) : read_tensor(r, x, name);
        r->call.in[r->call.n_in++] = NULL;
        return RL_OK;
    case 'l': return read_tensors(r, x, 0);
    case 'P': return read_tensors(r, x, 1);
    case 'j': return read_index(r, x, name);
    case 'J': return read_indexes(r, x);
    case 'X':
        if (Rf_isNull(x)) {
            args->s[r->scalars++].kind = RL_SCALAR_NONE;
            return RL_OK;
        } /* fall through */
    case 'x': return rb_number(x, name, &args->s[r->scalars++]);
    case 'i': return rb_whole(x, name, &args->n[r->ints++]);
    case 'b': return rb_flag(x, name, &args->n[r->ints++]);
    case 'k': return rb_index(x, name, &args->n[r->ints++]);
    case 'e':
        if (Rf_isNull(x)) {
            args->n[r->ints++] = RL_NO_DIM;
            return RL_OK;
        } /* fall through */
    case 'd': return rb_dim(x, name, &args->n[r->ints++]);
    case 'D': return rb_dims(x, name, &args->list[r->lists++]);
    case 'r': return rb_reduction(x, &args->n[r->ints++]);
    case 'Z':
        if (Rf_isNull(x)) {
            args->list[r->lists++] = RL_INTS_NONE;
            return RL_OK;
        } /* fall through */
    case 'z': return rb_wholes(x, name, &args->list[r->lists++]);
    default: return rb_dtype(x, name, &args->dtype);
    }
}

/* What the arguments of a kind are called by R's functions, as far as the letter tells. */
static const char *usual_name(char letter, int position) {
    static const char *const tensors[] = {"self", "other", "tensor"};
    static const char *const others['z' + 1] = {
        ['d'] = "dim", ['e'] = "dim", ['D'] = "dim", ['z'] = "size", ['Z'] = "size", ['T'] = "dtype", ['j'] = "index", ['k'] = "index", ['b'] = "keepdim"};
    if (strchr("topqcmf", letter)) return tensors[position < 2 ? position : 2];
    return others[(int)letter] ? others[(int)letter] : "value";
}

/* Beside whole numbers, R's floating numbers are compared as they are. */
static rl_dtype compared_dtype(rl_dtype joint, int n, rl_tensor *const *operands) {
    if (!rl_dtype_is_floating(joint)) return joint == RL_BOOL ? RL_BOOL : RL_INT64;
    for (int k = 0; k < n; k++)
        if (!operands[k]->wrapped_number && rl_dtype_is_floating((rl_dtype)operands[k]->dtype)) return joint;
    return RL_DOUBLE;
}

/* Gives R's vectors the dtype that they promote to: Note [Operands] in operands.c. */
static rl_status settle(reading *r, const char *signature, SEXP *arguments) {
    rl_tensor *operands[4];
    int at[4], slot[4], n = 0;
    for (int k = 0, next = 0; signature[k]; k++) {
        if (strchr("pqcm", signature[k]) && (operands[n] = r->call.in[next])) {
            at[n] = k;
            slot[n++] = next;
        }
        next += strchr("tojwpqcm", signature[k]) != NULL;
    }
    rl_dtype dtype = rl_result_dtype(n, operands);
    char letter = signature[at[0]];
    if (letter == 'c') dtype = compared_dtype(dtype, n, operands);
    for (int k = 0; k < n; k++) {
        rl_tensor **in = &r->call.in[slot[k]];
        if (rb_waits(arguments[at[k]]))
            *in = rb_operand(arguments[at[k]], dtype, usual_name(letter, at[k]));
        else if (letter == 'm' && *in != r->call.inplace && !rl_dtype_is_floating((rl_dtype)(*in)->dtype))
            *in = rl_to_dtype(*in, dtype);
        if (!*in) return RL_FAILED;
    }
    return RL_OK;
}

static SEXP run(const rl_op *op, const char *signature, SEXP *arguments, int in_place) {
    rb_call call = rb_begin();
    reading r;
    r.scalars = r.ints = r.lists = r.waiting = 0;
    r.call.op = op;
    r.call.args = RL_ARGS_NONE;
    r.call.n_in = r.call.n_out = r.call.variant = 0;
    r.call.in = r.few;
    rl_status status = RL_OK;
    for (int k = 0; signature[k] && status == RL_OK; k++) status = read_argument(&r, signature[k], arguments[k], usual_name(signature[k], k));
    r.call.inplace = in_place && status == RL_OK ? r.call.in[0] : NULL;
    if (r.waiting && status == RL_OK) status = settle(&r, signature, arguments);
    if (status == RL_OK) { status = in_place && !rb_is_tensor(arguments[0]) ? rl_fail("`self` must be a tensor to be changed in place") : rl_apply(&r.call); }
    if (in_place || status != RL_OK) return rb_end(call, arguments[0]);
    int gives_one = r.call.n_out == 1 && !(op->traits & RL_GIVES_LIST);
    return rb_end(call, gives_one ? rb_wrap(r.call.out[0]) : rb_wrap_list(r.call.n_out, r.call.out));
}

#define ENTRY_1(name, op, signature, in_place) \
    SEXP name(SEXP a) { return run(&op, signature, (SEXP[]){a}, in_place); }
#define ENTRY_2(name, op, signature, in_place) \
    SEXP name(SEXP a, SEXP b) { return run(&op, signature, (SEXP[]){a, b}, in_place); }
#define ENTRY_3(name, op, signature, in_place) \
    SEXP name(SEXP a, SEXP b, SEXP c) { return run(&op, signature, (SEXP[]){a, b, c}, in_place); }
#define ENTRY_4(name, op, signature, in_place) \
    SEXP name(SEXP a, SEXP b, SEXP c, SEXP d) { return run(&op, signature, (SEXP[]){a, b, c, d}, in_place); }
#define ENTRY_5(name, op, signature, in_place) \
    SEXP name(SEXP a, SEXP b, SEXP c, SEXP d, SEXP e) { return run(&op, signature, (SEXP[]){a, b, c, d, e}, in_place); }
#define ENTRY_6(name, op, signature, in_place) \
    SEXP name(SEXP a, SEXP b, SEXP c, SEXP d, SEXP e, SEXP f) { return run(&op, signature, (SEXP[]){a, b, c, d, e, f}, in_place); }
#define ENTRY_7(name, op, signature, in_place) \
    SEXP name(SEXP a, SEXP b, SEXP c, SEXP d, SEXP e, SEXP f, SEXP g) { return run(&op, signature, (SEXP[]){a, b, c, d, e, f, g}, in_place); }

#define OP(name, arity, signature)                                                                                 \
    _Static_assert(sizeof signature == arity + 1, "the signature of " #name " has as many letters as arity says"); \
    ENTRY_##arity(ffi_##name, rl_op_##name, signature, 0)
#define OP_IN_PLACE(name, arity, signature) OP(name, arity, signature) ENTRY_##arity(ffi_##name##_, rl_op_##name, signature, 1)
#include "../ops/ops.def"

/* ---- what there is ---- */

#define OP(name, arity, signature) {#name, &rl_op_##name},

static const struct {
    const char *name;
    const rl_op *op;
} rows[] = {
#include "../ops/ops.def"
};

/* The names of the ops; TRUE where there is a derivative. */
SEXP ffi_op_names(void) {
    int n = (int)(sizeof rows / sizeof *rows);
    SEXP differentiable = PROTECT(Rf_allocVector(LGLSXP, n));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int k = 0; k < n; k++) {
        LOGICAL(differentiable)[k] = rows[k].op->vjp != NULL;
        SET_STRING_ELT(names, k, Rf_mkChar(rows[k].name));
    }
    Rf_setAttrib(differentiable, R_NamesSymbol, names);
    UNPROTECT(2);
    return differentiable;
}
