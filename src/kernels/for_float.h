/* Includes TEMPLATE for float: see template.h. */
#define T float
#define SUFFIX float
#define U float
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U
