/* Generators of random numbers.
 *
 * A generator of the user's is an environment of class torch_generator. Its `state` is an ALTREP raw vector: the bytes are what is
 * saved, the generator itself is the core's, which knows of all there are when the process forks. A state that was read is made into
 * one: at once if the format of the file allows (3), otherwise when it is first used. */
#include "generator.h"

#include <stdlib.h>
#include <string.h>

#include "../tensor/faults.h"
#include "entries.h"
#include "handle.h"

#include <R_ext/Altrep.h>

typedef struct {
    rl_generator *generator;
    uint8_t bytes[RL_GENERATOR_SAVED_BYTES]; /* for R to read */
} holder;

static R_altrep_class_t state_class;

/* NULL once the finalizer has run: another object's may bring a generator back. */
static holder *held(SEXP state) { return R_ExternalPtrAddr(R_altrep_data1(state)); }

static void finalize_generator(SEXP owner) {
    holder *its = R_ExternalPtrAddr(owner);
    R_ClearExternalPtr(owner);
    if (its) rl_generator_release(its->generator);
    free(its);
}

/* NULL of R's, and a failure, if memory is short. */
static SEXP new_state(void) {
    SEXP owner = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(owner, finalize_generator, FALSE);
    SEXP state = PROTECT(R_new_altrep(state_class, owner, R_NilValue));
    MARK_NOT_MUTABLE(state);
    holder *its = calloc(1, sizeof *its);
    R_SetExternalPtrAddr(owner, its);
    if (!its)
        rl_fail_memory(sizeof *its);
    else
        its->generator = rl_generator_new();
    UNPROTECT(2);
    return its && its->generator ? state : R_NilValue;
}

static SEXP state_from(SEXP bytes) {
    SEXP state = PROTECT(new_state());
    rl_status status = state == R_NilValue ? RL_FAILED : rl_generator_read(held(state)->generator, RAW(bytes), (size_t)XLENGTH(bytes));
    UNPROTECT(1);
    return status == RL_OK ? state : R_NilValue;
}

rl_generator *rb_generator(SEXP x) {
    if (Rf_isNull(x)) return rl_default_generator();
    if (TYPEOF(x) != ENVSXP || !Rf_inherits(x, "torch_generator")) {
        rl_fail("`generator` must be made by torch_generator(), not %s", rb_kind_of(x));
        return NULL;
    }
    SEXP symbol = Rf_install("state"), state = R_getVarEx(symbol, x, FALSE, R_NilValue);
    if (R_altrep_inherits(state, state_class)) {
        holder *its = held(state);
        if (its) return its->generator;
        rl_fail("the generator is garbage: its state has been released");
        return NULL;
    }
    if (TYPEOF(state) != RAWSXP) {
        rl_fail("the `$state` of the generator must be what torch_generator() gave it, not %s", rb_kind_of(state));
        return NULL;
    }
    state = PROTECT(state_from(state));
    if (state != R_NilValue) Rf_defineVar(symbol, state, x);
    UNPROTECT(1);
    return state != R_NilValue ? held(state)->generator : NULL;
}

/* ---- as R sees the state ---- */

static R_xlen_t state_length(SEXP state) {
    (void)state;
    return RL_GENERATOR_SAVED_BYTES;
}

static void *state_bytes(SEXP state, Rboolean writable) {
    static uint8_t released[RL_GENERATOR_SAVED_BYTES];
    (void)writable;
    holder *its = held(state);
    if (!its) return released;
    rl_generator_write(its->generator, its->bytes);
    return its->bytes;
}

static SEXP saved_state(SEXP state) {
    SEXP raw = Rf_allocVector(RAWSXP, RL_GENERATOR_SAVED_BYTES);
    memcpy(RAW(raw), state_bytes(state, FALSE), RL_GENERATOR_SAVED_BYTES);
    return raw;
}

/* What cannot be read stays as it is, for its use to say so. */
static SEXP read_state(SEXP class, SEXP bytes) {
    (void)class;
    if (TYPEOF(bytes) != RAWSXP) return bytes;
    rb_call call = rb_begin();
    SEXP state = PROTECT(state_from(bytes));
    rl_error_clear();
    state = rb_end(call, state == R_NilValue ? bytes : state);
    UNPROTECT(1);
    return state;
}

void rb_generator_init(DllInfo *dll) {
    state_class = R_make_altraw_class("generator", "rushlight", dll);
    R_set_altrep_Length_method(state_class, state_length);
    R_set_altvec_Dataptr_method(state_class, state_bytes);
    R_set_altrep_Serialized_state_method(state_class, saved_state);
    R_set_altrep_Unserialize_method(state_class, read_state);
}

/* ---- entries ---- */

static rl_status read_seed(SEXP x, uint64_t *seed) {
    int64_t integer;
    RL_TRY(rb_integer(x, "seed", &integer));
    *seed = (uint64_t)integer;
    return RL_OK;
}

SEXP ffi_seed(SEXP seed, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *target = rb_generator(generator);
    uint64_t wanted;
    if (target && read_seed(seed, &wanted) == RL_OK) rl_generator_seed(target, wanted);
    return rb_end(call, R_NilValue);
}

SEXP ffi_seed_of(SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *source = rb_generator(generator);
    int64_t seed = source ? (int64_t)source->seed : 0; /* as it was given: negative ones wrap around */
    return rb_end(call, Rf_ScalarReal((double)seed));
}

/* The state of a new generator. */
SEXP ffi_generator(SEXP seed) {
    rb_call call = rb_begin();
    uint64_t wanted = 0;
    SEXP state = R_NilValue;
    if (read_seed(seed, &wanted) == RL_OK) {
        state = new_state();
        if (state != R_NilValue) rl_generator_seed(held(state)->generator, wanted);
    }
    PROTECT(state);
    state = rb_end(call, state);
    UNPROTECT(1);
    return state;
}

SEXP ffi_rng_state(SEXP generator) {
    rb_call call = rb_begin();
    int64_t size = RL_GENERATOR_STATE_BYTES;
    rl_generator *source = rb_generator(generator);
    rl_tensor *state = source ? rl_tensor_new(RL_UINT8, 1, &size) : NULL;
    if (state) rl_generator_export(source, rl_host_data(state));
    return rb_end(call, state ? rb_wrap(state) : R_NilValue);
}

SEXP ffi_set_rng_state(SEXP state, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *target = rb_generator(generator);
    rl_tensor *bytes = target ? rb_unwrap(state, "state") : NULL;
    if (bytes && (bytes->dtype != RL_UINT8 || bytes->numel != RL_GENERATOR_STATE_BYTES || !rl_is_contiguous(bytes)))
        rl_fail("`state` must be what torch_get_rng_state() gave: %d bytes", RL_GENERATOR_STATE_BYTES);
    else if (bytes)
        rl_generator_import(target, rl_host_data(bytes));
    return rb_end(call, R_NilValue);
}
