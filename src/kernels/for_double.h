/* Includes TEMPLATE for double: see template.h. */
#define T double
#define SUFFIX double
#define U double
#include TEMPLATE
#undef T
#undef SUFFIX
#undef U
