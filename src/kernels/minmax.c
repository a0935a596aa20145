/* Largest and smallest elements, alone or with their indices. A NaN wins over every number; the first of equals wins. */
#include <math.h>

#include "reducers.h"

#define LIMITS_OF_INTEGERS(use, code, suffix, type, wrapping, name, kind, real, computed, digits, least, ...) \
    static const type most_##suffix = (type)((UINT64_C(1) << (digits)) - 1);                                  \
    static const type least_##suffix = (least) == 0 ? 0 : (type)(-(int64_t)((UINT64_C(1) << (digits)) - 1) - 1);
RL_INTEGER_DTYPES(LIMITS_OF_INTEGERS, )

#define LIMITS_OF_FLOATING(use, code, suffix, type, ...) static const type most_##suffix = INFINITY, least_##suffix = -INFINITY;
RL_FLOATING_DTYPES(LIMITS_OF_FLOATING, )

/* ---- largest ---- */

#define WINS(a, b) ((b) > (a) || RL_IS_NAN(b)) /* b over the earlier a */

#define NAME amax
#define DTYPES "for_numbers.h"
#define STATE T
#define ZERO OF(least)
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
#define ZERO OF(most)
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
