/* Includes TEMPLATE for each dtype of floating numbers: see template.h. */
#include "for_float.h"
#include "for_double.h"
