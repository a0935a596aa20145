/* How elementwise kernels are written and run.
 *
 * A loop does one row: n elements of each operand, strides in bytes, operand 0 being the output. rl_elementwise() finds the rows of
 * operands of any shapes and strides. The macros make a loop of an expression, with the strides that matter (all dense, or one
 * operand a constant) apart, so that the compiler vectorises them. The ..._WITH forms take declarations to stand before the
 * loop; NUMBER(k) in them is the k-th number of the context. The ..._ROW forms are short: one loop for any strides. */
#ifndef RL_KERNELS_LOOPS_H
#define RL_KERNELS_LOOPS_H

#include "../tensor/tensor.h"

enum { RL_MAX_OPERANDS = 5 };

typedef void (*rl_loop)(char *const *data, const int64_t *strides, int64_t n, const void *context);

/* One loop for each dtype; NULL where there is none, which is a failure of whoever runs it. */
typedef struct {
    rl_loop of[RL_DTYPES];
} rl_loops;

/* Runs the loop over operands[0]'s elements; the others broadcast to its shape. */
rl_status rl_elementwise(int n_operands, rl_tensor *const *operands, rl_loop loop, const void *context);

#ifdef RL_HAVE_TARGET_CLONES
#define RL_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define RL_CLONES
#endif

#if defined(_OPENMP) || defined(RL_HAVE_OPENMP_SIMD)
#define RL_PRAGMA(text) _Pragma(#text)
#ifdef __clang__ /* vectorises these unasked, and warns of each that it cannot */
#define RL_SIMD
#else
#define RL_SIMD _Pragma("omp simd")
#endif
#define RL_SIMD_SUM(...) RL_PRAGMA(omp simd reduction(+ : __VA_ARGS__)) /* the sums may be added in any order */
#define RL_SIMD_ANY(...) RL_PRAGMA(omp simd reduction(| : __VA_ARGS__))
#else
#define RL_SIMD
#define RL_SIMD_SUM(...)
#define RL_SIMD_ANY(...)
#endif

#define NUMBER(k) (((const rl_scalar *)context)[k])
#define RL_LOOP_PARAMETERS char *const *data, const int64_t *strides, int64_t n, const void *context
#define RL_AT(T, k) (*(const T *)(data[k] + i * strides[k]))

/* The loops are made of this: for each i, to = expression, of a, b and c as they are declared. */
#define RL_EACH(OUT, to, declared, expression) \
    for (int64_t i = 0; i < n; i++) {          \
        declared;                              \
        to = (OUT)(expression);                \
    }
#define RL_OUT_AT(OUT) *(OUT *)(data[0] + i * strides[0])
#define RL_DENSE(T, k) (strides[k] == sizeof(T))

#define RL_UNARY_LOOP(name, attributes, IN, OUT, expression) RL_UNARY_LOOP_WITH(name, attributes, IN, OUT, , expression)

#define RL_UNARY_LOOP_WITH(name, attributes, IN, OUT, prepare, expression) \
    attributes static void name(RL_LOOP_PARAMETERS) {                      \
        (void)context;                                                     \
        prepare;                                                           \
        if (RL_DENSE(OUT, 0) && RL_DENSE(IN, 1)) {                         \
            OUT *to = (OUT *)data[0];                                      \
            const IN *from = (const IN *)data[1];                          \
            RL_SIMD RL_EACH(OUT, to[i], IN a = from[i], expression);       \
            return;                                                        \
        }                                                                  \
        RL_EACH(OUT, RL_OUT_AT(OUT), IN a = RL_AT(IN, 1), expression);     \
    }

#define RL_UNARY_ROW(name, IN, OUT, prepare, expression)               \
    static void name(RL_LOOP_PARAMETERS) {                             \
        (void)context;                                                 \
        prepare;                                                       \
        RL_EACH(OUT, RL_OUT_AT(OUT), IN a = RL_AT(IN, 1), expression); \
    }

#define RL_BINARY_LOOP(name, attributes, IN, OUT, expression) RL_BINARY_LOOP_WITH(name, attributes, IN, OUT, , expression)

#define RL_BINARY_LOOP_WITH(name, attributes, IN, OUT, prepare, expression)                     \
    attributes static void name(RL_LOOP_PARAMETERS) {                                           \
        (void)context;                                                                          \
        prepare;                                                                                \
        OUT *to = (OUT *)data[0];                                                               \
        const IN *p = (const IN *)data[1], *q = (const IN *)data[2];                            \
        if (RL_DENSE(OUT, 0) && RL_DENSE(IN, 1) && RL_DENSE(IN, 2)) {                           \
            RL_SIMD RL_EACH(OUT, to[i], IN a = p[i]; IN b = q[i], expression);                  \
        } else if (RL_DENSE(OUT, 0) && RL_DENSE(IN, 1) && strides[2] == 0) {                    \
            IN b = *q;                                                                          \
            RL_SIMD RL_EACH(OUT, to[i], IN a = p[i], expression);                               \
        } else if (RL_DENSE(OUT, 0) && strides[1] == 0 && RL_DENSE(IN, 2)) {                    \
            IN a = *p;                                                                          \
            RL_SIMD RL_EACH(OUT, to[i], IN b = q[i], expression);                               \
        } else {                                                                                \
            RL_EACH(OUT, RL_OUT_AT(OUT), IN a = RL_AT(IN, 1); IN b = RL_AT(IN, 2), expression); \
        }                                                                                       \
    }

#define RL_BINARY_ROW(name, IN, OUT, prepare, expression)                                   \
    static void name(RL_LOOP_PARAMETERS) {                                                  \
        (void)context;                                                                      \
        prepare;                                                                            \
        RL_EACH(OUT, RL_OUT_AT(OUT), IN a = RL_AT(IN, 1); IN b = RL_AT(IN, 2), expression); \
    }

#define RL_TERNARY_LOOP(name, attributes, A, B, OUT, prepare, expression)                                      \
    attributes static void name(RL_LOOP_PARAMETERS) {                                                          \
        (void)context;                                                                                         \
        prepare;                                                                                               \
        OUT *to = (OUT *)data[0];                                                                              \
        const A *p = (const A *)data[1];                                                                       \
        const B *q = (const B *)data[2], *r = (const B *)data[3];                                              \
        int dense = RL_DENSE(OUT, 0) && RL_DENSE(A, 1) && RL_DENSE(B, 2);                                      \
        if (dense && RL_DENSE(B, 3)) {                                                                         \
            RL_SIMD RL_EACH(OUT, to[i], A a = p[i]; B b = q[i]; B c = r[i], expression);                       \
        } else if (dense && strides[3] == 0) {                                                                 \
            B c = *r;                                                                                          \
            RL_SIMD RL_EACH(OUT, to[i], A a = p[i]; B b = q[i], expression);                                   \
        } else {                                                                                               \
            RL_EACH(OUT, RL_OUT_AT(OUT), A a = RL_AT(A, 1); B b = RL_AT(B, 2); B c = RL_AT(B, 3), expression); \
        }                                                                                                      \
    }

/* Rows of tables by dtype: [RL_UINT8] = name_uint8, ... A function that is missing does not compile. */
#define RL_INTEGER_ROWS(name) RL_INTEGER_DTYPES(RL_ROW, name)
#define RL_FLOATING_ROWS(name) RL_FLOATING_DTYPES(RL_ROW, name)

/* The table of loops named after an op. */
#define RL_LOOPS(name, ...) const rl_loops rl_##name##_loops = {.of = {__VA_ARGS__}};
#define RL_FLOATING_LOOPS(name) RL_LOOPS(name, RL_FLOATING_ROWS(name))
#define RL_INTEGER_LOOPS(name) RL_LOOPS(name, [RL_BOOL] = name##_bool, RL_INTEGER_ROWS(name))
#define RL_NUMERIC_LOOPS(name) RL_LOOPS(name, RL_INTEGER_ROWS(name) RL_FLOATING_ROWS(name))
#define RL_ALL_LOOPS(name) RL_LOOPS(name, [RL_BOOL] = name##_bool, RL_INTEGER_ROWS(name) RL_FLOATING_ROWS(name))

/* make(suffix, T, U, ...) for each dtype of integers, which wrap around: computed as U, which C lets wrap. */
#define RL_FOR_INTEGERS(make, ...) RL_INTEGER_DTYPES(RL_MAKE_OF_ROW, (make, __VA_ARGS__))
#define RL_MAKE_OF_ROW(arguments, code, suffix, type, wrapping, ...) RL_MAKE(suffix, type, wrapping, RL_WITHOUT_PARENTHESES arguments)
#define RL_MAKE(...) RL_MAKE_AS_WRITTEN(__VA_ARGS__)
#define RL_MAKE_AS_WRITTEN(suffix, T, U, make, ...) make(suffix, T, U, __VA_ARGS__)
#define RL_WITHOUT_PARENTHESES(...) __VA_ARGS__

#endif
