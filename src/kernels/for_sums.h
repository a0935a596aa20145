/* Includes TEMPLATE for each dtype that sums and products come in: see template.h. */
#include "for_int64.h"
#include "for_floating.h"
