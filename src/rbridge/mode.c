/* Modes that hold for the evaluation of an expression. The switch and its undoing are C code, where R takes no interrupts: no mode
 * outlives its expression. */
#include "../transforms/autograd/engine.h"
#include "../kernels/random.h"
#include "entries.h"

/* withVisible(code) in the frame of the R function. */
static SEXP evaluate_code(void *frame) {
    SEXP call = PROTECT(Rf_lang2(Rf_install("withVisible"), Rf_install("code")));
    SEXP value = Rf_eval(call, frame);
    UNPROTECT(1);
    return value;
}

static int set_anomaly_mode(int enabled) {
    int before = rl_detect_anomaly;
    rl_detect_anomaly = enabled;
    return before;
}

typedef struct {
    int (*set)(int);
    int before;
} mode;

static void put_back_mode(void *data) {
    const mode *m = data;
    m->set(m->before);
}

static SEXP with_mode(int (*set)(int), int wanted, SEXP frame) {
    mode m = {set, set(wanted)};
    return R_ExecWithCleanup(evaluate_code, frame, put_back_mode, &m);
}

SEXP ffi_with_grad_mode(SEXP call, SEXP op, SEXP arguments, SEXP frame) {
    (void)call, (void)op;
    return with_mode(rl_set_grad_enabled, Rf_asLogical(CADR(arguments)) == TRUE, frame);
}

SEXP ffi_with_anomaly_mode(SEXP call, SEXP op, SEXP arguments, SEXP frame) {
    (void)call, (void)op;
    return with_mode(set_anomaly_mode, Rf_asLogical(CADR(arguments)) == TRUE, frame);
}

static void put_back_generator(void *before) { rl_generator_copy(rl_default_generator(), before); }

SEXP ffi_with_seed(SEXP call, SEXP op, SEXP arguments, SEXP frame) {
    (void)call, (void)op;
    rl_generator before = *rl_default_generator();
    ffi_seed(CADR(arguments), R_NilValue);
    return R_ExecWithCleanup(evaluate_code, frame, put_back_generator, &before);
}
