/* Largest and smallest elements, alone or with their indices. A NaN wins over every number; the first of equals wins. */
#include <math.h>

#include "reducers.h"

#define LEAST_uint8 0
#define LEAST_int8 INT8_MIN
#define LEAST_int16 INT16_MIN
#define LEAST_int32 INT32_MIN
#define LEAST_int64 INT64_MIN
#define LEAST_float (-INFINITY)
#define LEAST_double (-INFINITY)

#define MOST_uint8 UINT8_MAX
#define MOST_int8 INT8_MAX
#define MOST_int16 INT16_MAX
#define MOST_int32 INT32_MAX
#define MOST_int64 INT64_MAX
#define MOST_float INFINITY
#define MOST_double INFINITY

/* ---- largest ---- */

#define WINS(a, b) ((b) > (a) || RL_IS_NAN(b)) /* b over the earlier a */

#define NAME amax
#define DTYPES "for_numbers.h"
#define STATE T
#define ZERO OF(LEAST)
#define STEP WINS(s, a) ? a : s
#define COMBINED WINS(s, t) ? t : s
#define RESULT s
#include "define_reducer.h"
const rl_reducers rl_amax_reducers = RL_NUMBER_REDUCERS(amax_reducer);

#define NAME amax
#define TEMPLATE "minmax_template.h"
#include "for_numbers.h"
#undef TEMPLATE
#undef NAME
const rl_reducers rl_amax_indices_reducers = RL_NUMBER_REDUCERS(amax_indices_reducer);

#undef WINS

/* ---- smallest ---- */

#define WINS(a, b) ((b) < (a) || RL_IS_NAN(b)) /* b over the earlier a */

#define NAME amin
#define DTYPES "for_numbers.h"
#define STATE T
#define ZERO OF(MOST)
#define STEP WINS(s, a) ? a : s
#define COMBINED WINS(s, t) ? t : s
#define RESULT s
#include "define_reducer.h"
const rl_reducers rl_amin_reducers = RL_NUMBER_REDUCERS(amin_reducer);

#define NAME amin
#define TEMPLATE "minmax_template.h"
#include "for_numbers.h"
#undef TEMPLATE
#undef NAME
const rl_reducers rl_amin_indices_reducers = RL_NUMBER_REDUCERS(amin_indices_reducer);

#undef WINS
