/* Declarations of everything that R calls, from the two lists. */
#ifndef RL_RBRIDGE_ENTRIES_H
#define RL_RBRIDGE_ENTRIES_H

#include "bridge.h"

#define RB_PARAMETERS_0 void
#define RB_PARAMETERS_1 SEXP
#define RB_PARAMETERS_2 SEXP, SEXP
#define RB_PARAMETERS_3 SEXP, SEXP, SEXP
#define RB_PARAMETERS_4 SEXP, SEXP, SEXP, SEXP
#define RB_PARAMETERS_5 SEXP, SEXP, SEXP, SEXP, SEXP
#define RB_PARAMETERS_6 SEXP, SEXP, SEXP, SEXP, SEXP, SEXP
#define RB_PARAMETERS_7 SEXP, SEXP, SEXP, SEXP, SEXP, SEXP, SEXP

#define OP(name, arity, signature) SEXP ffi_##name(RB_PARAMETERS_##arity);
#define OP_IN_PLACE(name, arity, signature) OP(name, arity, signature) SEXP ffi_##name##_(RB_PARAMETERS_##arity);
#include "../ops/ops.def"

#define ENTRY(name, arity) SEXP ffi_##name(RB_PARAMETERS_##arity);
#include "entries.def"

#define ENTRY_WITH_FRAME(name) SEXP ffi_##name(SEXP call, SEXP op, SEXP arguments, SEXP frame);
#include "frame_entries.def"

#endif
