/* x[...], x[...] <- value, and x[[...]].
 *
 * Note [Brackets]
 * What stands between the brackets is read as an expression before it is evaluated, since some of it means something there that its
 * value does not tell: 2:-1 runs to the end, 1:9:2 has a step, `..` stands for all dimensions that are left. So `[.torch_tensor` hands
 * over its frame, and the promises of its dots are looked at here; each is evaluated once. All are evaluated before the first call of
 * the core, for they may call it themselves: Note [Jumps] in bridge.h. What they mean is written down as items (ops/subset.h), and the
 * core does the rest.
 *
 * Note [Copies]
 * x[...] <- value writes in place. Functions of base R, stats and utils (replace, diag<-, pmax) write to what they believe to be a copy,
 * since R's vectors are; for them it becomes one. */
#include "../ops/subset.h"

#include "entries.h"

/* ---- what stands between the brackets ---- */

static struct { SEXP colon, rest, end, caller, parent_frame; } symbols;

static void find_symbols(void) {
    symbols.rest = Rf_install("..");
    symbols.end = Rf_install("N");
    symbols.caller = Rf_install(".GenericCallEnv");
    symbols.parent_frame = Rf_install("parent.frame");
    symbols.colon = Rf_install(":");
}

/* What is given, evaluated. */
typedef struct {
    enum { GIVEN_NOTHING, GIVEN_REST, GIVEN_RANGE, GIVEN_VALUE } kind;
    SEXP value, end, step; /* of a range, value is the start and step may be NULL */
} given;

typedef struct {
    given items[RL_MAX_ITEMS];
    int n; /* may be more, and then there are no items */
    SEXP names;
    int protected;
} givens;

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
static void evaluate_dot(int place, SEXP dots, given *g, int *protected) {
    const R_DotType_t type = R_GetDotType(place, dots);
    if (type == R_DotTypeMissing) {
        g->kind = GIVEN_NOTHING;
        return;
    }
    SEXP expression = type == R_DotTypeDelayed  ? R_DotDelayedExpression(place, dots)
                      : type == R_DotTypeForced ? R_DotForcedExpression(place, dots)
                                                : R_NilValue;
    g->kind = expression == symbols.rest ? GIVEN_REST : GIVEN_VALUE;
    if (g->kind == GIVEN_REST) return;
    if (type == R_DotTypeDelayed && is_colon(expression))
        evaluate_range(expression, R_DotDelayedEnvironment(place, dots), g, protected);
    else if (type == R_DotTypeDelayed && expression == symbols.end)
        g->value = value_in(expression, R_DotDelayedEnvironment(place, dots), protected);
    else
        g->value = R_DotsElt(place, dots);
}

/* What is protected is counted, for the entry to let go. */
static void evaluate_all(SEXP frame, givens *all) {
    if (!symbols.colon) find_symbols();
    SEXP dots = rb_dots_of(frame);
    all->names = PROTECT(R_DotsNames(dots));
    all->protected = 1;
    all->n = R_DotsLength(dots);
    for (int k = 0; k < all->n && all->n <= RL_MAX_ITEMS; k++) evaluate_dot(k + 1, dots, &all->items[k], &all->protected);
}

/* ---- what it means ---- */

static int64_t place_from_zero(int64_t place) { return place > 0 && place < INT64_MAX ? place - 1 : place; }

/* One bound of a range: Inf is the end, as N and -1 are. */
static rl_status read_bound(SEXP x, const char *what, int64_t *bound) {
    if (TYPEOF(x) == REALSXP && XLENGTH(x) == 1 && REAL(x)[0] == R_PosInf) {
        *bound = INT64_MAX;
        return RL_OK;
    }
    RL_TRY(rb_integer(x, what, bound));
    if (*bound == 0) return rl_fail("the %s of a range is 0, and indices count from 1 (or from -1 at the end)", what);
    *bound = place_from_zero(*bound);
    return RL_OK;
}

static rl_status read_range(SEXP start, SEXP end, SEXP step, rl_item_of_subset *item) {
    item->kind = RL_RANGE;
    item->step = 1;
    RL_TRY(read_bound(start, "start", &item->start));
    RL_TRY(read_bound(end, "end", &item->end));
    if (step) RL_TRY(rb_integer(step, "step", &item->step));
    if (item->step < 1) return rl_fail("the step of a range must be 1 or more; it is %lld. $flip() turns a dimension round", (long long)item->step);
    return RL_OK;
}

/* start:end as R has it, so downwards if start is larger, unless only its end counts from the end: 2:N is empty where there is one place. */
static rl_status read_literal_range(const given *g, rl_item_of_subset *item) {
    RL_TRY(read_range(g->value, g->end, g->step, item));
    if (item->start >= 0 && item->end < 0) return RL_OK;
    if (!g->step)
        item->kind = RL_SEQUENCE;
    else if (item->start > item->end && (item->start < 0) == (item->end < 0))
        return rl_fail("a range with a step runs upwards, and this one starts after its end; seq() counts down too");
    return RL_OK;
}

static int ndim_of_indexed(SEXP x) { return Rf_length(Rf_getAttrib(x, R_DimSymbol)); }

static int is_plain_scalar(SEXP x) { return XLENGTH(x) == 1 && ndim_of_indexed(x) < 2; }

static rl_status read_number(SEXP x, rl_item_of_subset *item) {
    item->kind = RL_ONE_INDEX;
    if (TYPEOF(x) == REALSXP && ISNAN(REAL(x)[0]) && !Rf_inherits(x, "integer64")) return rl_fail("`index` is NA, which is no place");
    RL_TRY(rb_integer(x, "index", &item->start));
    if (item->start == 0) return rl_fail("index 0 does not exist: indices count from 1 (or from -1 at the end)");
    item->start = place_from_zero(item->start);
    return RL_OK;
}

static rl_status read_flag(SEXP x, rl_item_of_subset *item) {
    item->kind = RL_FLAG;
    return rb_flag(x, "index", &item->start);
}

static rl_status read_value(SEXP x, rl_item_of_subset *item) {
    const int is_number = (TYPEOF(x) == INTSXP || TYPEOF(x) == REALSXP) && !Rf_inherits(x, "factor");
    if (TYPEOF(x) == NILSXP) {
        item->kind = RL_NEW_DIM;
        return RL_OK;
    }
    if (is_number && is_plain_scalar(x)) return read_number(x, item);
    if (TYPEOF(x) == LGLSXP && is_plain_scalar(x)) return read_flag(x, item);
    if (TYPEOF(x) == VECSXP && Rf_inherits(x, "slice") && XLENGTH(x) == 3) return read_range(VECTOR_ELT(x, 0), VECTOR_ELT(x, 1), VECTOR_ELT(x, 2), item);
    item->kind = is_number && ndim_of_indexed(x) > 1 ? RL_CELLS : RL_INDICES;
    item->tensor = rb_as_index_or_mask(x, "index");
    return item->tensor ? RL_OK : RL_FAILED;
}

static rl_status check_names(SEXP names, int may_drop) {
    for (R_xlen_t k = 0; k < Rf_xlength(names); k++) {
        const char *name = CHAR(STRING_ELT(names, k));
        if (!*name) continue;
        return rl_fail("`%s` is no argument of x[...]: indices have no names%s", name, may_drop ? ", and `drop` is the only option beside them" : "");
    }
    return RL_OK;
}

static rl_status read_items(const givens *all, int may_drop, rl_item_of_subset *items) {
    if (all->names != R_NilValue) RL_TRY(check_names(all->names, may_drop));
    if (all->n > RL_MAX_ITEMS) return rl_fail("too many indices: a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int k = 0; k < all->n; k++) {
        const given *g = &all->items[k];
        items[k].kind = g->kind == GIVEN_REST ? RL_REST : RL_ALL;
        if (g->kind == GIVEN_RANGE) RL_TRY(read_literal_range(g, &items[k]));
        if (g->kind == GIVEN_VALUE) RL_TRY(read_value(g->value, &items[k]));
    }
    return RL_OK;
}

static rl_tensor *read_self(SEXP self) {
    rl_tensor *x = rb_unwrap(self, "x");
    if (!x || x->storage) return x;
    rl_fail("an undefined tensor has no elements");
    return NULL;
}

/* ---- reading ---- */

/* ffi_subset(x, drop) */
SEXP ffi_subset(SEXP unused, SEXP op, SEXP arguments, SEXP frame) {
    (void)unused, (void)op;
    givens all;
    evaluate_all(frame, &all);
    rb_call call = rb_begin();
    rl_item_of_subset items[RL_MAX_ITEMS];
    int64_t drop = 1;
    rl_tensor *x = read_self(CADR(arguments)), *part = NULL;
    if (x && rb_flag(CADDR(arguments), "drop", &drop) == RL_OK && read_items(&all, 1, items) == RL_OK) part = rl_subset(x, all.n, items, (int)drop);
    SEXP handle = rb_end(call, rb_wrap(part));
    UNPROTECT(all.protected);
    return handle;
}

/* ---- writing ---- */

/* Where the brackets stand. Dispatch leaves it in the method's frame; a method that is called by its name has to ask. */
static SEXP caller_of(SEXP frame) {
    SEXP caller = R_getVarEx(symbols.caller, frame, FALSE, NULL);
    if (caller && TYPEOF(caller) == ENVSXP) return caller;
    SEXP call = PROTECT(Rf_lang1(symbols.parent_frame));
    caller = Rf_eval(call, frame);
    UNPROTECT(1);
    return caller;
}

static SEXP namespace_of(const char *package) {
    SEXP name = PROTECT(Rf_mkString(package)), namespace = R_FindNamespace(name);
    R_PreserveObject(namespace);
    UNPROTECT(1);
    return namespace;
}

/* Note [Copies] */
static int expects_copy(SEXP frame) {
    static SEXP stats, utils;
    if (!stats) {
        stats = namespace_of("stats");
        utils = namespace_of("utils");
    }
    for (SEXP at = caller_of(frame); at != R_GlobalEnv && at != R_EmptyEnv; at = R_ParentEnv(at)) {
        if (at == R_BaseNamespace || at == R_BaseEnv || at == stats || at == utils) return 1;
        if (R_IsNamespaceEnv(at)) return 0;
    }
    return 0;
}

static SEXP put_into(SEXP self, SEXP value, const givens *all, const rl_item_of_subset *items, int in_copy) {
    rl_tensor *x = read_self(self);
    if (x && in_copy) x = rl_clone(x);
    rl_tensor *from = x ? rb_written(value, (rl_dtype)x->dtype, "value") : NULL;
    if (!from || rl_subset_put(x, all->n, items, from) != RL_OK || !in_copy) return self;
    return rb_wrap(x);
}

/* ffi_subset_assign(x, value) */
SEXP ffi_subset_assign(SEXP unused, SEXP op, SEXP arguments, SEXP frame) {
    (void)unused, (void)op;
    givens all;
    evaluate_all(frame, &all);
    const int in_copy = expects_copy(frame);
    rb_call call = rb_begin();
    rl_item_of_subset items[RL_MAX_ITEMS];
    SEXP self = CADR(arguments), result = read_items(&all, 0, items) == RL_OK ? put_into(self, CADDR(arguments), &all, items, in_copy) : self;
    result = rb_end(call, result);
    UNPROTECT(all.protected);
    return result;
}

/* ---- one element, or a field ---- */

static SEXP field_name(const givens *all) {
    SEXP name = all->n == 1 && all->items[0].kind == GIVEN_VALUE ? all->items[0].value : R_NilValue;
    return TYPEOF(name) == STRSXP && XLENGTH(name) == 1 ? name : NULL;
}

/* A place for each dimension. */
static rl_status read_element(const givens *all, SEXP self, rl_item_of_subset *items) {
    const rl_tensor *x = read_self(self);
    if (!x) return RL_FAILED;
    RL_TRY(read_items(all, 0, items));
    int are_indices = all->n == x->ndim;
    for (int k = 0; k < all->n; k++) are_indices &= items[k].kind == RL_ONE_INDEX;
    return are_indices ? RL_OK : rl_fail("x[[...]] is one element, so it takes one place for each dimension; the tensor has %d. x[...] takes more", x->ndim);
}

static SEXP one_element(SEXP self, const givens *all) {
    rb_call call = rb_begin();
    rl_item_of_subset items[RL_MAX_ITEMS];
    rl_tensor *part = read_element(all, self, items) == RL_OK ? rl_subset(read_self(self), all->n, items, 1) : NULL;
    return rb_end(call, rb_wrap(part));
}

/* ffi_element(x) */
SEXP ffi_element(SEXP unused, SEXP op, SEXP arguments, SEXP frame) {
    (void)unused, (void)op;
    givens all;
    evaluate_all(frame, &all);
    SEXP self = CADR(arguments), name = field_name(&all), result = name ? ffi_get(self, name) : one_element(self, &all);
    UNPROTECT(all.protected);
    return result;
}

static SEXP put_element(SEXP self, SEXP value, const givens *all, int in_copy) {
    rb_call call = rb_begin();
    rl_item_of_subset items[RL_MAX_ITEMS];
    return rb_end(call, read_element(all, self, items) == RL_OK ? put_into(self, value, all, items, in_copy) : self);
}

/* ffi_element_assign(x, value) */
SEXP ffi_element_assign(SEXP unused, SEXP op, SEXP arguments, SEXP frame) {
    (void)unused, (void)op;
    givens all;
    evaluate_all(frame, &all);
    SEXP self = CADR(arguments), value = CADDR(arguments), name = field_name(&all);
    SEXP result = name ? ffi_set(self, name, value) : put_element(self, value, &all, expects_copy(frame));
    UNPROTECT(all.protected);
    return result;
}
