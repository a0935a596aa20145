/* How elementwise kernels are written and run.
 *
 * A loop does one row: n elements of each operand, strides in bytes, operand 0 being the output. rl_each() finds the rows of
 * operands of any shapes and strides. The macros make a loop of an expression, with the strides that matter (all dense, or one
 * operand a constant) apart, so that the compiler vectorises them. */
#ifndef RL_KERNELS_LOOPS_H
#define RL_KERNELS_LOOPS_H

#include "../tensor/tensor.h"

enum { RL_MAX_OPERANDS = 5 };

typedef void (*rl_loop)(char *const *data, const int64_t *strides, int64_t n, const void *context);

/* One loop for each dtype; NULL where there is none. */
typedef struct {
    rl_loop of[RL_DTYPES];
} rl_loops;

/* Runs the loop over operands[0]'s elements; the others broadcast to its shape. */
void rl_each(int n_operands, rl_tensor *const *operands, rl_loop loop, const void *context);

#ifdef RL_HAVE_TARGET_CLONES
#define RL_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define RL_CLONES
#endif

#ifdef _OPENMP
#define RL_SIMD _Pragma("omp simd")
#else
#define RL_SIMD
#endif

#define RL_UNARY_LOOP(name, attributes, IN, OUT, expression)                                                \
    attributes static void name(char *const *data, const int64_t *strides, int64_t n, const void *context) { \
        (void)context;                                                                                      \
        if (strides[0] == sizeof(OUT) && strides[1] == sizeof(IN)) {                                        \
            OUT *to = (OUT *)data[0];                                                                       \
            const IN *from = (const IN *)data[1];                                                           \
            RL_SIMD for (int64_t i = 0; i < n; i++) {                                                       \
                IN a = from[i];                                                                             \
                to[i] = (OUT)(expression);                                                                  \
            }                                                                                               \
            return;                                                                                         \
        }                                                                                                   \
        for (int64_t i = 0; i < n; i++) {                                                                   \
            IN a = *(const IN *)(data[1] + i * strides[1]);                                                 \
            *(OUT *)(data[0] + i * strides[0]) = (OUT)(expression);                                         \
        }                                                                                                   \
    }

#define RL_BINARY_LOOP(name, attributes, IN, OUT, expression)                                               \
    attributes static void name(char *const *data, const int64_t *strides, int64_t n, const void *context) { \
        (void)context;                                                                                      \
        OUT *to = (OUT *)data[0];                                                                           \
        const IN *p = (const IN *)data[1], *q = (const IN *)data[2];                                        \
        if (strides[0] == sizeof(OUT) && strides[1] == sizeof(IN) && strides[2] == sizeof(IN)) {            \
            RL_SIMD for (int64_t i = 0; i < n; i++) {                                                       \
                IN a = p[i], b = q[i];                                                                      \
                to[i] = (OUT)(expression);                                                                  \
            }                                                                                               \
        } else if (strides[0] == sizeof(OUT) && strides[1] == sizeof(IN) && strides[2] == 0) {              \
            IN b = *q;                                                                                      \
            RL_SIMD for (int64_t i = 0; i < n; i++) {                                                       \
                IN a = p[i];                                                                                \
                to[i] = (OUT)(expression);                                                                  \
            }                                                                                               \
        } else if (strides[0] == sizeof(OUT) && strides[1] == 0 && strides[2] == sizeof(IN)) {              \
            IN a = *p;                                                                                      \
            RL_SIMD for (int64_t i = 0; i < n; i++) {                                                       \
                IN b = q[i];                                                                                \
                to[i] = (OUT)(expression);                                                                  \
            }                                                                                               \
        } else {                                                                                            \
            for (int64_t i = 0; i < n; i++) {                                                               \
                IN a = *(const IN *)(data[1] + i * strides[1]), b = *(const IN *)(data[2] + i * strides[2]); \
                *(OUT *)(data[0] + i * strides[0]) = (OUT)(expression);                                     \
            }                                                                                               \
        }                                                                                                   \
    }

#endif
