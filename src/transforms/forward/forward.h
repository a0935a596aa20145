/* Forward mode: an interpreter that computes a tangent beside each value.
 *
 * Note [Tangents]
 * A tensor may have a tangent for each level of jvp() that is running: its derivative along the direction that the level was given. They
 * hang on what a tensor knows of its graph (autograd/graph.h). The interpreter of a level lets those below compute the value, and then the
 * tangent, by ops that go below as well: so tangents have tangents of outer levels, and are recorded by autograd, in any nesting.
 *
 * The tangent of a view is read from its base's, so that a write reaches all that share memory; a write in place is computed beside,
 * copied in, and gives a new tangent to the tensor, or to its base with a slice replaced. No tangent is ever written in place.
 *
 * Note [Forward rules]
 * A tangent comes from one of three rules, the last of which fits every op with a derivative:
 *   diagonal     of elementwise ops, and others whose Jacobian is symmetric: the derivative (vjp) given tangents instead of gradients
 *   linear       of ops that are linear in all floating inputs at once, or in each of them: the op itself, given tangents
 *   transposed   the vjp is linear in the gradients it is given, and its own derivative by them is what we look for */
#ifndef RL_TRANSFORMS_FORWARD_FORWARD_H
#define RL_TRANSFORMS_FORWARD_FORWARD_H

#include "../autograd/record.h"

/* A level is begun and ended in order; those above one that ends have ended too. */
typedef struct rl_forward rl_forward;
rl_forward *rl_forward_begin(void);
void rl_forward_end(rl_forward *level);

/* A copy of x that has t as its tangent at the innermost level. */
rl_tensor *rl_forward_dual(rl_tensor *x, rl_tensor *t);
/* The tangent of y at the innermost level; NULL if it has none. */
rl_tensor *rl_forward_tangent(rl_tensor *y);

/* Whether x has a tangent at any level that is running. */
int rl_forward_follows(rl_tensor *x);

/* The tangents of the outputs, NULL for zero, from those of the inputs; the ops that compute them go to the interpreters below. */
rl_status rl_forward_rule(const rl_call *call, const rl_args *given, rl_tensor *const *t, rl_tensor **dy);

#endif
