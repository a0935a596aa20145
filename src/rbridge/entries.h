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

/* The parameters of the entry of an op, and their names alone, of its schema. */
#ifdef __CPPCHECK__ /* as in dispatch/schema.h */
#define RB_FORMALS(schema) SEXP unseen
#define RB_ACTUALS(schema) unseen
#else
#define RB_FORMALS(schema) RL_END(RB_FORMAL_FIRST schema)
#define RB_ACTUALS(schema) RL_END(RB_ACTUAL_FIRST schema)
#endif
#define RB_FORMAL_FIRST(kind, name) SEXP name RB_FORMAL_A
#define RB_FORMAL_A(kind, name) , SEXP name RB_FORMAL_B
#define RB_FORMAL_B(kind, name) , SEXP name RB_FORMAL_A
#define RB_FORMAL_A_END
#define RB_FORMAL_B_END
#define RB_ACTUAL_FIRST(kind, name) name RB_ACTUAL_A
#define RB_ACTUAL_A(kind, name) , name RB_ACTUAL_B
#define RB_ACTUAL_B(kind, name) , name RB_ACTUAL_A
#define RB_ACTUAL_A_END
#define RB_ACTUAL_B_END

#define OP(name, schema) SEXP ffi_##name(RB_FORMALS(schema));
#define OP_IN_PLACE(name, schema) OP(name, schema) SEXP ffi_##name##_(RB_FORMALS(schema));
#define FACTORY(name, schema) SEXP ffi_##name(RB_FORMALS(schema), SEXP requires_grad);
#include "../ops/ops.def"

#define ENTRY(name, arity) SEXP ffi_##name(RB_PARAMETERS_##arity);
#include "entries.def"

#define ENTRY_WITH_FRAME(name) SEXP ffi_##name(SEXP call, SEXP op, SEXP arguments, SEXP frame);
#include "frame_entries.def"

#endif
