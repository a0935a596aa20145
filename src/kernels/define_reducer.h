/* Defines NAME_reducer_float and so on: reducers whose state is one number (Note [Reducers] in reduce.h). Takes and undefines
 *
 *   NAME      of the reducer
 *   DTYPES    the header that goes through its dtypes: see template.h
 *   STEP      the state s with the element a in it
 *   COMBINED  the states s and t in one: s + t if not said
 *   ZERO      the state of no elements: 0 if not said
 *   STATE     its type: double if not said
 *   RESULT    the result of the state s; without it only the functions that take elements in are defined
 *   OUT       its type: T if not said
 *   FOUR      takes the elements w, x, y and z, in this order, into s: four STEPs if not said
 *   LIKE      instead of STEP, the NAME of what takes elements in
 *   ALONG     a function for elements along a dimension, if it is not to be the general one
 *
 * run->context is what the caller of rl_reduce() gave. */
#ifndef COMBINED
#define COMBINED s + t
#endif
#ifndef ZERO
#define ZERO 0
#endif
#ifndef STATE
#define STATE double
#endif
#ifndef OUT
#define OUT T
#endif
#ifndef FOUR
#define FOUR a = w, s = STEP, a = x, s = STEP, a = y, s = STEP, a = z, s = STEP
#endif
#ifndef LIKE
#define LIKE NAME
#endif
#ifndef ALONG
#define ALONG RL_MEMBER(LIKE, along)
#endif

#define TEMPLATE "reducer_template.h"
#include DTYPES
#undef TEMPLATE

#undef NAME
#undef DTYPES
#undef STEP
#undef COMBINED
#undef ZERO
#undef STATE
#undef OUT
#undef RESULT
#undef FOUR
#undef LIKE
#undef ALONG
