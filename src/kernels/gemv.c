#include "gemv.h"

#include <string.h>

#include "loops.h"
#include "parallel.h"
#include "template.h"

/* Borders of work depend on the shape alone: Note [Pieces] in gemm.h. */
enum { ROWS = 64, CHUNK = 4096, STRIPE = 1024, GRAIN = 1 << 15 };

typedef struct {
    int64_t m, k, a_row, a_col, y_step, chunks;
    double alpha, beta;
    const char *a, *x;
    char *y, *partial;
} vector_product;

/* They need not lie where a vector should. */
typedef float vector_float __attribute__((vector_size(32), aligned(4), may_alias));
typedef double vector_double __attribute__((vector_size(32), aligned(8), may_alias));
#define SUM_float(v) (((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7])))
#define SUM_double(v) ((v[0] + v[1]) + (v[2] + v[3]))

#define TEMPLATE "gemv_template.h"
#include "for_floating.h"
#undef TEMPLATE

rl_status rl_multiply_vector(rl_dtype dtype, int64_t m, int64_t k, rl_scalar alpha, const void *a, int64_t a_row, int64_t a_col, const void *x, int64_t x_step,
                             rl_scalar beta, void *y, int64_t y_step) {
    vector_product p = {
        .m = m, .k = k, .a_row = a_row, .a_col = a_col, .y_step = y_step, .alpha = alpha.as_double, .beta = beta.as_double, .a = a, .x = x, .y = y};
    rl_scope scope = rl_scope_enter();
    rl_status status = dtype == RL_FLOAT ? multiply_float(&p, x_step) : multiply_double(&p, x_step);
    rl_scope_leave(scope);
    return status;
}
