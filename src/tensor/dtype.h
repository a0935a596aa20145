/* Element types, scalars, and the rules that promote them. */
#ifndef RL_TENSOR_DTYPE_H
#define RL_TENSOR_DTYPE_H

#include <stddef.h>
#include <stdint.h>

typedef uint16_t rl_half;
typedef struct {
    uint16_t bits;
} rl_bfloat16;

/* What a dtype holds, in order of promotion. */
typedef enum { RL_NO_KIND, RL_BOOLEAN, RL_INTEGER, RL_FLOATING, RL_COMPLEX } rl_dtype_kind;

/* The table of dtypes, by kind and in order of promotion: RL_INTEGER_DTYPES(ROW, use) and its like are ROW(use, columns) for each row.
 * The columns:
 *
 *   code      the dtype is RL_<code>
 *   suffix    ends the names of functions and tables: add_float
 *   type      of an element in C
 *   wrapping  what elements are added and multiplied in: integers wrap around, which C lets unsigned ones alone
 *   name      what a printed tensor calls it
 *   real      the dtype of real and imaginary parts: a real dtype itself
 *   computed  the dtype that arithmetic runs in
 *   digits    binary ones: it holds every integer that has no more
 *   least, largest  of what is finite
 *   number    in saved tensors: it stays
 *   names     what a string may call it */
/* clang-format off */
#define RL_BOOLEAN_DTYPES(ROW, use) \
    ROW(use, BOOL,     bool,     uint8_t,     unsigned,    "Bool",     BOOLEAN,  BOOL,     BOOL,   1,  0,                       1,                      11, "bool",     "bool")
#define RL_INTEGER_DTYPES(ROW, use) \
    ROW(use, UINT8,    uint8,    uint8_t,     unsigned,    "Byte",     INTEGER,  UINT8,    UINT8,  8,  0,                       255,                    0,  "uint8",    "byte") \
    ROW(use, INT8,     int8,     int8_t,      unsigned,    "Char",     INTEGER,  INT8,     INT8,   7,  -128,                    127,                    1,  "int8",     "char") \
    ROW(use, INT16,    int16,    int16_t,     unsigned,    "Short",    INTEGER,  INT16,    INT16,  15, -32768,                  32767,                  2,  "int16",    "short") \
    ROW(use, INT32,    int32,    int32_t,     uint32_t,    "Int",      INTEGER,  INT32,    INT32,  31, -2147483648.0,           2147483647,             3,  "int32",    "int") \
    ROW(use, INT64,    int64,    int64_t,     uint64_t,    "Long",     INTEGER,  INT64,    INT64,  63, -9223372036854775808.0,  9223372036854775807.0,  4,  "int64",    "long")
#define RL_NARROW_DTYPES(ROW, use) /* floating, and computed in another */ \
    ROW(use, HALF,     half,     rl_half,     float,       "Half",     FLOATING, HALF,     FLOAT,  11, -65504,                  65504,                  5,  "float16",  "half") \
    ROW(use, BFLOAT16, bfloat16, rl_bfloat16, float,       "BFloat16", FLOATING, BFLOAT16, FLOAT,  8,  -3.3895313892515355e38,  3.3895313892515355e38,  15, "bfloat16", "bfloat16")
#define RL_FLOATING_DTYPES(ROW, use) \
    ROW(use, FLOAT,    float,    float,       float,       "Float",    FLOATING, FLOAT,    FLOAT,  24, -3.4028234663852886e38,  3.4028234663852886e38,  6,  "float32",  "float") \
    ROW(use, DOUBLE,   double,   double,      double,      "Double",   FLOATING, DOUBLE,   DOUBLE, 53, -1.7976931348623157e308, 1.7976931348623157e308, 7,  "float64",  "double")
#define RL_COMPLEX_DTYPES(ROW, use)
#define RL_REAL_DTYPES(ROW, use) RL_BOOLEAN_DTYPES(ROW, use) RL_INTEGER_DTYPES(ROW, use) RL_NARROW_DTYPES(ROW, use) RL_FLOATING_DTYPES(ROW, use)
#define RL_ALL_DTYPES(ROW, use) RL_REAL_DTYPES(ROW, use) RL_COMPLEX_DTYPES(ROW, use)

#define RL_CODE_OF_ROW(use, code, ...) RL_##code,
typedef enum { RL_ALL_DTYPES(RL_CODE_OF_ROW, ) } rl_dtype;

/* Of a table by dtype: [RL_UINT8] = name_uint8, ... A function that is missing does not compile. */
#define RL_ROW(name, code, suffix, ...) [RL_##code] = name##_##suffix,

#define RL_COUNT_ROW(...) + 1
#define RL_COUNT_DTYPES(DTYPES) (0 DTYPES(RL_COUNT_ROW, ))
enum { RL_DTYPES = RL_COUNT_DTYPES(RL_ALL_DTYPES) };
/* clang-format on */
#define RL_NO_DTYPE ((rl_dtype)RL_DTYPES)

typedef struct {
    const char *name, *names[2];
    double least, largest;
    uint8_t size, kind, real, computed, digits, number;
} rl_dtype_row;

extern const rl_dtype_row rl_dtypes[RL_DTYPES + 1]; /* the last is RL_NO_DTYPE's: of no kind and no size */

/* A number of the user: what kind it is decides how it promotes. */
typedef struct {
    enum { RL_SCALAR_NONE, RL_SCALAR_BOOL, RL_SCALAR_INT, RL_SCALAR_FLOAT, RL_SCALAR_COMPLEX } kind;
    double as_double; /* the real part */
    int64_t as_int;
    double imaginary;
} rl_scalar;

rl_scalar rl_scalar_double(double value);
rl_scalar rl_scalar_int(int64_t value);
rl_scalar rl_scalar_bool(int value);
rl_scalar rl_scalar_complex(double real, double imaginary);

/* A number without a fraction or an imaginary part. */
static inline int rl_scalar_is_whole(rl_scalar scalar) {
    return scalar.kind < RL_SCALAR_FLOAT || ((double)scalar.as_int == scalar.as_double && scalar.imaginary == 0);
}

static inline const char *rl_dtype_name(rl_dtype dtype) { return rl_dtypes[dtype].name; } /* "Float" */
static inline size_t rl_dtype_size(rl_dtype dtype) { return rl_dtypes[dtype].size; }
static inline rl_dtype_kind rl_kind_of(rl_dtype dtype) { return (rl_dtype_kind)rl_dtypes[dtype].kind; }
static inline rl_dtype rl_dtype_real(rl_dtype dtype) { return (rl_dtype)rl_dtypes[dtype].real; }
static inline rl_dtype rl_computed_in(rl_dtype dtype) { return (rl_dtype)rl_dtypes[dtype].computed; }

static inline int rl_dtype_is_floating(rl_dtype dtype) { return rl_kind_of(dtype) == RL_FLOATING; }
static inline int rl_dtype_is_complex(rl_dtype dtype) { return rl_kind_of(dtype) == RL_COMPLEX; }
static inline int rl_dtype_is_inexact(rl_dtype dtype) { return rl_kind_of(dtype) >= RL_FLOATING; } /* floating or complex: not counted, but rounded */
static inline int rl_dtype_is_integral(rl_dtype dtype) { return rl_kind_of(dtype) == RL_INTEGER; } /* bool is not */
static inline int rl_dtype_is_narrow(rl_dtype dtype) { return rl_computed_in(dtype) != dtype; }    /* half and bfloat16 */

rl_dtype rl_dtype_complex(rl_dtype real);         /* the complex dtype whose parts hold it; RL_NO_DTYPE if there is none */
rl_dtype rl_dtype_of_scalar(rl_scalar scalar);    /* bool, int64, double or its complex dtype */
rl_dtype rl_dtype_named(const char *name);        /* RL_NO_DTYPE if there is none */
rl_dtype rl_dtype_numbered(uint64_t number);      /* in saved tensors; RL_NO_DTYPE if there is none */
int64_t rl_dtype_largest_integer(rl_dtype dtype); /* up to which it holds every one */
int64_t rl_dtype_least_integer(rl_dtype dtype);
rl_dtype rl_dtype_promote(rl_dtype a, rl_dtype b);
int rl_dtype_can_cast(rl_dtype from, rl_dtype to);

void rl_store_scalar(void *at, rl_dtype dtype, rl_scalar scalar);
rl_scalar rl_load_scalar(const void *at, rl_dtype dtype);

rl_dtype rl_default_dtype(void);
void rl_set_default_dtype(rl_dtype dtype);

float rl_half_to_float(rl_half half);
rl_half rl_float_to_half(float value);

static inline float rl_bfloat16_to_float(rl_bfloat16 narrow) {
    union {
        uint32_t bits;
        float value;
    } wide = {(uint32_t)narrow.bits << 16};
    return wide.value;
}

static inline rl_bfloat16 rl_float_to_bfloat16(float value) {
    union {
        float value;
        uint32_t bits;
    } wide = {value};
    rl_bfloat16 narrow = {0x7fc0};
    if (value == value) narrow.bits = (uint16_t)((wide.bits + 0x7fff + ((wide.bits >> 16) & 1)) >> 16);
    return narrow;
}

#endif
