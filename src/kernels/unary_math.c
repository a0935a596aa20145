#include "mathfn.h"

#include "unary.h"

/* Functions of floating numbers of the element a. VECTOR: `f` and `d` are ours; HALF_VECTOR: only `f` is; LIBRARY: neither. */
#define VECTOR(name, f, d)                                     \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, d) \
    RL_FLOATING_LOOPS(name)
#define HALF_VECTOR(name, f, d)                             \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f) \
    RL_UNARY_ROW(name##_double, double, double, , d)        \
    RL_FLOATING_LOOPS(name)
#define LIBRARY(name, f, d)                          \
    RL_UNARY_ROW(name##_float, float, float, , f)    \
    RL_UNARY_ROW(name##_double, double, double, , d) \
    RL_FLOATING_LOOPS(name)

VECTOR(exp, rl_expf(a), rl_exp64(a))
VECTOR(log, rl_logf(a), rl_log64(a))
VECTOR(tanh, rl_tanhf(a), rl_tanh64(a))
VECTOR(sigmoid, rl_sigmoidf(a), rl_sigmoid64(a))
HALF_VECTOR(exp2, rl_exp2f(a), exp2(a))
HALF_VECTOR(expm1, rl_expm1f(a), expm1(a))
HALF_VECTOR(log2, rl_log2f(a), log2(a))
HALF_VECTOR(log10, rl_log10f(a), log10(a))
HALF_VECTOR(log1p, rl_log1pf(a), log1p(a))
HALF_VECTOR(erf, rl_erff(a), erf(a))
HALF_VECTOR(erfc, rl_erfcf(a), erfc(a))
LIBRARY(asin, asinf(a), asin(a))
LIBRARY(acos, acosf(a), acos(a))
LIBRARY(atan, atanf(a), atan(a))
LIBRARY(sinh, sinhf(a), sinh(a))
LIBRARY(cosh, coshf(a), cosh(a))
LIBRARY(asinh, asinhf(a), asinh(a))
LIBRARY(acosh, acoshf(a), acosh(a))
LIBRARY(atanh, atanhf(a), atanh(a))
HALF_VECTOR(logit, (float)rl_log64((double)a / (1 - (double)a)), log(a / (1 - a)))

LIBRARY(sinc, a == 0 ? 1 : sinf((float)RL_PI * a) / ((float)RL_PI * a), a == 0 ? 1 : sin(RL_PI * a) / (RL_PI * a))

/* Our sine holds for |a| below RL_FAR; a block in which one is beyond goes element by element. What an element becomes does not
 * depend on its neighbours. */
enum { BLOCK = 512 };

#define CIRCULAR(name, f, d)                                                                                                                                  \
    static inline float name##_anywhere(float a) { return fabsf(a) >= RL_FAR ? f(a) : rl_near_##f(a); }                                                       \
    RL_CLONES static void name##_block(float *to, const float *from, int n) {                                                                                 \
        int far = 0;                                                                                                                                          \
        RL_SIMD_ANY(far) for (int i = 0; i < n; i++) far |= fabsf(from[i]) >= RL_FAR;                                                                         \
        if (far)                                                                                                                                              \
            for (int i = 0; i < n; i++) to[i] = name##_anywhere(from[i]);                                                                                     \
        else                                                                                                                                                  \
            RL_SIMD for (int i = 0; i < n; i++) to[i] = rl_near_##f(from[i]);                                                                                 \
    }                                                                                                                                                         \
    static void name##_float(RL_LOOP_PARAMETERS) {                                                                                                            \
        (void)context;                                                                                                                                        \
        int dense = strides[0] == sizeof(float) && strides[1] == sizeof(float);                                                                               \
        for (int64_t i = 0; i < n && dense; i += BLOCK) name##_block((float *)data[0] + i, (const float *)data[1] + i, (int)(n - i < BLOCK ? n - i : BLOCK)); \
        for (int64_t i = 0; i < n && !dense; i++) *(float *)(data[0] + i * strides[0]) = name##_anywhere(RL_AT(float, 1));                                    \
    }                                                                                                                                                         \
    RL_UNARY_ROW(name##_double, double, double, , d)                                                                                                          \
    RL_FLOATING_LOOPS(name)

CIRCULAR(sin, sinf, sin(a))
CIRCULAR(cos, cosf, cos(a))
CIRCULAR(tan, tanf, tan(a))
