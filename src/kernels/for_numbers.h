/* Includes TEMPLATE for each dtype of numbers: see template.h. */
#include "for_integers.h"
#include "for_floating.h"
