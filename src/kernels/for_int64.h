/* Includes TEMPLATE for int64: see template.h. */
#define T int64_t
#define SUFFIX int64
#define U uint64_t
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U
