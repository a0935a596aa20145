#include "ops.h"

#define UNARY(name) \
    rl_tensor *rl_##name(rl_tensor *x) { return rl_apply_to(&rl_op_##name, NULL, 1, (rl_tensor *[]){x}); }
#define BINARY(name) \
    rl_tensor *rl_##name(rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_##name, NULL, 2, (rl_tensor *[]){a, b}); }
#define OP(name, schema)
#include "ops.def"

#define OP(name, schema) const rl_parameter rl_##name##_parameters[] = {RL_PARAMETERS(schema)};
#include "ops.def"
