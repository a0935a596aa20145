/* How R saves a tensor.
 *
 * Note [Saving]
 * R writes an external pointer's tag with it. The tag of a handle is an ALTREP raw vector, whose bytes are the tensor's state (Note
 * [State] in autograd/state.h) at the moment they are asked for. It holds the owner and the vector that R feels, neither of which is
 * written; or, after it was read, a list of what was written, from which the tensor is made when it is first used.
 *
 * Serialization format 3 asks a tag for its state: a raw vector, or, where that would be a large copy, a list of the head and of raw
 * vectors whose data is the tensor's own memory. Format 2 writes the bytes, and what is read is a plain raw vector. */
#include "../transforms/autograd/state.h"

#include "handle.h"

#include <R_ext/Altrep.h>
#include <string.h>

/* From here on a state is written without a copy. */
enum { LARGE_BYTES = 65536 };

static R_altrep_class_t tag_class, values_class;

SEXP rb_state_tag(SEXP owner, SEXP pressure) { return R_new_altrep(tag_class, owner, pressure); }

int rb_is_state(SEXP tag) { return R_altrep_inherits(tag, tag_class); }

static int is_live(SEXP tag) { return TYPEOF(R_altrep_data1(tag)) != VECSXP; }

rl_tensor *rb_state_tensor(SEXP tag) { return rb_is_state(tag) && is_live(tag) ? rb_owned(R_altrep_data1(tag)) : NULL; }

/* ---- writing ---- */

static SEXP raw_of(const void *bytes, size_t n) {
    SEXP raw = Rf_allocVector(RAWSXP, (R_xlen_t)n);
    if (n) memcpy(RAW(raw), bytes, n);
    return raw;
}

static SEXP whole(const rl_state *state, size_t total) {
    SEXP raw = Rf_allocVector(RAWSXP, (R_xlen_t)total);
    uint8_t *to = RAW(raw);
    memcpy(to, state->head, state->head_bytes);
    to += state->head_bytes;
    for (int k = 0; k < state->n; k++) {
        if (state->tensors[k].bytes) memcpy(to, rl_host_data(state->values[k]), state->tensors[k].bytes);
        to += state->tensors[k].bytes;
    }
    return raw;
}

static SEXP in_pieces(const rl_state *state) {
    SEXP pieces = PROTECT(Rf_allocVector(VECSXP, state->n + 1));
    SET_VECTOR_ELT(pieces, 0, raw_of(state->head, state->head_bytes));
    for (int k = 0; k < state->n; k++) {
        SEXP owner = PROTECT(rb_owner(state->values[k]));
        SET_VECTOR_ELT(pieces, k + 1, R_new_altrep(values_class, owner, R_NilValue));
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return pieces;
}

/* The state of a tensor as one raw vector, or as R is to write it. */
static SEXP state_of(rl_tensor *tensor, int as_one) {
    rb_call call = rb_begin();
    rl_state state;
    SEXP result = R_NilValue;
    if (rl_state_write(tensor, &state) == RL_OK) {
        const size_t total = rl_state_bytes(tensor);
        result = as_one || total < LARGE_BYTES ? whole(&state, total) : in_pieces(&state);
    }
    PROTECT(result);
    result = rb_end(call, result);
    UNPROTECT(1);
    return result;
}

static size_t bytes_in(SEXP pieces) {
    size_t total = 0;
    for (R_xlen_t k = 0; k < XLENGTH(pieces); k++)
        if (TYPEOF(VECTOR_ELT(pieces, k)) == RAWSXP) total += (size_t)XLENGTH(VECTOR_ELT(pieces, k));
    return total;
}

static SEXP joined(SEXP pieces) {
    SEXP raw = Rf_allocVector(RAWSXP, (R_xlen_t)bytes_in(pieces));
    uint8_t *to = RAW(raw);
    for (R_xlen_t k = 0; k < XLENGTH(pieces); k++) {
        SEXP piece = VECTOR_ELT(pieces, k);
        if (TYPEOF(piece) != RAWSXP || XLENGTH(piece) == 0) continue;
        memcpy(to, RAW(piece), (size_t)XLENGTH(piece));
        to += XLENGTH(piece);
    }
    return raw;
}

/* R asks for the address of the bytes again and again while it writes them. So those of one tag are kept, until the next call from R:
 * the tensor may be another one then. CAR: the bytes, TAG: whose they are. */
static SEXP given_out;
int rb_state_given_out;

void rb_state_forget(void) {
    SETCAR(given_out, R_NilValue);
    SET_TAG(given_out, R_NilValue);
    rb_state_given_out = 0;
}

static R_xlen_t tag_length(SEXP tag) {
    if (!is_live(tag)) return (R_xlen_t)bytes_in(R_altrep_data1(tag));
    rl_tensor *tensor = rb_owned(R_altrep_data1(tag));
    return tensor ? (R_xlen_t)rl_state_bytes(tensor) : 0;
}

static void *tag_bytes(SEXP tag, Rboolean writable) {
    (void)writable;
    if (TAG(given_out) != tag) {
        rl_tensor *tensor = rb_state_tensor(tag);
        SEXP bytes = tensor ? state_of(tensor, 1) : is_live(tag) ? Rf_allocVector(RAWSXP, 0) : joined(R_altrep_data1(tag));
        SETCAR(given_out, bytes);
        SET_TAG(given_out, tag);
        rb_state_given_out = 1;
    }
    return RAW(CAR(given_out));
}

static SEXP tag_state(SEXP tag) {
    SEXP pieces = R_altrep_data1(tag);
    if (!is_live(tag)) return XLENGTH(pieces) == 1 ? VECTOR_ELT(pieces, 0) : pieces;
    rl_tensor *tensor = rb_owned(pieces);
    return tensor ? state_of(tensor, 0) : NULL;
}

static R_xlen_t values_length(SEXP values) {
    const rl_tensor *tensor = rb_owned(R_altrep_data1(values));
    return (R_xlen_t)((size_t)tensor->numel * rl_dtype_size((rl_dtype)tensor->dtype));
}

static void *values_bytes(SEXP values, Rboolean writable) {
    (void)writable;
    return rl_host_data(rb_owned(R_altrep_data1(values)));
}

/* ---- reading ---- */

static SEXP tag_from(SEXP class, SEXP state) {
    (void)class;
    SEXP pieces = state;
    if (TYPEOF(state) != VECSXP) {
        pieces = Rf_allocVector(VECSXP, 1);
        SET_VECTOR_ELT(pieces, 0, state);
    }
    PROTECT(pieces);
    SEXP tag = R_new_altrep(tag_class, pieces, R_NilValue);
    UNPROTECT(1);
    return tag;
}

static rl_status fail_damaged_form(void) { return rl_fail("its saved form contradicts itself: it has been damaged"); }

/* Where the values lie in one raw vector, behind the head. */
static rl_status values_within(SEXP raw, const rl_state *state, const uint8_t **values) {
    size_t at = state->head_bytes;
    const size_t total = (size_t)XLENGTH(raw);
    for (int k = 0; k < state->n; k++) {
        if (state->tensors[k].bytes > total - at) return rl_fail("its saved form is cut short");
        values[k] = RAW(raw) + at;
        at += state->tensors[k].bytes;
    }
    return at == total ? RL_OK : fail_damaged_form();
}

static rl_status values_beside(SEXP pieces, const rl_state *state, const uint8_t **values) {
    if (XLENGTH(pieces) != state->n + 1 || (size_t)XLENGTH(VECTOR_ELT(pieces, 0)) != state->head_bytes) return fail_damaged_form();
    for (int k = 0; k < state->n; k++) {
        SEXP piece = VECTOR_ELT(pieces, k + 1);
        if (TYPEOF(piece) != RAWSXP || (size_t)XLENGTH(piece) != state->tensors[k].bytes) return fail_damaged_form();
        values[k] = RAW(piece);
    }
    return RL_OK;
}

rl_tensor *rb_state_read(SEXP tag) {
    rl_state state;
    const uint8_t *values[RL_STATE_TENSORS];
    SEXP pieces = rb_is_state(tag) && !is_live(tag) ? R_altrep_data1(tag) : R_NilValue;
    SEXP head = Rf_xlength(pieces) ? VECTOR_ELT(pieces, 0) : tag;
    if (TYPEOF(head) != RAWSXP || (head == tag && rb_is_state(tag))) {
        rl_fail("what was saved of it was not written by rushlight");
        return NULL;
    }
    if (XLENGTH(head) == 0) {
        rl_fail("rushlight was not installed where it was read");
        return NULL;
    }
    if (rl_state_open(RAW(head), (size_t)XLENGTH(head), &state) != RL_OK) return NULL;
    rl_status found = Rf_xlength(pieces) > 1 ? values_beside(pieces, &state, values) : values_within(head, &state, values);
    return found == RL_OK ? rl_state_read(&state, values) : NULL;
}

void rb_state_init(DllInfo *dll) {
    R_PreserveObject(given_out = Rf_cons(R_NilValue, R_NilValue));
    tag_class = R_make_altraw_class("tensor", "rushlight", dll);
    R_set_altrep_Length_method(tag_class, tag_length);
    R_set_altvec_Dataptr_method(tag_class, tag_bytes);
    R_set_altrep_Serialized_state_method(tag_class, tag_state);
    R_set_altrep_Unserialize_method(tag_class, tag_from);
    values_class = R_make_altraw_class("values", "rushlight", dll);
    R_set_altrep_Length_method(values_class, values_length);
    R_set_altvec_Dataptr_method(values_class, values_bytes);
}
