#include "recurrent.h"

#include "loops.h"
#include "mathfn.h"
#include "parallel.h"
#include "template.h"

#define TEMPLATE "recurrent_template.h"
#define SIGMOID rl_sigmoidf
#define TANH rl_tanhf
#include "for_float.h"
#undef SIGMOID
#undef TANH
#define SIGMOID rl_sigmoid64
#define TANH rl_tanh64
#include "for_double.h"
#undef SIGMOID
#undef TANH
#undef TEMPLATE

/* How many elements are worth a second thread. */
enum { GRAIN = 1 << 12 };

typedef struct {
    rl_dtype dtype;
    int64_t size;
    const void *a, *b, *c, *d;
    void *x, *y, *z;
} task;

/* Calls name_float() or name_double() with the arguments of a task. */
#define ROWS(name, ...)                                                  \
    static void name##_rows(void *context, int64_t begin, int64_t end) { \
        const task *t = context;                                         \
        if (t->dtype == RL_FLOAT)                                        \
            name##_float(begin, end, t->size, __VA_ARGS__);              \
        else                                                             \
            name##_double(begin, end, t->size, __VA_ARGS__);             \
    }
ROWS(lstm, t->a, t->b, t->x, t->y)
ROWS(lstm_backward, t->a, t->b, t->c, t->d, t->x, t->y)
ROWS(gru, t->a, t->b, t->c, t->x)
ROWS(gru_backward, t->a, t->b, t->c, t->d, t->x, t->y, t->z)

static rl_status run(task t, int64_t n, void (*rows)(void *, int64_t, int64_t)) {
    rl_parallel(n, GRAIN / (t.size + 1) + 1, rows, &t);
    return rl_failing() ? RL_FAILED : RL_OK;
}

rl_status rl_lstm_rows(rl_dtype dtype, int64_t n, int64_t size, const void *gates, const void *cell, void *hidden, void *next) {
    return run((task){.dtype = dtype, .size = size, .a = gates, .b = cell, .x = hidden, .y = next}, n, lstm_rows);
}

rl_status rl_lstm_rows_backward(rl_dtype dtype, int64_t n, int64_t size, const void *by_hidden, const void *by_cell, const void *gates, const void *cell,
                                void *by_gates, void *by_old) {
    return run((task){dtype, size, by_hidden, by_cell, gates, cell, by_gates, by_old, NULL}, n, lstm_backward_rows);
}

rl_status rl_gru_rows(rl_dtype dtype, int64_t n, int64_t size, const void *from_input, const void *from_state, const void *state, void *next) {
    return run((task){.dtype = dtype, .size = size, .a = from_input, .b = from_state, .c = state, .x = next}, n, gru_rows);
}

rl_status rl_gru_rows_backward(rl_dtype dtype, int64_t n, int64_t size, const void *gradient, const void *from_input, const void *from_state, const void *state,
                               void *by_input, void *by_from_state, void *by_state) {
    return run((task){dtype, size, gradient, from_input, from_state, state, by_input, by_from_state, by_state}, n, gru_backward_rows);
}
