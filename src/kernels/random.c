#include "random.h"

#include <math.h>

#include "loops.h"
#include "parallel.h"

enum { BATCH = 1024, BLOCK = 16 }; /* elements made at once; normal numbers are made in blocks, as PyTorch does */

static const double two_pi = 6.283185307179586476925;

/* ---- uniform ---- */

_Static_assert(RL_COUNT_DTYPES(RL_NARROW_DTYPES) == 2, "what is not a float or a double is taken for half or bfloat16 here");

/* The low bits of a word that a dtype's precision has room for. */
#define UNIFORM_NARROW(name, digits)                                                                                               \
    RL_CLONES static void name(const uint32_t *words, float *out, int64_t n, float low, float width) {                             \
        const float unit = 1.0f / (float)(1 << (digits));                                                                          \
        RL_SIMD for (int64_t i = 0; i < n; i++) out[i] = (float)(int32_t)(words[i] & ((1u << (digits)) - 1)) * unit * width + low; \
    }
UNIFORM_NARROW(uniform_half, 11)
UNIFORM_NARROW(uniform_bfloat16, 8)
UNIFORM_NARROW(uniform_float, 24)

RL_CLONES static void uniform_double(const uint32_t *words, double *out, int64_t n, double low, double width) {
    RL_SIMD for (int64_t i = 0; i < n; i++) {
        double high = (double)(int32_t)(words[2 * i] & 0x1fffff), rest = (double)(int32_t)(words[2 * i + 1] ^ 0x80000000u) + 0x1p31;
        out[i] = (high * 0x1p32 + rest) * 0x1p-53 * width + low;
    }
}

static void draw_doubles(rl_generator *generator, double *out, int64_t n, double low, double width) {
    uint32_t words[2 * BATCH];
    rl_generator_draw(generator, words, 2 * n);
    uniform_double(words, out, n, low, width);
}

static void draw_floats(rl_generator *generator, rl_dtype dtype, float *out, int64_t n, float low, float width) {
    uint32_t words[BATCH];
    rl_generator_draw(generator, words, n);
    (dtype == RL_FLOAT ? uniform_float : dtype == RL_HALF ? uniform_half : uniform_bfloat16)(words, out, n, low, width);
}

static float to_half_and_back(float value) { return rl_half_to_float(rl_float_to_half(value)); }
static float to_bfloat16_and_back(float value) { return rl_bfloat16_to_float(rl_float_to_bfloat16(value)); }
static float rounded(rl_dtype dtype, float value) {
    return dtype == RL_HALF ? to_half_and_back(value) : dtype == RL_BFLOAT16 ? to_bfloat16_and_back(value) : value;
}

static void store_floats(rl_dtype dtype, void *to, int64_t at, const float *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (dtype == RL_HALF)
            ((rl_half *)to)[at + i] = rl_float_to_half(values[i]);
        else
            ((rl_bfloat16 *)to)[at + i] = rl_float_to_bfloat16(values[i]);
    }
}

static void fill_uniform(rl_generator *generator, rl_dtype dtype, void *to, int64_t n, double from, double end) {
    float narrow[BATCH], low = rounded(dtype, (float)from), width = rounded(dtype, rounded(dtype, (float)end) - low);
    for (int64_t at = 0; at < n && !RL_GIVEN_UP_AT(at + BATCH - 1); at += BATCH) {
        int64_t some = n - at < BATCH ? n - at : BATCH;
        if (dtype == RL_DOUBLE)
            draw_doubles(generator, (double *)to + at, some, from, end - from);
        else if (dtype == RL_FLOAT)
            draw_floats(generator, dtype, (float *)to + at, some, low, width);
        else {
            draw_floats(generator, dtype, narrow, some, low, width);
            store_floats(dtype, to, at, narrow, some);
        }
    }
}

/* ---- normal, in blocks: eight pairs of uniform numbers, made normal by the method of Box and Muller ---- */

/* Of 2^-24 to 1. */
static inline float natural_log(float x) {
    union {
        float value;
        int32_t bits;
    } u = {x};
    int32_t exponent = (u.bits - 0x3f3504f3) >> 23;
    u.bits -= exponent * (1 << 23);
    float f = u.value - 1, e = (float)exponent, z = f * f, y = 7.0376836292e-2f;
    y = y * f - 1.1514610310e-1f;
    y = y * f + 1.1676998740e-1f;
    y = y * f - 1.2420140846e-1f;
    y = y * f + 1.4249322787e-1f;
    y = y * f - 1.6668057665e-1f;
    y = y * f + 2.0000714765e-1f;
    y = y * f - 2.4999993993e-1f;
    y = y * f + 3.3333331174e-1f;
    y = y * f * z + e * -2.12194440e-4f - 0.5f * z;
    return f + y + e * 0.693359375f;
}

/* Of 0 to 2 pi: the octant j says which polynomial gives which, and with what sign. */
static inline void sine_cosine(float x, float *sine, float *cosine) {
    int32_t j = ((int32_t)(x * 1.27323954473516f) + 1) & ~1;
    float y = (float)j;
    x = x + y * -0.78515625f;
    x = x + y * -2.4187564849853515625e-4f;
    x = x + y * -3.77489497744594108e-8f;
    float z = x * x;
    float c = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1;
    float s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * x + x;
    float sin_of = j & 2 ? c : s, cos_of = j & 2 ? s : c;
    *sine = j & 4 ? -sin_of : sin_of;
    *cosine = (j + 2) & 4 ? -cos_of : cos_of;
}

RL_CLONES static void make_normal_float(float *x, int64_t blocks, float mean, float deviation) {
    for (int64_t block = 0; block < blocks; block++, x += BLOCK) {
        RL_SIMD for (int j = 0; j < BLOCK / 2; j++) {
            float radius = sqrtf(-2.0f * natural_log(1.0f - x[j])), sine, cosine;
            sine_cosine((float)two_pi * x[j + BLOCK / 2], &sine, &cosine);
            x[j] = radius * cosine * deviation + mean;
            x[j + BLOCK / 2] = radius * sine * deviation + mean;
        }
    }
}

static void make_normal_double(double *x, int64_t blocks, double mean, double deviation) {
    for (int64_t block = 0; block < blocks; block++, x += BLOCK) {
        for (int j = 0; j < BLOCK / 2; j++) {
            double radius = sqrt(-2 * log(1 - x[j])), theta = two_pi * x[j + BLOCK / 2];
            x[j] = radius * cos(theta) * deviation + mean;
            x[j + BLOCK / 2] = radius * sin(theta) * deviation + mean;
        }
    }
}

/* bfloat16 rounds after every step, half only what is kept. */
static float stepwise(rl_dtype dtype, float value) { return dtype == RL_BFLOAT16 ? to_bfloat16_and_back(value) : value; }

static void make_normal_narrow(rl_dtype dtype, float *x, int64_t blocks, double mean, double deviation) {
    float m = rounded(dtype, (float)mean), d = rounded(dtype, (float)deviation);
    for (int64_t block = 0; block < blocks; block++, x += BLOCK) {
        for (int j = 0; j < BLOCK / 2; j++) {
            float logarithm = stepwise(dtype, logf(rounded(dtype, 1 - x[j])));
            float radius = rounded(dtype, sqrtf(-2 * logarithm)), theta = rounded(dtype, (float)(two_pi * x[j + BLOCK / 2]));
            float pair[2] = {stepwise(dtype, cosf(theta)), stepwise(dtype, sinf(theta))};
            for (int k = 0; k < 2; k++) x[j + k * BLOCK / 2] = rounded(dtype, stepwise(dtype, stepwise(dtype, radius * pair[k]) * d) + m);
        }
    }
}

static void normal_batch(rl_generator *generator, rl_dtype dtype, void *to, int64_t at, int64_t n, double mean, double deviation) {
    float narrow[BATCH];
    if (dtype == RL_DOUBLE) {
        draw_doubles(generator, (double *)to + at, n, 0, 1);
        make_normal_double((double *)to + at, n / BLOCK, mean, deviation);
    } else if (dtype == RL_FLOAT) {
        draw_floats(generator, dtype, (float *)to + at, n, 0, 1);
        make_normal_float((float *)to + at, n / BLOCK, (float)mean, (float)deviation);
    } else {
        draw_floats(generator, dtype, narrow, n, 0, 1);
        make_normal_narrow(dtype, narrow, n / BLOCK, mean, deviation);
        store_floats(dtype, to, at, narrow, n);
    }
}

/* If blocks do not fill it, the last sixteen are made once more, of new words. */
static void fill_normal(rl_generator *generator, rl_dtype dtype, void *to, int64_t n, double mean, double deviation) {
    for (int64_t at = 0; at < n && !RL_GIVEN_UP_AT(at + BATCH - 1); at += BATCH)
        normal_batch(generator, dtype, to, at, n - at < BATCH ? n - at : BATCH, mean, deviation);
    if (n % BLOCK) normal_batch(generator, dtype, to, n - BLOCK, BLOCK, mean, deviation);
}

double rl_random_normal(rl_generator *generator, double mean, double deviation) {
    if (generator->has_spare) {
        generator->has_spare = 0;
        return generator->spare * deviation + mean;
    }
    double u1 = rl_random_uniform(generator), u2 = rl_random_uniform(generator), radius = sqrt(-2 * log(1 - u2)), theta = two_pi * u1;
    generator->spare = radius * sin(theta);
    generator->has_spare = 1;
    return radius * cos(theta) * deviation + mean;
}

/* ---- the others, one by one ---- */

rl_distribution rl_integers_between(rl_dtype dtype, int64_t base, uint64_t range) {
    const uint64_t words = UINT64_C(1) << 32;
    int wide = rl_dtypes[dtype].largest >= (double)words;
    return (rl_distribution){.kind = RL_INTEGERS, .base = base, .range = range, .a = wide && (range == 0 || range >= words)};
}

rl_distribution rl_integers_of(rl_dtype dtype) {
    const int digits = rl_dtypes[dtype].digits;
    return (rl_distribution){.kind = RL_INTEGERS, .a = digits > 32, .range = (UINT64_C(1) << digits) + (rl_dtype_is_floating(dtype) ? 1 : 0)};
}

static int64_t draw_integer(rl_generator *generator, const rl_distribution *d) {
    uint64_t word = d->a != 0 ? rl_random64(generator) : rl_random32(generator);
    return (int64_t)((d->range ? word % d->range : word) + (uint64_t)d->base);
}

static double draw_number(rl_generator *generator, const rl_distribution *d) {
    switch (d->kind) {
    case RL_NORMAL: return rl_random_normal(generator, d->a, d->b);
    case RL_LOG_NORMAL: return exp(rl_random_normal(generator, d->a, d->b));
    case RL_EXPONENTIAL: return -1 / d->a * log(1 - rl_random_uniform(generator));
    case RL_CAUCHY: return d->a + d->b * tan(two_pi / 2 * (rl_random_uniform(generator) - 0.5));
    case RL_GEOMETRIC: return ceil(log(rl_random_uniform(generator)) / log(1 - d->a));
    default: return rl_random_uniform(generator) < d->a ? d->b : 0;
    }
}

/* integers_float and numbers_float fill with what is drawn one by one. */
#define FILL_BY_ONE(suffix, T, OUT)                                                                           \
    static void integers_##suffix(rl_generator *generator, const rl_distribution *d, void *to, int64_t n) {   \
        for (int64_t i = 0; i < n && !RL_GIVEN_UP_AT(i); i++) ((T *)to)[i] = OUT(draw_integer(generator, d)); \
    }                                                                                                         \
    static void numbers_##suffix(rl_generator *generator, const rl_distribution *d, void *to, int64_t n) {    \
        for (int64_t i = 0; i < n && !RL_GIVEN_UP_AT(i); i++) ((T *)to)[i] = OUT(draw_number(generator, d));  \
    }

#define AS_BOOL(drawn) ((drawn) != 0)
#define AS_HALF(drawn) rl_float_to_half((float)(drawn))
#define AS_BFLOAT16(drawn) rl_float_to_bfloat16((float)(drawn))
#define FILL_INTEGERS_BY_ONE(suffix, T, ...) FILL_BY_ONE(suffix, T, (T)(int64_t))
FILL_BY_ONE(bool, uint8_t, AS_BOOL)
RL_FOR_INTEGERS(FILL_INTEGERS_BY_ONE, , )
FILL_BY_ONE(half, rl_half, AS_HALF)
FILL_BY_ONE(bfloat16, rl_bfloat16, AS_BFLOAT16)
FILL_BY_ONE(float, float, (float))
FILL_BY_ONE(double, double, (double))

typedef void (*filler)(rl_generator *generator, const rl_distribution *d, void *to, int64_t n);
static const filler integers_of[RL_DTYPES] = {RL_REAL_DTYPES(RL_ROW, integers)}, numbers_of[RL_DTYPES] = {RL_REAL_DTYPES(RL_ROW, numbers)};

static void fill_bernoulli(rl_generator *generator, const rl_distribution *d, float *to, int64_t n) {
    double drawn[BATCH];
    float success = (float)d->b;
    for (int64_t at = 0; at < n && !RL_GIVEN_UP_AT(at + BATCH - 1); at += BATCH) {
        int64_t some = n - at < BATCH ? n - at : BATCH;
        draw_doubles(generator, drawn, some, 0, 1);
        for (int64_t i = 0; i < some; i++) to[at + i] = drawn[i] < d->a ? success : 0;
    }
}

void rl_fill_random(rl_generator *generator, const rl_distribution *d, rl_dtype dtype, void *to, int64_t n, int in_blocks) {
    const filler by_one = d->kind == RL_INTEGERS ? integers_of[dtype] : numbers_of[dtype];
    if (!by_one)
        rl_fail_no_loop(rl_dtype_name(dtype));
    else if (d->kind == RL_UNIFORM)
        fill_uniform(generator, dtype, to, n, d->a, d->b);
    else if (d->kind == RL_NORMAL && in_blocks && n >= BLOCK)
        fill_normal(generator, dtype, to, n, d->a, d->b);
    else if (d->kind == RL_BERNOULLI && dtype == RL_FLOAT)
        fill_bernoulli(generator, d, to, n);
    else
        by_one(generator, d, to, n);
}
