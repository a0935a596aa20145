/* Includes TEMPLATE for each dtype of integers: see template.h. */
#define T uint8_t
#define SUFFIX uint8
#define U unsigned
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U

#define T int8_t
#define SUFFIX int8
#define U unsigned
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U

#define T int16_t
#define SUFFIX int16
#define U unsigned
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U

#define T int32_t
#define SUFFIX int32
#define U uint32_t
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U

#include "for_int64.h"
