/* Includes TEMPLATE for each width of elements, which are moved and not looked at: see template.h. */
#define T uint8_t
#define SUFFIX 1
#include TEMPLATE
#undef T
#undef SUFFIX

#define T uint16_t
#define SUFFIX 2
#include TEMPLATE
#undef T
#undef SUFFIX

#define T uint32_t
#define SUFFIX 4
#include TEMPLATE
#undef T
#undef SUFFIX

#define T uint64_t
#define SUFFIX 8
#include TEMPLATE
#undef T
#undef SUFFIX

#define T rl_sixteen_bytes
#define SUFFIX 16
#include TEMPLATE
#undef T
#undef SUFFIX
