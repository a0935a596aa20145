/* Templates: kernels that are written once for several element types.
 *
 * A header <name>_template.h is included once for each type, with macros that say which: T is the type in C, SUFFIX ends the names
 * of what it defines, and its first comment lists what else it takes. Headers go through the types: define TEMPLATE as
 * "<name>_template.h" and include for_floating.h, say, which also defines U, what T is added and multiplied in (integers wrap
 * around, which C lets unsigned ones alone). So a line of a kernel is a line of a file, which debuggers, sanitizers and profilers
 * can name. */
#ifndef RL_KERNELS_TEMPLATE_H
#define RL_KERNELS_TEMPLATE_H

#define RL_PASTE(a, b) RL_PASTE_AS_WRITTEN(a, b)
#define RL_PASTE_AS_WRITTEN(a, b) a##b

/* OF(dot) is dot_float */
#define OF(name) RL_PASTE(name##_, SUFFIX)

/* In a template that takes a NAME, say sum, ITS(along) is sum_along_float. */
#define ITS(part) RL_MEMBER(NAME, part)
#define RL_MEMBER(name, part) RL_PASTE(name, RL_PASTE(_##part##_, SUFFIX))

#define RL_IS_NAN(a) ((a) != (a)) /* of a number of any type */

#endif
