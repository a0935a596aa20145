#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

#include "rbridge/entries.h"
#include "rbridge/start.h"

#define ROW(name, arity) {"ffi_" #name, (DL_FUNC)&ffi_##name, arity},
#define OP(name, schema) ROW(name, RL_##name##_ARITY)
#define OP_IN_PLACE(name, schema) OP(name, schema) ROW(name##_, RL_##name##_ARITY)
#define FACTORY(name, schema) ROW(name, RL_##name##_ARITY + 1)
#define ENTRY(name, arity) ROW(name, arity)

static const R_CallMethodDef entries[] = {
#include "ops/ops.def"
#include "rbridge/entries.def"
    {NULL, NULL, 0}};

#define ENTRY_WITH_FRAME(name) {"ffi_" #name, (DL_FUNC)&ffi_##name, -1},

/* Entries that see the frame they are called from: .External2(). */
static const R_ExternalMethodDef entries_with_frame[] = {
#include "rbridge/frame_entries.def"
    {NULL, NULL, 0}};

void R_init_rushlight(DllInfo *dll);

void attribute_visible R_init_rushlight(DllInfo *dll) {
    R_registerRoutines(dll, NULL, entries, NULL, entries_with_frame);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
    rb_start(dll);
}
