/* The graph: nodes, edges, and what a tensor knows of them.
 *
 * Note [Cycles]
 * A tensor holds its node, a node holds the nodes its gradients go to and the tensors it saved. A saved output would hold its
 * own node, so it is saved as an alias outside the graph and gets its node back when it is read. A leaf's accumulator holds the
 * leaf, the leaf only knows where its accumulator is.
 *
 * Note [Versions]
 * Each in-place change counts up the version of the storage. A saved tensor remembers the version it was saved at and refuses to
 * be read at another, or when it has been given other memory. A view remembers at which version its node was made; if its storage has
 * moved on, the view's node is made anew from its base's, so that a change of the base reaches its views, and a change of a view, which
 * gives the base a new node (CopySlices), reaches the other views. */
#ifndef RL_TRANSFORMS_AUTOGRAD_GRAPH_H
#define RL_TRANSFORMS_AUTOGRAD_GRAPH_H

#include "../../dispatch/apply.h"

/* A callback on a gradient: returns a replacement owned by the scope, or the gradient itself; NULL is a failure. */
typedef struct {
    int64_t id;
    void *host;
    rl_tensor *(*call)(void *host, rl_tensor *gradient);
    void (*release)(void *host);
} rl_hook;

typedef struct {
    int refs;     /* the tensor and its node: when they have gone, the hooks go */
    int watchers; /* who may want to remove a hook: they keep the struct alone */
    int count, room;
    rl_hook *items;
} rl_hooks;

typedef struct {
    struct rl_node *node; /* NULL: no gradient goes there */
    int output_nr;
} rl_edge;

typedef struct {
    rl_tensor *tensor;
    uint32_t version, moves;
} rl_saved;

typedef struct rl_node {
    int refs;
    int n_in, n_out;
    int16_t variant;
    uint8_t released;
    const rl_op *op;
    rl_args *args; /* NULL if it has none */
    rl_edge *edges;
    rl_signature *in, *out;
    rl_saved *saved;      /* inputs, then outputs */
    rl_hooks **hooks;     /* per output, or NULL */
    rl_tensor **retained; /* per output, not counted: tensors that keep their gradient; or NULL */
    void *host;           /* what the op keeps here; its release() lets it go */
    struct rl_task *task; /* where a running backward pass is with it */
    struct rl_node *next_dead;
    size_t bytes;
} rl_node;

/* The derivative along a direction, at a level of forward mode: Note [Tangents] in forward/forward.h. */
typedef struct rl_tangent {
    struct rl_tangent *next;
    int64_t level;
    rl_tensor *tensor;
} rl_tangent;

typedef struct rl_autograd {
    uint8_t requires_grad; /* asked for, on a leaf */
    uint8_t retains_grad;
    uint8_t ended; /* a leaf of a transform that has ended: nobody asks for its gradient any more */
    int output_nr;
    rl_node *node;
    rl_node *accumulator; /* not counted */
    rl_tensor *grad;
    rl_hooks *hooks;
    rl_tensor *base; /* what it is a view of */
    struct rl_autograd *next_dead;
    uint32_t seen_version;
    rl_tangent *tangents;
} rl_autograd;

rl_node *rl_node_new(const rl_op *op, int n_in, rl_tensor *const *in, int n_out, const rl_signature *out, const rl_args *args);
rl_node *rl_node_of_call(const rl_call *call); /* inferred, not run yet */
rl_signature rl_signature_of(const rl_tensor *tensor);
rl_node *rl_node_retain(rl_node *node);
void rl_node_release(rl_node *node);
/* Lets go of the saved values, of the host's and of the hooks, which would not run any more; the node can tell its name and edges, and no
 * more. */
void rl_node_free_saved(rl_node *node);
void rl_node_name(const rl_node *node, char *name, size_t room); /* "AddBackward1" */

rl_status rl_save(rl_node *node, int slot, rl_tensor *tensor);
/* The saved value, owned by the scope; NULL with no failure if there is none. */
rl_tensor *rl_unpack_saved(rl_node *node, int slot);

void rl_metadata_start(void);                   /* once, before any tensor has such metadata */
rl_autograd *rl_autograd_of(rl_tensor *tensor); /* made if it is not there yet; NULL if memory is short */
rl_edge rl_gradient_edge(rl_tensor *tensor);    /* its node is retained for the caller; NULL if no gradient goes there */
rl_status rl_gradient_node(rl_tensor *tensor, rl_node **node);
/* What the tensor's gradient goes to from now on; a tensor that is not floating gets none. */
void rl_set_history(rl_tensor *tensor, rl_node *node, int output_nr);

rl_status rl_set_tangent(rl_tensor *tensor, int64_t level, rl_tensor *tangent); /* NULL: none */
rl_status rl_copy_tangents(rl_tensor *to, const rl_tensor *from);

int rl_metadata_requires_grad(rl_tensor *tensor);
static inline int rl_requires_grad(rl_tensor *tensor) { return tensor->autograd && rl_metadata_requires_grad(tensor); }
int rl_is_leaf(rl_tensor *tensor);
rl_status rl_set_requires_grad(rl_tensor *tensor, int requires_grad);
rl_status rl_retain_grad(rl_tensor *tensor);
rl_status rl_add_hook(rl_tensor *tensor, rl_hook hook, int64_t *id);
int64_t rl_next_hook_id(void); /* ids ascend, in time and among the hooks of one tensor */
void rl_remove_hook(rl_hooks *hooks, int64_t id);
void rl_hooks_clear(rl_hooks *hooks);
void rl_hooks_release(rl_hooks *hooks);
rl_hooks *rl_hooks_watch(rl_hooks *hooks);
void rl_hooks_unwatch(rl_hooks *hooks);
rl_hooks *rl_hooks_at(rl_node *node, int output_nr);

/* Grad mode */
extern int rl_grad_mode;
static inline int rl_grad_enabled(void) { return rl_grad_mode; }
int rl_set_grad_enabled(int enabled); /* returns what it was */

/* A leaf's end of the graph: what arrives there is added to the leaf's grad when the pass has come to its end. */
extern const rl_op rl_op_accumulate;
#endif
