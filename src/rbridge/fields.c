/* x$name: a field of the tensor, or a method bound to it.
 *
 * A method is a closure whose environment holds the tensor as `self` and lies within the package's. It is made anew for each
 * call from a template in the environment `tensor_methods` (R/tensor-methods.R). */
#include <string.h>

#include "entries.h"

static SEXP shape_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    if (!tensor->storage) return R_NilValue;
    return rb_numbers(tensor->ndim, tensor->sizes);
}

static SEXP dtype_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    return rb_dtype_object((rl_dtype)tensor->dtype);
}

static SEXP ndim_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    return Rf_ScalarInteger(tensor->ndim);
}

static SEXP requires_grad_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    return Rf_ScalarLogical(rl_requires_grad(tensor));
}

static SEXP is_leaf_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    return Rf_ScalarLogical(rl_is_leaf(tensor));
}

static SEXP grad_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    return rb_wrap(tensor->autograd ? tensor->autograd->grad : NULL);
}

static SEXP grad_fn_of(SEXP self, rl_tensor *tensor) {
    (void)self;
    rl_node *node;
    if (rl_gradient_node(tensor, &node) != RL_OK || !node) return R_NilValue;
    return rb_wrap_node(node);
}

static SEXP is_cuda_of(SEXP self, rl_tensor *tensor) {
    (void)self, (void)tensor;
    return Rf_ScalarLogical(FALSE);
}

static SEXP device_of(SEXP self, rl_tensor *tensor) {
    (void)self, (void)tensor;
    return rb_package_value("cpu_device");
}

static SEXP names_of(SEXP self, rl_tensor *tensor) {
    (void)self, (void)tensor;
    return R_NilValue;
}

static struct {
    const char *name;
    SEXP (*read)(SEXP self, rl_tensor *tensor);
    SEXP symbol;
} fields[] = {{"shape", shape_of},     {"requires_grad", requires_grad_of},
              {"grad", grad_of},       {"dtype", dtype_of},
              {"grad_fn", grad_fn_of}, {"is_leaf", is_leaf_of},
              {"ndim", ndim_of},       {"is_cuda", is_cuda_of},
              {"names", names_of},     {"device", device_of}};

static SEXP bound(SEXP template, SEXP self) {
    static SEXP self_symbol;
    if (!self_symbol) self_symbol = Rf_install("self");
    SEXP frame = PROTECT(R_NewEnv(R_ClosureEnv(template), FALSE, 0));
    Rf_defineVar(self_symbol, self, frame);
    SEXP method = R_mkClosure(R_ClosureFormals(template), R_ClosureBody(template), frame);
    UNPROTECT(1);
    return method;
}

static SEXP methods_table(void) {
    static SEXP table;
    if (!table) R_PreserveObject(table = rb_package_value("tensor_methods"));
    return table;
}

enum { FIELDS = sizeof fields / sizeof *fields };

static int field_of(SEXP symbol) {
    for (int k = 0; k < FIELDS; k++) {
        if (!fields[k].symbol) fields[k].symbol = Rf_install(fields[k].name);
        if (fields[k].symbol == symbol) return k;
    }
    return FIELDS;
}

SEXP ffi_get(SEXP self, SEXP name) {
    SEXP symbol = Rf_installTrChar(STRING_ELT(name, 0));
    int field = field_of(symbol);
    if (field == FIELDS) {
        SEXP template = R_getVarEx(symbol, methods_table(), FALSE, NULL);
        if (template) return bound(template, self);
    }
    if (strcmp(CHAR(PRINTNAME(symbol)), "ptr") == 0) return self; /* of a tensor without values too */
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap_any(self, "x");
    SEXP value = R_NilValue;
    if (tensor && field < FIELDS)
        value = fields[field].read(self, tensor);
    else if (tensor)
        rl_fail("a tensor has no field or method `%s`", rb_text(PRINTNAME(symbol)));
    return rb_end(call, value);
}

static rl_status set_grad(rl_tensor *tensor, SEXP value) {
    rl_tensor *grad = Rf_isNull(value) ? NULL : rb_unwrap_any(value, "grad");
    if (rl_failing()) return RL_FAILED;
    if (grad && grad->storage && !rl_same_sizes(grad, tensor))
        return rl_fail("`grad` must have the tensor's shape %s; it has shape %s", rl_sizes_text(tensor->ndim, tensor->sizes),
                       rl_sizes_text(grad->ndim, grad->sizes));
    if (grad && grad->storage && grad->dtype != tensor->dtype)
        return rl_fail("`grad` must have the tensor's dtype %s; it is %s", rl_dtype_name((rl_dtype)tensor->dtype), rl_dtype_name((rl_dtype)grad->dtype));
    rl_autograd *autograd = rl_autograd_of(tensor);
    if (!autograd) return RL_FAILED;
    rl_tensor *before = autograd->grad;
    autograd->grad = grad && grad->storage ? rl_retain(grad) : NULL;
    rl_release(before);
    return RL_OK;
}

SEXP ffi_set(SEXP self, SEXP name, SEXP value) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "x");
    const char *field = rb_text(STRING_ELT(name, 0));
    int64_t flag;
    if (tensor && strcmp(field, "grad") == 0)
        set_grad(tensor, value);
    else if (tensor && strcmp(field, "requires_grad") == 0) {
        if (rb_flag(value, "requires_grad", &flag) == RL_OK) rl_set_requires_grad(tensor, (int)flag);
    } else if (tensor)
        rl_fail("the field `%s` of a tensor cannot be set; `grad` and `requires_grad` can", field);
    return rb_end(call, self);
}
