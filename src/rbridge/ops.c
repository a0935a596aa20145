/* The entries of the ops: every one is the same function over its definition and schema (ops/ops.def). */
#include "../dispatch/check.h"
#include "../ops/infer.h"
#include "entries.h"
#include "generator.h"

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

static rl_status read_tensors(reading *r, SEXP list, int promote, const char *argument) {
    if (rb_is_tensor(list)) return read_tensor(r, list, argument);
    if (TYPEOF(list) != VECSXP) return rl_fail("`%s` must be a list of tensors, not %s", argument, rb_kind_of(list));
    R_xlen_t n = XLENGTH(list);
    if (n > 4) r->call.in = rl_scope_memory((size_t)n, sizeof *r->call.in);
    if (!r->call.in) return RL_FAILED;
    for (R_xlen_t k = 0; k < n; k++) RL_TRY((promote ? read_operand : read_tensor)(r, VECTOR_ELT(list, k), argument));
    if (!r->waiting) return RL_OK;
    r->waiting = 0;
    return rb_settle((int)n, r->call.in, list, argument);
}

static rl_status read_index(reading *r, SEXP x, const char *argument) { return take_in(r, rb_as_index(x, argument)); }

/* One of several indices of the first input. A single boolean of R's stands for a whole dimension. */
static rl_status read_index_of(reading *r, SEXP x, const char *argument, int *dim) {
    const rl_tensor *self = r->call.in[0];
    rl_tensor *index = rb_as_index_or_mask(x, argument);
    if (index && TYPEOF(x) == LGLSXP && XLENGTH(x) == 1 && index->ndim == 1 && *dim < self->ndim) index = rl_expand_to(index, 1, &self->sizes[*dim]);
    if (index) *dim += index->dtype == RL_BOOL ? index->ndim : 1;
    return take_in(r, index);
}

static rl_status read_indexes(reading *r, SEXP list, const char *argument) {
    if (TYPEOF(list) != VECSXP) return rl_fail("`%s` must be a list of tensors, not %s", argument, rb_kind_of(list));
    R_xlen_t n = XLENGTH(list);
    if (n > RL_MAX_DIMS) return rl_fail("`%s` has %lld elements; a tensor has at most %d dimensions", argument, (long long)n, RL_MAX_DIMS);
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
            RL_TRY(read_index_of(r, x, argument, &dim));
        }
    }
    return RL_OK;
}

/* For a tensor that is made: of the dtype read before, or else the first input's, or the number's own. */
static rl_status read_written_number(const reading *r, SEXP x, const char *argument, rl_scalar *number) {
    rl_dtype dtype = r->call.args.dtype;
    if (!rb_is_missing(x)) return rb_number(x, argument, number);
    if (dtype == RL_NO_DTYPE) dtype = r->call.n_in ? (rl_dtype)r->call.in[0]->dtype : rb_own_dtype(x);
    return rb_missing_number(dtype, argument, number);
}

static rl_status read_integer_or_null(SEXP x, const char *argument, rl_scalar *scalar) {
    int64_t integer;
    scalar->kind = RL_SCALAR_NONE;
    if (Rf_isNull(x)) return RL_OK;
    RL_TRY(rb_integer(x, argument, &integer));
    *scalar = rl_scalar_int(integer);
    return RL_OK;
}

static rl_status read_argument(reading *r, const rl_parameter *parameter, SEXP x) {
    rl_args *args = &r->call.args;
    const char *name = parameter->name;
    switch (parameter->kind) {
    case RL_KIND_tensor: return read_tensor(r, x, name);
    case RL_KIND_operand:
    case RL_KIND_compared:
    case RL_KIND_factor: return read_operand(r, x, name);
    case RL_KIND_double_operand: return rb_waits(x) ? take_in(r, rb_operand(x, RL_DOUBLE, name)) : read_tensor(r, x, name);
    case RL_KIND_written: return take_in(r, rb_written(x, (rl_dtype)r->call.in[0]->dtype, name));
    case RL_KIND_operand_or_null:
    case RL_KIND_tensor_or_null:
        if (!Rf_isNull(x)) return parameter->kind == RL_KIND_operand_or_null ? read_operand(r, x, name) : read_tensor(r, x, name);
        r->call.in[r->call.n_in++] = NULL;
        return RL_OK;
    case RL_KIND_tensors: return read_tensors(r, x, 0, name);
    case RL_KIND_operands: return read_tensors(r, x, 1, name);
    case RL_KIND_index_tensor: return read_index(r, x, name);
    case RL_KIND_index_tensors: return read_indexes(r, x, name);
    case RL_KIND_number_or_null:
        if (Rf_isNull(x)) {
            args->s[r->scalars++].kind = RL_SCALAR_NONE;
            return RL_OK;
        } /* fall through */
    case RL_KIND_number: return rb_number(x, name, &args->s[r->scalars++]);
    case RL_KIND_written_number: return read_written_number(r, x, name, &args->s[r->scalars++]);
    case RL_KIND_integer_or_null: return read_integer_or_null(x, name, &args->s[r->scalars++]);
    case RL_KIND_integer: return rb_integer(x, name, &args->n[r->ints++]);
    case RL_KIND_flag: return rb_flag(x, name, &args->n[r->ints++]);
    case RL_KIND_index: return rb_index(x, name, &args->n[r->ints++]);
    case RL_KIND_dim_or_null:
        if (Rf_isNull(x)) {
            args->n[r->ints++] = RL_NO_DIM;
            return RL_OK;
        } /* fall through */
    case RL_KIND_dim: return rb_dim(x, name, &args->n[r->ints++]);
    case RL_KIND_dims: return rb_dims(x, name, &args->list[r->lists++]);
    case RL_KIND_reduction: return rb_reduction(x, &args->n[r->ints++]);
    case RL_KIND_integers_or_null:
        if (Rf_isNull(x)) {
            args->list[r->lists++] = RL_INTS_NONE;
            return RL_OK;
        } /* fall through */
    case RL_KIND_integers: return rb_integers(x, name, &args->list[r->lists++]);
    case RL_KIND_dtype: return rb_dtype(x, name, &args->dtype);
    case RL_KIND_generator: return (args->generator = rb_generator(x)) ? RL_OK : RL_FAILED;
    }
    return rl_fail("`%s` of %s() is of no kind that can be read", name, r->call.op->name);
}

/* Beside integers, R's floating numbers are compared as they are. */
static rl_dtype compared_dtype(rl_dtype joint, int n, rl_tensor *const *operands) {
    if (!rl_dtype_is_inexact(joint)) return joint == RL_BOOL ? RL_BOOL : RL_INT64;
    for (int k = 0; k < n; k++)
        if (!operands[k]->wrapped_number && rl_dtype_is_inexact((rl_dtype)operands[k]->dtype)) return joint;
    return rl_dtype_is_complex(joint) ? rl_dtype_complex(RL_DOUBLE) : RL_DOUBLE;
}

static int promotes(rl_kind kind) { return kind == RL_KIND_operand || kind == RL_KIND_operand_or_null || kind == RL_KIND_compared || kind == RL_KIND_factor; }

/* Gives R's vectors the dtype that they promote to: Note [Operands] in operands.c. */
static rl_status promote_vectors(reading *r, SEXP *arguments) {
    const rl_op *op = r->call.op;
    rl_tensor *operands[4];
    int at[4], slot[4], n = 0;
    for (int k = 0, next = 0; k < op->n_parameters && n < 4; k++) {
        rl_kind kind = op->parameters[k].kind;
        if (promotes(kind) && (operands[n] = r->call.in[next])) {
            at[n] = k;
            slot[n++] = next;
        }
        next += kind <= RL_KIND_index_tensor;
    }
    rl_dtype dtype = rl_result_dtype(n, operands);
    rl_kind kind = op->parameters[at[0]].kind;
    if (kind == RL_KIND_compared) dtype = compared_dtype(dtype, n, operands);
    for (int k = 0; k < n; k++) {
        rl_tensor **in = &r->call.in[slot[k]];
        if (rb_waits(arguments[at[k]]))
            *in = rb_operand(arguments[at[k]], dtype, op->parameters[at[k]].name);
        else if (kind == RL_KIND_factor && *in != r->call.inplace && !rl_dtype_is_inexact((rl_dtype)(*in)->dtype))
            *in = rl_to_dtype(*in, dtype);
        if (!*in) return RL_FAILED;
    }
    return RL_OK;
}

static rl_status read_and_apply(reading *r, const rl_op *op, SEXP *arguments, int in_place) {
    r->scalars = r->ints = r->lists = r->waiting = 0;
    r->call.op = op;
    r->call.args = RL_ARGS_NONE;
    r->call.n_in = r->call.n_out = 0;
    r->call.in = r->few;
    for (int k = 0; k < op->n_parameters; k++) RL_TRY(read_argument(r, &op->parameters[k], arguments[k]));
    r->call.inplace = in_place ? r->call.in[0] : NULL;
    if (r->waiting) RL_TRY(promote_vectors(r, arguments));
    if (in_place && !rb_is_tensor(arguments[0])) return rl_fail("`%s` must be a tensor to be changed in place", op->parameters[0].name);
    return rl_apply(&r->call);
}

static const char *name_of(const rl_op *op);

static SEXP run_op(const rl_op *op, SEXP *arguments, int in_place) {
    rb_call call = rb_begin();
    reading r;
    rl_status status = read_and_apply(&r, op, arguments, in_place);
    if (status != RL_OK) rb_failed_in = name_of(op);
    if (in_place || status != RL_OK) return rb_end(call, arguments[0]);
    int gives_one = r.call.n_out == 1 && !(op->traits & RL_RETURNS_LIST);
    return rb_end(call, gives_one ? rb_wrap(r.call.out[0]) : rb_wrap_list(r.call.n_out, r.call.out));
}

static SEXP make(const rl_op *op, SEXP *arguments, SEXP requires_grad) {
    rb_call call = rb_begin();
    reading r;
    int64_t wanted;
    rl_status status = rb_flag(requires_grad, "requires_grad", &wanted);
    if (status == RL_OK) status = read_and_apply(&r, op, arguments, 0);
    if (status != RL_OK) rb_failed_in = name_of(op);
    if (status == RL_OK && wanted) status = rl_set_requires_grad(r.call.out[0], 1);
    return rb_end(call, status == RL_OK ? rb_wrap(r.call.out[0]) : R_NilValue);
}

#define ENTRY(entry, op, schema, in_place) \
    SEXP entry(RB_FORMALS(schema)) { return run_op(&op, (SEXP[]){RB_ACTUALS(schema)}, in_place); }

#define OP(name, schema) ENTRY(ffi_##name, rl_op_##name, schema, 0)
#define OP_IN_PLACE(name, schema) OP(name, schema) ENTRY(ffi_##name##_, rl_op_##name, schema, 1)
#define FACTORY(name, schema) \
    SEXP ffi_##name(RB_FORMALS(schema), SEXP requires_grad) { return make(&rl_op_##name, (SEXP[]){RB_ACTUALS(schema)}, requires_grad); }
#include "../ops/ops.def"

/* ---- what there is ---- */

#define OP(name, schema) {#name, &rl_op_##name},

static const struct {
    const char *name;
    const rl_op *op;
} rows[] = {
#include "../ops/ops.def"
};

static const char *name_of(const rl_op *op) {
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (rows[k].op == op) return rows[k].name;
    return NULL;
}

/* The ops by name: whether each has a derivative, and whether it is a composition of others. */
SEXP ffi_op_names(void) {
    int n = (int)(sizeof rows / sizeof *rows);
    SEXP traits = PROTECT(Rf_allocMatrix(LGLSXP, n, 2));
    SEXP dimnames = PROTECT(Rf_allocVector(VECSXP, 2));
    SET_VECTOR_ELT(dimnames, 0, Rf_allocVector(STRSXP, n));
    SET_VECTOR_ELT(dimnames, 1, Rf_allocVector(STRSXP, 2));
    SET_STRING_ELT(VECTOR_ELT(dimnames, 1), 0, Rf_mkChar("differentiable"));
    SET_STRING_ELT(VECTOR_ELT(dimnames, 1), 1, Rf_mkChar("composition"));
    for (int k = 0; k < n; k++) {
        LOGICAL(traits)[k] = rows[k].op->vjp != NULL;
        LOGICAL(traits)[n + k] = rows[k].op->compose != NULL;
        SET_STRING_ELT(VECTOR_ELT(dimnames, 0), k, Rf_mkChar(rows[k].name));
    }
    Rf_setAttrib(traits, R_DimNamesSymbol, dimnames);
    UNPROTECT(2);
    return traits;
}

#define KIND(kind) [RL_KIND_##kind] = #kind
static const char *const kind_names[] = {
    KIND(tensor),          KIND(tensor_or_null), KIND(tensors), KIND(operand),        KIND(operand_or_null),
    KIND(operands),        KIND(compared),       KIND(factor),  KIND(double_operand), KIND(written),
    KIND(index_tensor),    KIND(index_tensors),  KIND(number),  KIND(number_or_null), KIND(written_number),
    KIND(integer_or_null), KIND(integer),        KIND(flag),    KIND(index),          KIND(dim),
    KIND(dim_or_null),     KIND(reduction),      KIND(dims),    KIND(integers),       KIND(integers_or_null),
    KIND(dtype),           KIND(generator),
};

/* The schemas of the ops: for each the kinds of its arguments, under their names. */
SEXP ffi_op_schemas(void) {
    int n = (int)(sizeof rows / sizeof *rows);
    SEXP schemas = PROTECT(Rf_allocVector(VECSXP, n));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n));
    for (int k = 0; k < n; k++) {
        const rl_op *op = rows[k].op;
        SEXP kinds = Rf_allocVector(STRSXP, op->n_parameters);
        SET_VECTOR_ELT(schemas, k, kinds);
        SEXP arguments = PROTECT(Rf_allocVector(STRSXP, op->n_parameters));
        for (int j = 0; j < op->n_parameters; j++) {
            SET_STRING_ELT(kinds, j, Rf_mkChar(kind_names[op->parameters[j].kind]));
            SET_STRING_ELT(arguments, j, Rf_mkChar(op->parameters[j].name));
        }
        Rf_setAttrib(kinds, R_NamesSymbol, arguments);
        UNPROTECT(1);
        SET_STRING_ELT(names, k, Rf_mkChar(rows[k].name));
    }
    Rf_setAttrib(schemas, R_NamesSymbol, names);
    UNPROTECT(2);
    return schemas;
}

/* Switches the check of every op's infer on or off, and gives the names of the ops that were checked since it was switched on. */
SEXP ffi_check_inference(SEXP on) {
    int n = (int)(sizeof rows / sizeof *rows), n_checked = 0;
    for (int k = 0; k < n; k++) n_checked += rl_was_inference_checked(rows[k].op);
    SEXP names = PROTECT(Rf_allocVector(STRSXP, n_checked));
    for (int k = 0, at = 0; k < n; k++)
        if (rl_was_inference_checked(rows[k].op)) SET_STRING_ELT(names, at++, Rf_mkChar(rows[k].name));
    rl_check_inference(Rf_asLogical(on) == TRUE);
    UNPROTECT(1);
    return names;
}
