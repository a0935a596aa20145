#include "optimizer.h"

#include <math.h>
#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/template.h"

/* ---- the numbers of the formulas ---- */

enum { RATE, DECAY, SHRINK };
enum { MOMENTUM = 3, DAMPED, AHEAD, PULL };
enum { BETA1 = 3, BETA2, EPS, CORRECTION };
enum { ALPHA = 7 };
enum { AVERAGING = 3 };
enum { GROWTH = 3, LEAST, LARGEST };

/* lr, weight_decay, momentum, dampening, nesterov */
static void sgd_numbers(const double *s, double step, double *k) {
    k[RATE] = s[0];
    k[DECAY] = s[1];
    k[MOMENTUM] = s[2];
    k[DAMPED] = step == 1 ? 1 : 1 - s[3]; /* the first gradient counts in full */
    k[AHEAD] = s[4] != 0;
    k[PULL] = s[4] != 0 ? s[2] : 1;
}

/* lr, weight_decay, beta1, beta2, eps, and whether the decay is apart from the gradient, as in AdamW */
static void adam_numbers(const double *s, double step, double *k) {
    k[RATE] = s[0] / (1 - pow(s[2], step));
    k[DECAY] = s[5] != 0 ? 0 : s[1];
    k[SHRINK] = s[5] != 0 ? 1 - s[0] * s[1] : 1;
    k[BETA1] = s[2];
    k[BETA2] = s[3];
    k[EPS] = s[4];
    k[CORRECTION] = 1 / sqrt(1 - pow(s[3], step));
}

/* lr, weight_decay, alpha, eps, momentum */
static void rmsprop_numbers(const double *s, double step, double *k) {
    (void)step;
    k[RATE] = s[0];
    k[DECAY] = s[1];
    k[ALPHA] = s[2];
    k[EPS] = s[3];
    k[MOMENTUM] = s[4];
}

/* lr, weight_decay, lr_decay, eps */
static void adagrad_numbers(const double *s, double step, double *k) {
    k[RATE] = s[0] / (1 + (step - 1) * s[2]);
    k[DECAY] = s[1];
    k[EPS] = s[3];
}

/* lr, weight_decay, rho, eps */
static void adadelta_numbers(const double *s, double step, double *k) {
    (void)step;
    k[RATE] = s[0];
    k[DECAY] = s[1];
    k[ALPHA] = s[2];
    k[EPS] = s[3];
}

/* lr, weight_decay, lambda, alpha, t0 */
static void asgd_numbers(const double *s, double step, double *k) {
    double rate = s[0] / pow(1 + s[2] * s[0] * (step - 1), s[3]);
    double since = step - 1 - s[4];
    k[RATE] = rate;
    k[DECAY] = s[1];
    k[SHRINK] = 1 - s[2] * rate;
    k[AVERAGING] = since > 1 ? 1 / since : 1;
}

/* etaminus, etaplus, least step, largest step */
static void rprop_numbers(const double *s, double step, double *k) {
    (void)step;
    k[SHRINK] = s[0];
    k[GROWTH] = s[1];
    k[LEAST] = s[2];
    k[LARGEST] = s[3];
}

/* ---- the loops ---- */

#define root_float sqrtf
#define root_double sqrt
#define TEMPLATE "../optim/formula_template.h"
#include "../kernels/for_floating.h"
#undef TEMPLATE

#define TEMPLATE "../optim/loop_template.h"

#define N_OPERANDS 2
#define MEMORY(a, b, c)
#define NAME sgd
#include "../kernels/for_floating.h"
#undef NAME
#undef MEMORY
#undef N_OPERANDS

#define N_OPERANDS 3
#define MEMORY(a, b, c) a,
#define NAME sgd_momentum
#include "../kernels/for_floating.h"
#undef NAME
#define NAME rmsprop
#include "../kernels/for_floating.h"
#undef NAME
#define NAME adagrad
#include "../kernels/for_floating.h"
#undef NAME
#define NAME asgd
#include "../kernels/for_floating.h"
#undef NAME
#undef MEMORY
#undef N_OPERANDS

#define N_OPERANDS 4
#define MEMORY(a, b, c) a, b,
#define NAME adam
#include "../kernels/for_floating.h"
#undef NAME
#define NAME rmsprop_momentum
#include "../kernels/for_floating.h"
#undef NAME
#define NAME rmsprop_centered
#include "../kernels/for_floating.h"
#undef NAME
#define NAME adadelta
#include "../kernels/for_floating.h"
#undef NAME
#define NAME rprop
#include "../kernels/for_floating.h"
#undef NAME
#undef MEMORY
#undef N_OPERANDS

#define N_OPERANDS 5
#define MEMORY(a, b, c) a, b, c,
#define NAME amsgrad
#include "../kernels/for_floating.h"
#undef NAME
#define NAME rmsprop_centered_momentum
#include "../kernels/for_floating.h"
#undef NAME
#undef MEMORY
#undef N_OPERANDS

/* ---- the table ---- */

#define OPTIMIZER(name, n_settings, n_memory, numbers) \
    {                                                  \
#name, n_settings, n_memory, numbers, {        \
            .of = { RL_FLOATING_ROWS(name##_loop) }    \
        }                                              \
    }

static const rl_optimizer optimizers[] = {
    OPTIMIZER(sgd, 5, 0, sgd_numbers),
    OPTIMIZER(sgd_momentum, 5, 1, sgd_numbers),
    OPTIMIZER(adam, 6, 2, adam_numbers),
    OPTIMIZER(amsgrad, 6, 3, adam_numbers),
    OPTIMIZER(rmsprop, 5, 1, rmsprop_numbers),
    OPTIMIZER(rmsprop_momentum, 5, 2, rmsprop_numbers),
    OPTIMIZER(rmsprop_centered, 5, 2, rmsprop_numbers),
    OPTIMIZER(rmsprop_centered_momentum, 5, 3, rmsprop_numbers),
    OPTIMIZER(adagrad, 4, 1, adagrad_numbers),
    OPTIMIZER(adadelta, 4, 2, adadelta_numbers),
    OPTIMIZER(asgd, 5, 1, asgd_numbers),
    OPTIMIZER(rprop, 4, 2, rprop_numbers),
};

const rl_optimizer *rl_optimizer_named(const char *name) {
    for (size_t k = 0; k < sizeof optimizers / sizeof *optimizers; k++)
        if (strcmp(optimizers[k].name, name) == 0) return &optimizers[k];
    return NULL;
}

static int fits(const rl_tensor *parameter, const rl_tensor *other) {
    return other->storage && rl_same_sizes(parameter, other) && other->dtype == parameter->dtype;
}

/* As the formula computes it: half and bfloat16 in float. */
static rl_tensor *computed(rl_tensor *x) {
    rl_dtype dtype = rl_computed_in((rl_dtype)x->dtype);
    if (dtype == (rl_dtype)x->dtype) return x;
    rl_tensor *wide = rl_tensor_new(dtype, x->ndim, x->sizes);
    if (wide) rl_copy_elements(wide, x);
    return wide;
}

rl_status rl_optimizer_step(const rl_optimizer *optimizer, const double *settings, double step, rl_tensor *parameter, rl_tensor *gradient,
                            rl_tensor *const *memory) {
    rl_tensor *given[RL_MAX_OPERANDS] = {parameter, gradient}, *operands[RL_MAX_OPERANDS];
    const int n = 2 + optimizer->n_memory;
    for (int k = 0; k < optimizer->n_memory; k++) given[2 + k] = memory[k];
    for (int k = 1; k < n; k++)
        if (!fits(parameter, given[k]))
            return rl_fail("%s of a parameter has not its shape and dtype, %s and %s", k == 1 ? "the gradient" : "the state",
                           rl_sizes_text(parameter->ndim, parameter->sizes), rl_dtype_name((rl_dtype)parameter->dtype));
    for (int k = 0; k < n; k++) {
        if (k != 1 && rl_overlaps_itself(given[k])) return rl_fail("a parameter that is expanded cannot be changed in place");
        if (!(operands[k] = computed(given[k]))) return RL_FAILED;
    }
    double numbers[RL_MAX_NUMBERS] = {0};
    optimizer->numbers(settings, step, numbers);
    RL_TRY(rl_elementwise(n, operands, optimizer->loops.of[operands[0]->dtype], numbers));
    for (int k = 0; k < n; k++) {
        if (operands[k] != given[k] && k != 1) rl_copy_elements(given[k], operands[k]);
        if (k != 1) given[k]->storage->version++;
    }
    return RL_OK;
}
