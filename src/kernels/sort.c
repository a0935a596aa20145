/* Note [Keys]
 * Each element becomes an unsigned key that orders as the element does; descending order turns its bits round. A key of 32 bits
 * shares a word with the element's index, so that words are all different and any sort of them is stable; wider keys stand in a
 * pair with it. Long slices are sorted by radix, short ones by merging. */
#include "sort.h"

#include <string.h>

#include "parallel.h"
#include "template.h"
#include "widths.h"

enum { SHORT = 200, RUN = 16, GRAIN = 8192 };

typedef uint64_t word; /* key << 32 | index */
typedef struct {
    uint64_t key, index;
} pair;

/* ---- keys ---- */

#define KEY_OF_FLOATING(T, BITS, SIGN, LAST)                   \
    static inline BITS key_of_##T(T value) {                   \
        union {                                                \
            T value;                                           \
            BITS bits;                                         \
        } as = {value};                                        \
        if (value != value) return LAST;                       \
        if (value == 0) as.bits = 0;                           \
        return as.bits & (SIGN) ? ~as.bits : as.bits | (SIGN); \
    }

KEY_OF_FLOATING(float, uint32_t, (uint32_t)1 << 31, UINT32_MAX)
KEY_OF_FLOATING(double, uint64_t, (uint64_t)1 << 63, UINT64_MAX)

#define KEY_OF_UNSIGNED(value) ((uint32_t)(value))
#define KEY_OF_SIGNED(value) ((uint32_t)(int32_t)(value) ^ 0x80000000u)
#define KEY_OF_INT64(value) ((uint64_t)(value) ^ (uint64_t)1 << 63)

/* The slice as words or as pairs. */
#define LOAD_WORDS(suffix, T, KEY)                                                                              \
    static void words_##suffix(const char *x, int64_t step, int64_t n, uint64_t flip, word *to) {               \
        for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++)                                                   \
            to[j] = (uint64_t)((uint32_t)KEY(*(const T *)(x + j * step)) ^ (uint32_t)flip) << 32 | (uint64_t)j; \
    }
#define LOAD_PAIRS(suffix, T, KEY)                                                                                                 \
    static void pairs_##suffix(const char *x, int64_t step, int64_t n, uint64_t flip, pair *to) {                                  \
        for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++) to[j] = (pair){KEY(*(const T *)(x + j * step)) ^ flip, (uint64_t)j}; \
    }
#define LOAD(suffix, T, KEY)   \
    LOAD_WORDS(suffix, T, KEY) \
    LOAD_PAIRS(suffix, T, KEY)

LOAD(uint8, uint8_t, KEY_OF_UNSIGNED)
LOAD(int8, int8_t, KEY_OF_SIGNED)
LOAD(int16, int16_t, KEY_OF_SIGNED)
LOAD(int32, int32_t, KEY_OF_SIGNED)
LOAD_PAIRS(int64, int64_t, KEY_OF_INT64)
LOAD(float, float, key_of_float)
LOAD_PAIRS(double, double, key_of_double)

typedef struct {
    void (*words)(const char *x, int64_t step, int64_t n, uint64_t flip, word *to); /* NULL if keys are wider */
    void (*pairs)(const char *x, int64_t step, int64_t n, uint64_t flip, pair *to);
} loader;

static const loader loaders[RL_DTYPES] = {
    [RL_BOOL] = {words_uint8, pairs_uint8},  [RL_UINT8] = {words_uint8, pairs_uint8}, [RL_INT8] = {words_int8, pairs_int8},
    [RL_INT16] = {words_int16, pairs_int16}, [RL_INT32] = {words_int32, pairs_int32}, [RL_INT64] = {NULL, pairs_int64},
    [RL_FLOAT] = {words_float, pairs_float}, [RL_DOUBLE] = {NULL, pairs_double}};

/* ---- sorting ---- */

#define LESS_word(a, b) ((a) < (b))
#define LESS_pair(a, b) ((a).key < (b).key || ((a).key == (b).key && (a).index < (b).index))
#define DIGIT_word(a, pass) ((a) >> (32 + 8 * (pass)) & 255)
#define DIGIT_pair(a, pass) ((a).key >> (8 * (pass)) & 255)
enum { DIGITS_word = 4, DIGITS_pair = 8 };

#define T word
#define SUFFIX word
#include "sorter_template.h"
#undef T
#undef SUFFIX

#define T pair
#define SUFFIX pair
#include "sorter_template.h"
#undef T
#undef SUFFIX

/* ---- slices ---- */

typedef struct {
    rl_tensor *values, *indices, *x;
    int dim, wide;
    uint64_t flip;
    int64_t n, from, count, slices, parts;
    char *scratch; /* for each part, two slices of words or pairs */
} sorting;

/* Where a slice begins, in bytes. */
static char *slice_of(const rl_tensor *t, int dim, int64_t slice) {
    int64_t element = 0;
    for (int d = t->ndim - 1; d >= 0; d--) {
        if (d == dim) continue;
        element += slice % t->sizes[d] * t->strides[d];
        slice /= t->sizes[d];
    }
    return (char *)rl_host_data(t) + element * (int64_t)rl_dtype_size((rl_dtype)t->dtype);
}

static int64_t step_of(const rl_tensor *t, int dim) { return t->ndim ? t->strides[dim] * (int64_t)rl_dtype_size((rl_dtype)t->dtype) : 0; }

#define STORE_VALUES(T, INDEX_OF) \
    for (int64_t j = 0; j < s->count && !RL_GIVEN_UP_AT(j); j++) *(T *)(to + j * to_step) = *(const T *)(x + (int64_t)INDEX_OF(sorted[j]) * step)

#define STORE_words(T) STORE_VALUES(T, INDEX_IN_WORD)
#define STORE_pairs(T) STORE_VALUES(T, INDEX_IN_PAIR)

#define STORE_SORTED(name, OF, INDEX_OF)                                                                                                    \
    static void name(const sorting *s, int64_t slice, const char *x, int64_t step, const OF *sorted) {                                      \
        if (s->indices) {                                                                                                                   \
            char *to = slice_of(s->indices, s->dim, slice);                                                                                 \
            int64_t to_step = step_of(s->indices, s->dim);                                                                                  \
            for (int64_t j = 0; j < s->count && !RL_GIVEN_UP_AT(j); j++) *(int64_t *)(to + j * to_step) = (int64_t)INDEX_OF(sorted[j]) + 1; \
        }                                                                                                                                   \
        if (!s->values) return;                                                                                                             \
        char *to = slice_of(s->values, s->dim, slice);                                                                                      \
        int64_t to_step = step_of(s->values, s->dim);                                                                                       \
        RL_BY_WIDTH(rl_dtype_size((rl_dtype)s->x->dtype), STORE_##OF##s)                                                                    \
    }

#define INDEX_IN_WORD(a) ((a)&UINT32_MAX)
#define INDEX_IN_PAIR(a) ((a).index)
STORE_SORTED(store_words, word, INDEX_IN_WORD)
STORE_SORTED(store_pairs, pair, INDEX_IN_PAIR)

static size_t width(const sorting *s) { return s->wide ? sizeof(pair) : sizeof(word); }

static void sort_part(void *context, int64_t begin, int64_t end) {
    const sorting *s = context;
    int64_t step = step_of(s->x, s->dim);
    for (int64_t part = begin; part < end; part++) {
        char *a = s->scratch + (size_t)part * 2 * (size_t)s->n * width(s), *spare = a + (size_t)s->n * width(s);
        for (int64_t slice = s->slices * part / s->parts; slice < s->slices * (part + 1) / s->parts; slice++) {
            const char *x = slice_of(s->x, s->dim, slice);
            if (RL_GIVEN_UP_AT(slice)) return;
            if (s->wide) {
                loaders[s->x->dtype].pairs(x, step, s->n, s->flip, (pair *)a);
                pair *sorted = rank_pair((pair *)a, (pair *)spare, s->n, s->from, s->from + s->count);
                if (!rl_failing()) store_pairs(s, slice, x, step, sorted + s->from);
            } else {
                loaders[s->x->dtype].words(x, step, s->n, s->flip, (word *)a);
                word *sorted = rank_word((word *)a, (word *)spare, s->n, s->from, s->from + s->count);
                if (!rl_failing()) store_words(s, slice, x, step, sorted + s->from);
            }
        }
    }
}

rl_status rl_sort_elements(rl_tensor *values, rl_tensor *indices, rl_tensor *x, int dim, int descending, int64_t from) {
    const rl_tensor *out = values ? values : indices;
    sorting s = {.values = values, .indices = indices, .x = x, .dim = dim, .from = from, .flip = descending ? UINT64_MAX : 0};
    if (!loaders[x->dtype].pairs) return rl_fail_no_loop(rl_dtype_name((rl_dtype)x->dtype));
    s.n = x->ndim ? x->sizes[dim] : 1;
    s.count = out->ndim ? out->sizes[dim] : 1;
    if (out->numel == 0 || s.n == 0) return RL_OK;
    s.slices = x->numel / s.n;
    s.wide = !loaders[x->dtype].words || s.n > (int64_t)UINT32_MAX;
    s.parts = x->numel / GRAIN + 1;
    if (s.parts > s.slices) s.parts = s.slices;
    if (s.parts > rl_num_threads()) s.parts = rl_num_threads();
    rl_scope scope = rl_scope_enter();
    size_t slice;
    rl_status status = rl_multiply_sizes((size_t)s.n, 2 * width(&s), &slice);
    if (status == RL_OK) s.scratch = rl_scope_memory((size_t)s.parts, slice);
    if (s.scratch) rl_parallel(s.parts, 1, sort_part, &s);
    rl_scope_leave(scope);
    return s.scratch && !rl_failing() ? RL_OK : RL_FAILED;
}
