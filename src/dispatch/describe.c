#include "describe.h"

#include <stdarg.h>
#include <stdio.h>

static char text[1024];
static size_t used;

static void add(const char *format, ...) RL_PRINTF_LIKE(1, 2);
static void add(const char *format, ...) {
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text + used, sizeof text - used, format, values);
    va_end(values);
    if (length > 0) used = used + (size_t)length < sizeof text ? used + (size_t)length : sizeof text - 1;
}

/* A call whose inputs are there, or one of which their signatures are left. */
typedef struct {
    const rl_op *op;
    const rl_args *args;
    int in_place, n_in;
    rl_tensor *const *tensors;
    const rl_signature *signatures;
} described;

static void add_input(const described *call, int k) {
    const rl_tensor *x = call->tensors ? call->tensors[k] : NULL;
    rl_signature signature = {0, RL_NO_DTYPE, NULL};
    if (x) signature = (rl_signature){x->ndim, (rl_dtype)x->dtype, x->sizes};
    if (!call->tensors) signature = call->signatures[k];
    if (x && !x->storage)
        add("undefined");
    else if (signature.dtype == RL_NO_DTYPE)
        add("NULL");
    else
        add("%s %s", rl_dtype_name(signature.dtype), rl_sizes_text(signature.ndim, signature.sizes));
}

static void add_scalar(const rl_scalar *number) {
    switch (number->kind) {
    case RL_SCALAR_NONE: add("NULL"); break;
    case RL_SCALAR_BOOL: add(number->as_int ? "TRUE" : "FALSE"); break;
    case RL_SCALAR_INT: add("%lld", (long long)number->as_int); break;
    case RL_SCALAR_FLOAT: add("%.15g", number->as_double); break;
    case RL_SCALAR_COMPLEX: add("%.15g%+.15gi", number->as_double, number->imaginary); break;
    }
}

static int64_t from_one(int64_t place) { return place >= 0 ? place + 1 : place; }

static void add_list(const rl_ints *list, int are_dims) {
    if (list->length < 0) {
        add("NULL");
        return;
    }
    add("c(");
    for (int k = 0; k < list->length; k++) add(k ? ", %lld" : "%lld", (long long)(are_dims ? from_one(list->values[k]) : list->values[k]));
    add(")");
}

static void add_inputs(const described *call, int from, int n) {
    add("list(");
    for (int k = 0; k < n; k++) {
        if (k) add(", ");
        add_input(call, from + k);
    }
    add(")");
}

static int is_list_of_tensors(rl_kind kind) { return kind == RL_KIND_tensors || kind == RL_KIND_operands || kind == RL_KIND_index_tensors; }

static int is_tensor(rl_kind kind) { return kind <= RL_KIND_index_tensors; }

/* A list of tensors takes what the others leave. */
static int list_length(const described *call) {
    int others = 0;
    for (int k = 0; k < call->op->n_parameters; k++) others += is_tensor(call->op->parameters[k].kind) && !is_list_of_tensors(call->op->parameters[k].kind);
    return call->n_in - others;
}

static const char *text_of(const described *call) {
    const rl_op *op = call->op;
    const rl_args *args = call->args;
    int in = 0, ints = 0, scalars = 0, lists = 0;
    used = 0;
    add("%s%s(", op->name, call->in_place ? "_" : "");
    for (int k = 0; k < op->n_parameters; k++) {
        const rl_kind kind = op->parameters[k].kind;
        add(k ? ", %s = " : "%s = ", op->parameters[k].name);
        switch (kind) {
        case RL_KIND_tensors:
        case RL_KIND_operands:
        case RL_KIND_index_tensors:
            add_inputs(call, in, list_length(call));
            in += list_length(call);
            break;
        case RL_KIND_tensor:
        case RL_KIND_tensor_or_null:
        case RL_KIND_operand:
        case RL_KIND_operand_or_null:
        case RL_KIND_compared:
        case RL_KIND_factor:
        case RL_KIND_double_operand:
        case RL_KIND_written:
        case RL_KIND_index_tensor: add_input(call, in++); break;
        case RL_KIND_number:
        case RL_KIND_number_or_null:
        case RL_KIND_written_number:
        case RL_KIND_integer_or_null: add_scalar(&args->s[scalars++]); break;
        case RL_KIND_flag: add(args->n[ints++] ? "TRUE" : "FALSE"); break;
        case RL_KIND_reduction: add("\"%s\"", (const char *[]){"none", "mean", "sum"}[args->n[ints++]]); break;
        case RL_KIND_integer: add("%lld", (long long)args->n[ints++]); break;
        case RL_KIND_dim_or_null:
            if (args->n[ints] == RL_NO_DIM) {
                add("NULL");
                ints++;
                break;
            } /* fall through */
        case RL_KIND_index:
        case RL_KIND_dim: add("%lld", (long long)from_one(args->n[ints++])); break;
        case RL_KIND_dims: add_list(&args->list[lists++], 1); break;
        case RL_KIND_integers:
        case RL_KIND_integers_or_null: add_list(&args->list[lists++], 0); break;
        case RL_KIND_dtype: add("%s", args->dtype == RL_NO_DTYPE ? "NULL" : rl_dtype_name(args->dtype)); break;
        case RL_KIND_generator: add(args->generator ? "a generator" : "NULL"); break;
        }
    }
    add(")");
    return text;
}

const char *rl_call_text(const rl_call *call) {
    return text_of(&(described){.op = call->op, .args = &call->args, .in_place = call->inplace != NULL, .n_in = call->n_in, .tensors = call->in});
}

const char *rl_recorded_call_text(const rl_op *op, const rl_args *args, int n_in, const rl_signature *in) {
    return text_of(&(described){.op = op, .args = args ? args : &RL_ARGS_NONE, .n_in = n_in, .signatures = in});
}
