/* R's interface for packages as its newest version has it, on older versions too.
 *
 * Closures, environments and variables have functions of their own from R 4.5 on, the arguments in `...` from R 4.6 on; before that
 * they are reached through the insides of R's objects, which newer headers do not show any more. */
#ifndef RL_RBRIDGE_R_API_H
#define RL_RBRIDGE_R_API_H

#define R_NO_REMAP
#include <R.h>
#include <R_ext/Visibility.h>
#include <Rinternals.h>
#include <Rversion.h>

#if R_VERSION < R_Version(4, 5, 0)

static inline SEXP R_ClosureFormals(SEXP closure) { return FORMALS(closure); }
static inline SEXP R_ClosureBody(SEXP closure) { return BODY(closure); }
static inline SEXP R_ClosureEnv(SEXP closure) { return CLOENV(closure); }
static inline SEXP R_ParentEnv(SEXP frame) { return ENCLOS(frame); }

static inline SEXP R_mkClosure(SEXP formals, SEXP body, SEXP frame) {
    SEXP closure = Rf_allocSExp(CLOSXP);
    SET_FORMALS(closure, formals);
    SET_BODY(closure, body);
    SET_CLOENV(closure, frame);
    return closure;
}

/* The variable's value, or `otherwise` if there is none. */
static inline SEXP R_getVarEx(SEXP symbol, SEXP frame, Rboolean inherits, SEXP otherwise) {
    SEXP value = inherits ? Rf_findVar(symbol, frame) : Rf_findVarInFrame3(frame, symbol, TRUE);
    if (value == R_UnboundValue) return otherwise;
    return TYPEOF(value) == PROMSXP ? Rf_eval(value, R_EmptyEnv) : value;
}

#endif

/* rb_dots_of(frame): what the functions of R 4.6 for `...` are given. There it is the frame; before, what `...` is bound to in it, which is
 * then sought once. */
#if R_VERSION >= R_Version(4, 6, 0)

static inline SEXP rb_dots_of(SEXP frame) { return frame; }

#else

typedef enum { R_DotTypeValue, R_DotTypeMissing, R_DotTypeDelayed, R_DotTypeForced } R_DotType_t;

static inline SEXP rb_dots_of(SEXP frame) { return Rf_findVarInFrame3(frame, R_DotsSymbol, TRUE); }

static inline int R_DotsLength(SEXP dots) { return TYPEOF(dots) == DOTSXP ? Rf_length(dots) : 0; }

/* NULL of R's if none has a name. */
static inline SEXP R_DotsNames(SEXP dots) {
    int n = R_DotsLength(dots), named = 0;
    SEXP dot = dots, names = R_NilValue;
    for (int k = 0; k < n && !named; k++, dot = CDR(dot)) named = TAG(dot) != R_NilValue;
    if (!named) return R_NilValue;
    PROTECT(names = Rf_allocVector(STRSXP, n));
    dot = dots;
    for (int k = 0; k < n; k++, dot = CDR(dot))
        if (TAG(dot) != R_NilValue) SET_STRING_ELT(names, k, PRINTNAME(TAG(dot)));
    UNPROTECT(1);
    return names;
}

/* What stands at a place of `...`, counted from 1; an argument handed on as `...` is a promise of a promise. */
static inline SEXP rb_dot(int place, SEXP dots) {
    while (--place) dots = CDR(dots);
    SEXP argument = CAR(dots);
    while (TYPEOF(argument) == PROMSXP && TYPEOF(R_PromiseExpr(argument)) == PROMSXP) argument = R_PromiseExpr(argument);
    return argument;
}

static inline R_DotType_t R_GetDotType(int place, SEXP dots) {
    SEXP argument = rb_dot(place, dots);
    if (argument == R_MissingArg) return R_DotTypeMissing;
    if (TYPEOF(argument) != PROMSXP) return R_DotTypeValue;
    return PRVALUE(argument) == R_UnboundValue ? R_DotTypeDelayed : R_DotTypeForced;
}

static inline SEXP R_DotDelayedExpression(int place, SEXP dots) { return R_PromiseExpr(rb_dot(place, dots)); }
static inline SEXP R_DotDelayedEnvironment(int place, SEXP dots) { return PRENV(rb_dot(place, dots)); }
static inline SEXP R_DotForcedExpression(int place, SEXP dots) { return R_PromiseExpr(rb_dot(place, dots)); }

/* The value, which the promise keeps. */
static inline SEXP R_DotsElt(int place, SEXP dots) { return Rf_eval(rb_dot(place, dots), R_EmptyEnv); }

#endif

#endif
