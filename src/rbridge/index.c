/* x[...] and x[...] <- value.
 *
 * Note [Brackets]
 * What stands between the brackets is read as an expression before it is evaluated, since some of it means something there that its
 * value does not tell: 2:-1 runs to the end, 1:9:2 has a step, `..` stands for all dimensions that are left. So `[.torch_tensor` hands
 * over its frame, and the promises of its dots are looked at here; each is evaluated once. All are evaluated before the first call of
 * the core, for they may call it themselves: Note [Jumps] in bridge.h.
 *
 * Numbers, ranges, newaxis and what is left out become views; tensors, vectors and masks are gathered, and then one op reads or
 * writes them all. Each of them goes along a dimension of its own, as R has it: x[c(1, 3), c(2, 4)] is a matrix of two rows and two
 * columns. The op broadcasts its indexes and puts their dimensions first unless they are neighbours (Note [Placement] in
 * ops/index.c), so here they are given shapes that do not meet, and the result's dimensions are put in order. */
#include <math.h>
#include <string.h>

#include "../ops/index.h"
#include "entries.h"

/* ---- index tensors ---- */

static rl_tensor *from_zero(rl_tensor *given, const char *argument) {
    rl_tensor *index = rl_tensor_new(RL_INT64, given->ndim, given->sizes), *whole = given;
    if (given->dtype != RL_INT64) {
        whole = index;
        if (!index || rl_copy_data(index, given) != RL_OK) return NULL;
    }
    if (!index || !rl_count_from_zero(index, whole)) return index;
    rl_fail("`%s` contains 0, and indexes count from 1 (or from -1 at the end)", argument);
    return NULL;
}

static int all_whole(SEXP x) {
    for (R_xlen_t k = 0; k < XLENGTH(x); k++)
        if (!(fabs(REAL(x)[k]) < 9.007199254740992e15) || REAL(x)[k] != floor(REAL(x)[k])) return 0;
    return 1;
}

rl_tensor *rb_as_index(SEXP x, const char *argument) {
    rl_tensor *given = NULL;
    if (rb_is_tensor(x)) {
        given = rb_unwrap(x, argument);
        if (given && !given->storage) {
            rl_fail("`%s` is an undefined tensor", argument);
            return NULL;
        }
        if (given && rl_dtype_is_floating((rl_dtype)given->dtype)) {
            rl_fail("`%s` must be a tensor of whole numbers, such as torch_long(), or of truth values; it is %s", argument,
                    rl_dtype_name((rl_dtype)given->dtype));
            return NULL;
        }
    } else if (TYPEOF(x) == REALSXP && !Rf_inherits(x, "integer64") && !all_whole(x)) {
        rl_fail("`%s` must be whole numbers", argument);
    } else if (!Rf_isNumber(x) && TYPEOF(x) != LGLSXP) {
        rl_fail("`%s` must be whole numbers, truth values or a tensor of such, not %s", argument, rb_kind_of(x));
    } else {
        given = rb_from_r(x, TYPEOF(x) == REALSXP ? RL_INT64 : RL_NO_DTYPE, RB_NEW, argument);
    }
    if (!given || given->dtype == RL_BOOL) return given;
    return from_zero(given, argument);
}

/* ---- what stands between the brackets ---- */

typedef struct {
    enum { WHOLE, REST, NUMBER, RANGE, NEWAXIS, TRUTH, TENSOR } kind;
    int64_t start, end, step; /* as R counts; a number is in start, a truth value too; INT64_MAX: the end, whatever it is */
    rl_tensor *tensor;
} item;

enum { MAX_ITEMS = 2 * RL_MAX_DIMS };

static struct { SEXP colon, rest, end; } symbols;

static void find_symbols(void) {
    symbols.rest = Rf_install("..");
    symbols.end = Rf_install("N");
    symbols.colon = Rf_install(":");
}

/* What is given, evaluated. */
typedef struct {
    enum { GIVEN_NOTHING, GIVEN_REST, GIVEN_RANGE, GIVEN_VALUE } kind;
    SEXP value, end, step; /* of a range, value is the start and step may be NULL */
} given;

/* N means the end even where the package is not attached. */
static SEXP value_in(SEXP expression, SEXP frame, int *protected) {
    SEXP value = expression == symbols.end && !R_getVarEx(expression, frame, TRUE, NULL) ? Rf_ScalarInteger(-1) : Rf_eval(expression, frame);
    ++*protected;
    return PROTECT(value);
}

static int is_colon(SEXP expression) { return TYPEOF(expression) == LANGSXP && CAR(expression) == symbols.colon && Rf_length(expression) == 3; }

/* start:end or start:end:step, which R reads as (start:end):step */
static void evaluate_range(SEXP expression, SEXP frame, given *g, int *protected) {
    SEXP range = is_colon(CADR(expression)) ? CADR(expression) : expression;
    g->kind = GIVEN_RANGE;
    g->value = value_in(CADR(range), frame, protected);
    g->end = value_in(CADDR(range), frame, protected);
    g->step = range == expression ? NULL : value_in(CADDR(expression), frame, protected);
}

/* One of the arguments in `...` of the frame, which keeps what they evaluate to. */
static void evaluate(int place, SEXP frame, given *g, int *protected) {
    const R_DotType_t type = R_GetDotType(place, frame);
    if (type == R_DotTypeMissing) {
        g->kind = GIVEN_NOTHING;
        return;
    }
    SEXP expression = type == R_DotTypeDelayed  ? R_DotDelayedExpression(place, frame)
                      : type == R_DotTypeForced ? R_DotForcedExpression(place, frame)
                                                : R_NilValue;
    g->kind = expression == symbols.rest ? GIVEN_REST : GIVEN_VALUE;
    if (g->kind == GIVEN_REST) return;
    if (type == R_DotTypeDelayed && is_colon(expression))
        evaluate_range(expression, R_DotDelayedEnvironment(place, frame), g, protected);
    else if (type == R_DotTypeDelayed && expression == symbols.end)
        g->value = value_in(expression, R_DotDelayedEnvironment(place, frame), protected);
    else
        g->value = R_DotsElt(place, frame);
}

/* Returns how many there are, or -1 for too many; what is to be unprotected is counted in `protected`. */
static int evaluate_all(SEXP frame, given *g, int *protected) {
    if (!symbols.colon) find_symbols();
    int n = R_DotsLength(frame);
    if (n > MAX_ITEMS) return -1;
    for (int k = 0; k < n; k++) evaluate(k + 1, frame, &g[k], protected);
    return n;
}

/* ---- what it means ---- */

/* One bound of a range: Inf, N and -1 are the end. */
static rl_status read_bound(SEXP x, const char *what, int64_t *bound) {
    if (TYPEOF(x) == REALSXP && XLENGTH(x) == 1 && REAL(x)[0] == R_PosInf) {
        *bound = INT64_MAX;
        return RL_OK;
    }
    RL_TRY(rb_whole(x, what, bound));
    if (*bound == 0) return rl_fail("the %s of a range is 0, and indexes count from 1 (or from -1 at the end)", what);
    return RL_OK;
}

static rl_status read_range(SEXP start, SEXP end, SEXP step, item *made) {
    made->kind = RANGE;
    made->step = 1;
    RL_TRY(read_bound(start, "start", &made->start));
    RL_TRY(read_bound(end, "end", &made->end));
    if (step) RL_TRY(rb_whole(step, "step", &made->step));
    if (made->step < 1) return rl_fail("the step of a range must be 1 or more; it is %lld", (long long)made->step);
    return RL_OK;
}

static int is_plain_scalar(SEXP x) { return XLENGTH(x) == 1 && Rf_isNull(Rf_getAttrib(x, R_DimSymbol)); }

static rl_status read_tensor(SEXP x, item *made) {
    rl_tensor *tensor = rb_is_tensor(x) ? rb_unwrap(x, "index") : NULL;
    if (tensor && tensor->dtype == RL_UINT8 && tensor->storage) { /* bytes are a mask here, as they are in PyTorch */
        rl_tensor *mask = rl_tensor_new(RL_BOOL, tensor->ndim, tensor->sizes);
        if (!mask || rl_copy_data(mask, tensor) != RL_OK) return RL_FAILED;
        tensor = mask;
    } else {
        tensor = rl_failing() ? NULL : rb_as_index(x, "index");
    }
    if (!tensor) return RL_FAILED;
    made->kind = TENSOR;
    made->tensor = tensor;
    if (tensor->ndim > 0) return RL_OK;
    int64_t value = rl_item(tensor, 0).as_int;
    made->kind = tensor->dtype == RL_BOOL ? TRUTH : NUMBER;
    made->start = made->kind == NUMBER && value >= 0 ? value + 1 : value;
    return RL_OK;
}

static rl_status read_value(SEXP x, item *made) {
    switch (TYPEOF(x)) {
    case NILSXP: made->kind = NEWAXIS; return RL_OK;
    case LGLSXP:
        if (is_plain_scalar(x)) {
            made->kind = TRUTH;
            return rb_flag(x, "index", &made->start);
        }
        break;
    case INTSXP:
    case REALSXP:
        if (is_plain_scalar(x) && !Rf_inherits(x, "factor")) {
            made->kind = NUMBER;
            RL_TRY(rb_whole(x, "index", &made->start));
            if (made->start == 0) return rl_fail("index 0 does not exist: indexes count from 1 (or from -1 at the end)");
            return RL_OK;
        }
        break;
    case VECSXP:
        if (Rf_inherits(x, "slice") && XLENGTH(x) == 3) return read_range(VECTOR_ELT(x, 0), VECTOR_ELT(x, 1), VECTOR_ELT(x, 2), made);
        break;
    default: break;
    }
    return read_tensor(x, made);
}

static rl_status read_items(const given *g, int n, item *items) {
    if (n < 0) return rl_fail("too many indexes: a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int k = 0; k < n; k++) {
        items[k].kind = g[k].kind == GIVEN_REST ? REST : WHOLE;
        if (g[k].kind == GIVEN_RANGE) RL_TRY(read_range(g[k].value, g[k].end, g[k].step, &items[k]));
        if (g[k].kind == GIVEN_VALUE) RL_TRY(read_value(g[k].value, &items[k]));
    }
    return RL_OK;
}

/* ---- views ---- */

/* What the items make of x: a view, and indexes of its dimensions. */
typedef struct {
    rl_tensor *view; /* up to date while a graph follows; otherwise x, and the geometry below is */
    int follows, changed;
    int ndim;
    int64_t sizes[MAX_ITEMS + RL_MAX_DIMS], strides[MAX_ITEMS + RL_MAX_DIMS], offset;
    rl_tensor *at[RL_MAX_DIMS]; /* a mask stands at its first dimension */
    int n_indexes;
} subset;

static rl_status step_to(subset *s, rl_tensor *view) {
    s->view = view;
    return view ? RL_OK : RL_FAILED;
}

static rl_status take_number(subset *s, int dim, int64_t number) {
    int64_t size = s->sizes[dim], at = number > 0 ? number - 1 : number + size;
    if (at < 0 || at >= size) return rl_fail("index %lld is out of range for dimension %d of size %lld", (long long)number, dim + 1, (long long)size);
    if (s->follows) RL_TRY(step_to(s, rl_select(s->view, dim, at)));
    s->offset += at * s->strides[dim];
    s->ndim--;
    memmove(s->sizes + dim, s->sizes + dim + 1, (size_t)(s->ndim - dim) * sizeof *s->sizes);
    memmove(s->strides + dim, s->strides + dim + 1, (size_t)(s->ndim - dim) * sizeof *s->strides);
    return RL_OK;
}

/* From start to end, both included; what is beyond the end is not there. */
static rl_status take_range(subset *s, int dim, int64_t start, int64_t end, int64_t step) {
    int64_t size = s->sizes[dim];
    int64_t from = start > 0 ? start - 1 : start + size, to = end > 0 ? end : end + size + 1;
    if (from < 0) from = 0;
    if (from > size) from = size;
    if (to > size) to = size;
    if (to < from) to = from;
    if (s->follows) RL_TRY(step_to(s, rl_slice(s->view, dim, from, to, step)));
    s->offset += from * s->strides[dim];
    s->sizes[dim] = to > from ? (to - from - 1) / step + 1 : 0;
    if (s->sizes[dim] > 1) s->strides[dim] *= step;
    return RL_OK;
}

static rl_status add_dim(subset *s, int dim) {
    if (s->ndim == RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    if (s->follows) RL_TRY(step_to(s, rl_unsqueeze(s->view, dim)));
    memmove(s->sizes + dim + 1, s->sizes + dim, (size_t)(s->ndim - dim) * sizeof *s->sizes);
    memmove(s->strides + dim + 1, s->strides + dim, (size_t)(s->ndim - dim) * sizeof *s->strides);
    s->strides[dim] = dim < s->ndim ? s->sizes[dim + 1] * s->strides[dim + 1] : 1;
    s->sizes[dim] = 1;
    s->ndim++;
    return RL_OK;
}

static rl_status take_item(subset *s, const item *it, int drop, int rest, int *dim) {
    switch (it->kind) {
    case WHOLE:
        if (s->follows) RL_TRY(take_range(s, *dim, 1, INT64_MAX, 1));
        ++*dim;
        return RL_OK;
    case REST: *dim += rest; return RL_OK;
    case NUMBER:
        if (drop) return take_number(s, *dim, it->start);
        if (it->start > s->sizes[*dim] || -it->start > s->sizes[*dim])
            return rl_fail("index %lld is out of range for dimension %d of size %lld", (long long)it->start, *dim + 1, (long long)s->sizes[*dim]);
        return take_range(s, (*dim)++, it->start, it->start, 1);
    case RANGE: return take_range(s, (*dim)++, it->start, it->end, it->step);
    case NEWAXIS: return add_dim(s, (*dim)++);
    case TRUTH: {
        int64_t one = 1;
        rl_tensor *mask = rl_filled(RL_BOOL, 1, &one, (double)it->start);
        if (!mask) return RL_FAILED;
        RL_TRY(add_dim(s, *dim));
        s->at[(*dim)++] = mask;
        s->n_indexes++;
        return RL_OK;
    }
    default:
        s->at[*dim] = it->tensor;
        *dim += it->tensor->dtype == RL_BOOL ? it->tensor->ndim : 1;
        s->n_indexes++;
        return RL_OK;
    }
}

static int spans(const item *it) {
    if (it->kind == NEWAXIS || it->kind == TRUTH || it->kind == REST) return 0;
    return it->kind == TENSOR && it->tensor->dtype == RL_BOOL ? it->tensor->ndim : 1;
}

static rl_status take_items(subset *s, rl_tensor *x, const item *items, int n, int drop) {
    int used = 0, rests = 0, dim = 0;
    for (int k = 0; k < n; k++) {
        used += spans(&items[k]);
        rests += items[k].kind == REST;
    }
    if (used > x->ndim) return rl_fail("too many indexes: %d dimensions are indexed, and the tensor has %d", used, x->ndim);
    if (rests > 1) return rl_fail("`..` stands for all dimensions that are left, so it can be given once");
    s->view = x;
    s->follows = rl_grad_enabled() && rl_requires_grad(x);
    s->ndim = x->ndim;
    s->offset = x->offset;
    s->n_indexes = s->changed = 0;
    for (int d = 0; d < x->ndim; d++) {
        s->sizes[d] = x->sizes[d];
        s->strides[d] = x->strides[d];
    }
    memset(s->at, 0, sizeof s->at);
    for (int k = 0; k < n; k++) {
        s->changed |= items[k].kind != TENSOR && items[k].kind != REST;
        RL_TRY(take_item(s, &items[k], drop, x->ndim - used, &dim));
    }
    if (!s->follows && (s->changed || !s->n_indexes)) return step_to(s, rl_plain_view(x, s->ndim, s->sizes, s->strides, s->offset));
    if (s->follows && s->view == x && !s->n_indexes) return step_to(s, rl_alias(x));
    return RL_OK;
}

/* The value may have more dimensions than its place, as long as they come first and are of size 1. */
static rl_tensor *fitted(rl_tensor *value, int ndim) {
    int extra = 0;
    while (value && value->ndim - extra > ndim && value->sizes[extra] == 1) extra++;
    return value && extra ? rl_view_as(value, value->ndim - extra, value->sizes + extra) : value;
}

/* The indexes as the ops take them: one for each dimension, or for each mask's dimensions together. */
static int list_indexes(const subset *s, rl_tensor **list) {
    int n = 0, last = 0;
    for (int d = 0; d < s->ndim;) {
        list[n++] = s->at[d];
        if (s->at[d]) last = n;
        d += s->at[d] && s->at[d]->dtype == RL_BOOL ? s->at[d]->ndim : 1;
    }
    return last;
}

/* How the dimensions of several indexes lie in the op's result: order[d] is where the d-th dimension of x[...] stands there. */
typedef struct {
    int ndim, in_order;
    int64_t order[2 * RL_MAX_DIMS], sizes[2 * RL_MAX_DIMS];
} placing;

/* The index with `after` more dimensions of size 1, which others will fill. */
static rl_tensor *apart(rl_tensor *index, int after) {
    int64_t sizes[2 * RL_MAX_DIMS], strides[2 * RL_MAX_DIMS];
    int ndim = index->ndim + after; /* each no more than RL_MAX_DIMS */
    for (int d = 0; d < ndim; d++) {
        sizes[d] = d < index->ndim ? index->sizes[d] : 1;
        strides[d] = d < index->ndim ? index->strides[d] : 0;
    }
    return rl_tensor_view(index, ndim, sizes, strides, index->offset);
}

/* Gives several indexes shapes that do not meet; a mask becomes the places where it is true. */
static int list_apart(const subset *s, rl_tensor **list, placing *p) {
    int after = 0, first = -1, last = -1, kept = 0;
    rl_tensor *places[RL_MAX_DIMS];
    for (int d = 0; d < s->ndim; d++) list[d] = NULL;
    for (int d = s->ndim - 1; d >= 0; d--) {
        rl_tensor *index = s->at[d];
        if (!index) continue;
        int spanned = index->dtype == RL_BOOL ? index->ndim : 1;
        places[0] = index;
        if (index->dtype == RL_BOOL && rl_places_of(index, places) != RL_OK) return -1;
        for (int k = 0; k < spanned; k++)
            if (!(list[d + k] = apart(places[k], after))) return -1;
        after += places[0]->ndim;
        if (after > RL_MAX_DIMS) {
            rl_fail("a tensor has at most %d dimensions; this indexing would give more", RL_MAX_DIMS);
            return -1;
        }
        first = d;
        if (last < 0) last = d + spanned - 1;
    }
    int together = 1, next = 0;
    for (int d = first; d <= last; d++) together &= list[d] != NULL;
    p->ndim = 0;
    p->in_order = together;
    for (int d = 0; d < s->ndim; d++) {
        if (s->at[d]) {
            const rl_tensor *index = list[d];
            int own = s->at[d]->dtype == RL_BOOL ? 1 : s->at[d]->ndim;
            for (int k = 0; k < own; k++) {
                p->sizes[p->ndim] = index->sizes[k];
                p->order[p->ndim++] = next++;
            }
        } else if (!list[d]) {
            p->sizes[p->ndim] = s->sizes[d];
            p->order[p->ndim++] = after + kept++;
        }
    }
    if (p->ndim > RL_MAX_DIMS) rl_fail("a tensor has at most %d dimensions; this indexing would give %d", RL_MAX_DIMS, p->ndim);
    return rl_failing() ? -1 : last + 1;
}

static rl_tensor *read_indexed(const subset *s, rl_tensor *view) {
    rl_tensor *list[RL_MAX_DIMS];
    placing p;
    if (s->n_indexes == 1) return rl_index(view, list_indexes(s, list), list);
    int n = list_apart(s, list, &p);
    if (n < 0) return NULL;
    view = rl_index(view, n, list);
    return p.in_order ? view : rl_permute(view, (rl_ints){p.ndim, p.order});
}

static void write_indexed(const subset *s, rl_tensor *view, rl_tensor *value) {
    rl_tensor *list[RL_MAX_DIMS];
    int64_t back[RL_MAX_DIMS];
    placing p;
    if (s->n_indexes == 1) {
        rl_index_put_in_place(view, value, list_indexes(s, list), list, 0);
        return;
    }
    int n = list_apart(s, list, &p);
    if (n < 0) return;
    if (!p.in_order && value->numel != 1) {
        for (int d = 0; d < p.ndim; d++) back[p.order[d]] = d;
        value = rl_permute(rl_expand_to(fitted(value, p.ndim), p.ndim, p.sizes), (rl_ints){p.ndim, back});
    }
    if (value) rl_index_put_in_place(view, value, n, list, 0);
}

static rl_tensor *read_subset(SEXP self, SEXP drop, const given *g, int n, subset *s) {
    item items[MAX_ITEMS];
    int64_t dropping = 1;
    rl_tensor *x = rb_unwrap(self, "x");
    if (x && !x->storage) rl_fail("an undefined tensor has no elements");
    if (rl_failing() || (drop && rb_flag(drop, "drop", &dropping) != RL_OK)) return NULL;
    if (read_items(g, n, items) != RL_OK || take_items(s, x, items, n, (int)dropping) != RL_OK) return NULL;
    return s->view;
}

/* ffi_subset(x, drop): reads */
SEXP ffi_subset(SEXP unused, SEXP op, SEXP arguments, SEXP frame) {
    (void)unused, (void)op;
    given g[MAX_ITEMS];
    int protected = 0, n = evaluate_all(frame, g, &protected);
    rb_call call = rb_begin();
    subset s;
    rl_tensor *view = read_subset(CADR(arguments), CADDR(arguments), g, n, &s);
    if (view && s.n_indexes) view = read_indexed(&s, view);
    SEXP handle = rb_end(call, rb_wrap(view));
    UNPROTECT(protected);
    return handle;
}

/* ffi_subset_assign(x, value): writes */
SEXP ffi_subset_assign(SEXP unused, SEXP op, SEXP arguments, SEXP frame) {
    (void)unused, (void)op;
    given g[MAX_ITEMS];
    int protected = 0, n = evaluate_all(frame, g, &protected);
    rb_call call = rb_begin();
    subset s;
    rl_tensor *view = read_subset(CADR(arguments), NULL, g, n, &s);
    rl_tensor *value = view ? rb_written(CADDR(arguments), (rl_dtype)view->dtype, "value") : NULL;
    if (value && s.n_indexes)
        write_indexed(&s, view, value);
    else if (value && (value = fitted(value, view->ndim)))
        rl_apply_in_place(&rl_op_copy, NULL, 2, (rl_tensor *[]){view, value});
    SEXP result = rb_end(call, CADR(arguments));
    UNPROTECT(protected);
    return result;
}
