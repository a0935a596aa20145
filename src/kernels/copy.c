#include "copy.h"

#include <string.h>

#include "parallel.h"
#include "transpose.h"
#include "widths.h"

#define TO_BOOL(a) ((a) != 0)
#define AS_IS(a) (a)
#define HALF_IN(a) rl_half_to_float(a)
#define NARROW_IN(a) rl_bfloat16_to_float(a)
#define HALF_OUT(a) rl_float_to_half((float)(a))
#define NARROW_OUT(a) rl_float_to_bfloat16((float)(a))

/* A float beyond the integers' range has no defined conversion in C; it becomes the smallest integer, as the hardware has it. */
static inline int64_t to_int64(double value) { return value >= -9.2233720368547758e18 && value < 9.2233720368547758e18 ? (int64_t)value : INT64_MIN; }
#define TO_INT64(a) to_int64((double)(a))

#define CONVERSION(from, to, IN, OUT, read, write) CLONED_CONVERSION(, from, to, IN, OUT, read, write)

#define CLONED_CONVERSION(attributes, from, to, IN, OUT, read, write)                                                                       \
    attributes static void from##_to_##to(char *const *data, const int64_t *strides, int64_t n, const void *context) {                      \
        (void)context;                                                                                                                      \
        if (strides[0] == sizeof(OUT) && strides[1] == sizeof(IN)) {                                                                        \
            OUT *out = (OUT *)data[0];                                                                                                      \
            const IN *in = (const IN *)data[1];                                                                                             \
            RL_SIMD for (int64_t i = 0; i < n; i++) out[i] = (OUT)write(read(in[i]));                                                       \
        } else {                                                                                                                            \
            for (int64_t i = 0; i < n; i++) *(OUT *)(data[0] + i * strides[0]) = (OUT)write(read(*(const IN *)(data[1] + i * strides[1]))); \
        }                                                                                                                                   \
    }

#define NARROWING(from, to, IN, OUT, read, write)                                                                                  \
    static void from##_to_##to(char *const *data, const int64_t *strides, int64_t n, const void *context) {                        \
        (void)context;                                                                                                             \
        for (int64_t i = 0; i < n; i++) *(OUT *)(data[0] + i * strides[0]) = write(read(*(const IN *)(data[1] + i * strides[1]))); \
    }

#define FROM(from, IN, read, integer)                                   \
    CONVERSION(from, bool, IN, uint8_t, read, TO_BOOL)                  \
    CONVERSION(from, uint8, IN, uint8_t, read, integer)                 \
    CONVERSION(from, int8, IN, int8_t, read, integer)                   \
    CONVERSION(from, int16, IN, int16_t, read, integer)                 \
    CONVERSION(from, int32, IN, int32_t, read, integer)                 \
    CONVERSION(from, int64, IN, int64_t, read, integer)                 \
    CONVERSION(from, half, IN, rl_half, read, HALF_OUT)                 \
    NARROWING(from, bfloat16, IN, rl_bfloat16, read, NARROW_OUT)        \
    CLONED_CONVERSION(RL_CLONES, from, float, IN, float, read, AS_IS)   \
    CLONED_CONVERSION(RL_CLONES, from, double, IN, double, read, AS_IS) \
    static const rl_loop from_##from[RL_DTYPES] = {RL_ALL_DTYPES(RL_ROW, from##_to)};

FROM(bool, uint8_t, AS_IS, AS_IS)
FROM(uint8, uint8_t, AS_IS, AS_IS)
FROM(int8, int8_t, AS_IS, AS_IS)
FROM(int16, int16_t, AS_IS, AS_IS)
FROM(int32, int32_t, AS_IS, AS_IS)
FROM(int64, int64_t, AS_IS, AS_IS)
FROM(half, rl_half, HALF_IN, TO_INT64)
FROM(bfloat16, rl_bfloat16, NARROW_IN, TO_INT64)
FROM(float, float, AS_IS, TO_INT64)
FROM(double, double, AS_IS, TO_INT64)

static const rl_loop *const conversions[RL_DTYPES] = {RL_ALL_DTYPES(RL_ROW, from)};

/* The same dtype: only the width matters. */
#define MOVE(name, T)                                                                                                  \
    static void name(char *const *data, const int64_t *strides, int64_t n, const void *context) {                      \
        (void)context;                                                                                                 \
        if (strides[0] == sizeof(T) && strides[1] == sizeof(T)) {                                                      \
            memcpy(data[0], data[1], (size_t)n * sizeof(T));                                                           \
        } else if (strides[1] == 0) {                                                                                  \
            T value = *(const T *)data[1];                                                                             \
            for (int64_t i = 0; i < n; i++) *(T *)(data[0] + i * strides[0]) = value;                                  \
        } else {                                                                                                       \
            for (int64_t i = 0; i < n; i++) *(T *)(data[0] + i * strides[0]) = *(const T *)(data[1] + i * strides[1]); \
        }                                                                                                              \
    }

RL_FOR_WIDTHS(MOVE, move)

static int laid_out_alike(const rl_tensor *to, const rl_tensor *from) { return rl_is_contiguous(to) && rl_is_contiguous(from); }

void rl_copy_elements(rl_tensor *to, rl_tensor *from) {
    rl_loop convert = to->dtype == from->dtype ? NULL : conversions[from->dtype][to->dtype];
    if (to->ndim > 1 && to->numel > 1024 && !laid_out_alike(to, from) && rl_copy_transposed(to, from, convert)) return;
    rl_elementwise(2, (rl_tensor *[]){to, from}, convert ? convert : RL_OF_WIDTH(move, rl_dtype_size((rl_dtype)to->dtype)), NULL);
}

static int64_t element_at(const rl_tensor *t, int64_t position) {
    int64_t element = 0;
    for (int k = t->ndim - 1; k >= 0; k--) {
        element += position % t->sizes[k] * t->strides[k];
        position /= t->sizes[k];
    }
    return element;
}

rl_status rl_add_elements(rl_tensor *to, rl_tensor *from) {
    if (!rl_dtype_is_floating((rl_dtype)to->dtype)) return rl_fail_no_loop(rl_dtype_name((rl_dtype)to->dtype));
    for (int64_t i = 0; i < from->numel && !RL_GIVEN_UP_AT(i); i++) {
        if (to->dtype == RL_FLOAT)
            ((float *)rl_host_data(to))[element_at(to, i)] += ((const float *)rl_host_data(from))[element_at(from, i)];
        else
            ((double *)rl_host_data(to))[element_at(to, i)] += ((const double *)rl_host_data(from))[element_at(from, i)];
    }
    return RL_OK;
}

void rl_zero_triangle(rl_tensor *to, int64_t diagonal, int below) {
    size_t size = rl_dtype_size((rl_dtype)to->dtype);
    int64_t rows = to->sizes[to->ndim - 2], columns = to->sizes[to->ndim - 1];
    if (to->numel == 0) return;
    int64_t row_stride = to->strides[to->ndim - 2] * (int64_t)size, step = to->strides[to->ndim - 1] * (int64_t)size;
    for (int64_t matrix = 0; matrix < to->numel / (rows * columns); matrix++) {
        char *row = (char *)rl_host_data(to) + element_at(to, matrix * rows * columns) * (int64_t)size;
        for (int64_t i = 0; i < rows && !RL_GIVEN_UP_AT(i); i++, row += row_stride) {
            /* diagonal may be as large as it likes: i + diagonal is compared, not computed, beyond the matrix */
            int64_t border = diagonal < -i ? -1 : diagonal >= columns - i ? columns - 1 : i + diagonal;
            int64_t from = below ? 0 : border + 1, until = below ? (diagonal < -i ? 0 : diagonal >= columns - i ? columns : border) : columns;
            if (step == (int64_t)size && until > from)
                memset(row + from * step, 0, (size_t)(until - from) * size);
            else
                for (int64_t j = from; j < until; j++) memset(row + j * step, 0, size);
        }
    }
}

void rl_fill_elements(rl_tensor *to, rl_scalar value) {
    rl_scope scope = rl_scope_enter();
    rl_tensor *number = rl_tensor_scalar((rl_dtype)to->dtype, value);
    if (number) rl_copy_elements(to, number);
    rl_scope_leave(scope);
}
