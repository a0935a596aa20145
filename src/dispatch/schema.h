/* The arguments of an op: their kinds and names.
 *
 * A schema is written once, in the list of ops (ops/ops.def), as a sequence of pairs:
 *
 *   OP(sort, (tensor, self)(dim, dim)(flag, descending))
 *
 * RL_PARAMETERS() makes a table of it, which errors and a printed call read. RL_SLOTS() makes a struct for each class of arguments
 * with one field for each that is of this class, so that a slot is an offset: RL_INT(sort, descending) is 1, its place among rl_args.n. */
#ifndef RL_DISPATCH_SCHEMA_H
#define RL_DISPATCH_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

/* The kinds of arguments, and the class of slots that each goes to. */
#define RL_CLASS_tensor INPUT
#define RL_CLASS_tensor_or_null INPUT
#define RL_CLASS_tensors INPUT /* a list of them, or one */
#define RL_CLASS_operand INPUT /* a tensor, or a vector of R, which promotes by kind beside the others */
#define RL_CLASS_operand_or_null INPUT
#define RL_CLASS_operands INPUT
#define RL_CLASS_compared INPUT       /* an operand that is not rounded beside integers */
#define RL_CLASS_factor INPUT         /* an operand of a product: integers become floating beside floating ones of R */
#define RL_CLASS_double_operand INPUT /* an operand, as a double */
#define RL_CLASS_written INPUT        /* what is written into the first: R's values take its dtype, if it holds them */
#define RL_CLASS_index_tensor INPUT   /* indices, from 1 in R */
#define RL_CLASS_index_tensors INPUT  /* a list of such tensors, masks and NULL */
#define RL_CLASS_number SCALAR
#define RL_CLASS_number_or_null SCALAR
#define RL_CLASS_written_number SCALAR /* a number for what is made, which may be missing: NaN, where the dtype, read before it, has one */
#define RL_CLASS_integer_or_null SCALAR
#define RL_CLASS_integer INT
#define RL_CLASS_flag INT
#define RL_CLASS_index INT       /* from 1 in R */
#define RL_CLASS_dim INT         /* a dimension, from 1 in R */
#define RL_CLASS_dim_or_null INT /* NULL: RL_NO_DIM */
#define RL_CLASS_reduction INT   /* of a loss: "none" 0, "mean" 1, "sum" 2 */
#define RL_CLASS_dims LIST       /* or NULL */
#define RL_CLASS_integers LIST
#define RL_CLASS_integers_or_null LIST
#define RL_CLASS_dtype DTYPE         /* or NULL */
#define RL_CLASS_generator GENERATOR /* of random numbers; NULL: the session's */

typedef enum {
    RL_KIND_tensor,
    RL_KIND_tensor_or_null,
    RL_KIND_tensors,
    RL_KIND_operand,
    RL_KIND_operand_or_null,
    RL_KIND_operands,
    RL_KIND_compared,
    RL_KIND_factor,
    RL_KIND_double_operand,
    RL_KIND_written,
    RL_KIND_index_tensor,
    RL_KIND_index_tensors,
    RL_KIND_number,
    RL_KIND_number_or_null,
    RL_KIND_written_number,
    RL_KIND_integer_or_null,
    RL_KIND_integer,
    RL_KIND_flag,
    RL_KIND_index,
    RL_KIND_dim,
    RL_KIND_dim_or_null,
    RL_KIND_reduction,
    RL_KIND_dims,
    RL_KIND_integers,
    RL_KIND_integers_or_null,
    RL_KIND_dtype,
    RL_KIND_generator
} rl_kind;

typedef struct {
    rl_kind kind;
    const char *name;
} rl_parameter;

#define RL_PASTE_(a, b) a##b
#define RL_PASTE(a, b) RL_PASTE_(a, b)

#ifdef __CPPCHECK__ /* its preprocessor cannot expand a sequence */
#define RL_END(...)
#else
#define RL_END(...) RL_END_(__VA_ARGS__)
#define RL_END_(...) __VA_ARGS__##_END
#endif

/* A sequence of pairs is expanded by two macros that call for each other; what is left of the last one becomes its ..._END. */
#define RL_PARAMETERS(schema) RL_END(RL_PARAMETER_A schema)
#define RL_PARAMETER_A(kind, name) {RL_KIND_##kind, #name}, RL_PARAMETER_B
#define RL_PARAMETER_B(kind, name) {RL_KIND_##kind, #name}, RL_PARAMETER_A
#define RL_PARAMETER_A_END
#define RL_PARAMETER_B_END

#define RL_COUNT_PARAMETERS(schema) (RL_END(RL_COUNTED_A schema) 0)
#define RL_COUNTED_A(kind, name) 1 + RL_COUNTED_B
#define RL_COUNTED_B(kind, name) 1 + RL_COUNTED_A
#define RL_COUNTED_A_END
#define RL_COUNTED_B_END

#define RL_SLOTS(op, schema)                                                                                            \
    struct rl_##op##_ints {                                                                                             \
        RL_END(RL_INT_FIELD_A schema)                                                                                   \
        char end_;                                                                                                      \
    };                                                                                                                  \
    struct rl_##op##_scalars {                                                                                          \
        RL_END(RL_SCALAR_FIELD_A schema)                                                                                \
        char end_;                                                                                                      \
    };                                                                                                                  \
    struct rl_##op##_lists {                                                                                            \
        RL_END(RL_LIST_FIELD_A schema)                                                                                  \
        char end_;                                                                                                      \
    };                                                                                                                  \
    struct rl_##op##_inputs {                                                                                           \
        RL_END(RL_INPUT_FIELD_A schema)                                                                                 \
        char end_;                                                                                                      \
    };                                                                                                                  \
    _Static_assert(sizeof(struct rl_##op##_ints) <= RL_MAX_INTS + 1, #op " has more integers than rl_args holds");      \
    _Static_assert(sizeof(struct rl_##op##_scalars) <= RL_MAX_SCALARS + 1, #op " has more scalars than rl_args holds"); \
    _Static_assert(sizeof(struct rl_##op##_lists) <= RL_MAX_LISTS + 1, #op " has more lists than rl_args holds");

/* Where an argument is kept: in args.n, args.s, args.list; call->in. */
#define RL_INT(op, name) ((int)offsetof(struct rl_##op##_ints, name))
#define RL_SCALAR(op, name) ((int)offsetof(struct rl_##op##_scalars, name))
#define RL_LIST(op, name) ((int)offsetof(struct rl_##op##_lists, name))
#define RL_INPUT(op, name) ((int)offsetof(struct rl_##op##_inputs, name))

#define RL_FIELD(class, kind, name) RL_PASTE(RL_PASTE(RL_FIELD_, class), RL_PASTE(_, RL_CLASS_##kind))(name)
#define RL_INT_FIELD_A(kind, name) RL_FIELD(INT, kind, name) RL_INT_FIELD_B
#define RL_INT_FIELD_B(kind, name) RL_FIELD(INT, kind, name) RL_INT_FIELD_A
#define RL_SCALAR_FIELD_A(kind, name) RL_FIELD(SCALAR, kind, name) RL_SCALAR_FIELD_B
#define RL_SCALAR_FIELD_B(kind, name) RL_FIELD(SCALAR, kind, name) RL_SCALAR_FIELD_A
#define RL_LIST_FIELD_A(kind, name) RL_FIELD(LIST, kind, name) RL_LIST_FIELD_B
#define RL_LIST_FIELD_B(kind, name) RL_FIELD(LIST, kind, name) RL_LIST_FIELD_A
#define RL_INPUT_FIELD_A(kind, name) RL_FIELD(INPUT, kind, name) RL_INPUT_FIELD_B
#define RL_INPUT_FIELD_B(kind, name) RL_FIELD(INPUT, kind, name) RL_INPUT_FIELD_A
#define RL_INT_FIELD_A_END
#define RL_INT_FIELD_B_END
#define RL_SCALAR_FIELD_A_END
#define RL_SCALAR_FIELD_B_END
#define RL_LIST_FIELD_A_END
#define RL_LIST_FIELD_B_END
#define RL_INPUT_FIELD_A_END
#define RL_INPUT_FIELD_B_END

#define RL_FIELD_INT_INT(name) char name;
#define RL_FIELD_INT_SCALAR(name)
#define RL_FIELD_INT_LIST(name)
#define RL_FIELD_INT_INPUT(name)
#define RL_FIELD_INT_DTYPE(name)
#define RL_FIELD_INT_GENERATOR(name)
#define RL_FIELD_SCALAR_INT(name)
#define RL_FIELD_SCALAR_SCALAR(name) char name;
#define RL_FIELD_SCALAR_LIST(name)
#define RL_FIELD_SCALAR_INPUT(name)
#define RL_FIELD_SCALAR_DTYPE(name)
#define RL_FIELD_SCALAR_GENERATOR(name)
#define RL_FIELD_LIST_INT(name)
#define RL_FIELD_LIST_SCALAR(name)
#define RL_FIELD_LIST_LIST(name) char name;
#define RL_FIELD_LIST_INPUT(name)
#define RL_FIELD_LIST_DTYPE(name)
#define RL_FIELD_LIST_GENERATOR(name)
#define RL_FIELD_INPUT_INT(name)
#define RL_FIELD_INPUT_SCALAR(name)
#define RL_FIELD_INPUT_LIST(name)
#define RL_FIELD_INPUT_INPUT(name) char name;
#define RL_FIELD_INPUT_DTYPE(name)
#define RL_FIELD_INPUT_GENERATOR(name)

#endif
