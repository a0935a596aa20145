/* Note [Order]
 * A pass first walks the graph from the roots with a stack of its own (a graph may be a million nodes deep) and lists the nodes
 * so that each stands after the nodes it sends gradients to. Run from the end of that list, a node's gradient is complete when
 * its turn comes. The pass's notes on a node are a task; a hook may start another pass over the same nodes, so a task remembers
 * the one it covers. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "../../dispatch/describe.h"
#include "../../tensor/faults.h"
#include "../../tensor/interrupt.h"
#include "record.h"

int rl_detect_anomaly;

typedef struct rl_task {
    rl_node *node;
    struct rl_task *covers;
    const void *pass;
    rl_tensor **gradients; /* per output, counted */
    rl_tensor *first;      /* room for the usual single one */
    int next_edge;
    uint8_t needed;
} rl_task;

enum { TASKS_IN_CHUNK = 1024 };

typedef struct chunk {
    struct chunk *next;
    int used;
    rl_task tasks[TASKS_IN_CHUNK];
} chunk;

/* A gradient that is to be added to a tensor's $grad. */
typedef struct {
    rl_tensor *tensor, *gradient; /* counted */
    uint8_t in_place, replaces;
} arrival;

enum { FEW_ARRIVALS = 4 };

typedef struct {
    rl_backward_call *call;
    int64_t first_new_hook; /* hooks from that id on were registered since the pass began, and are not run in it */
    chunk *chunks;
    arrival *arrivals, few[FEW_ARRIVALS];
    size_t arrived, arrivals_room;
    rl_task **order;
    rl_task **stack;
    size_t listed, depth, room;
} pass;

static rl_task *task_of(const pass *run, const rl_node *node) { return node->task && node->task->pass == run ? node->task : NULL; }

static rl_task *new_task(pass *run, rl_node *node) {
    if (!run->chunks || run->chunks->used == TASKS_IN_CHUNK) {
        chunk *fresh = malloc(sizeof *fresh);
        if (!fresh) return NULL;
        fresh->used = 0;
        fresh->next = run->chunks;
        run->chunks = fresh;
    }
    rl_task *task = &run->chunks->tasks[run->chunks->used];
    *task = (rl_task){.node = node, .covers = node->task, .pass = run};
    task->gradients = &task->first;
    if (node->n_out > 1) {
        task->gradients = calloc((size_t)node->n_out, sizeof *task->gradients);
        if (!task->gradients) return NULL;
    }
    run->chunks->used++;
    rl_node_retain(node)->task = task;
    return task;
}

static rl_status make_room(pass *run) {
    if (run->listed + run->depth + 1 < run->room) return RL_OK;
    size_t room = run->room ? 2 * run->room : 1024;
    rl_task **order = realloc(run->order, room * sizeof *order);
    if (order) run->order = order;
    rl_task **stack = realloc(run->stack, room * sizeof *stack);
    if (stack) run->stack = stack;
    if (!order || !stack) return rl_fail_memory(2.0 * (double)room * sizeof *order);
    run->room = room;
    return RL_OK;
}

static rl_status enter(pass *run, rl_node *node) {
    if (task_of(run, node)) return RL_OK;
    RL_TRY(make_room(run));
    rl_task *task = new_task(run, node);
    if (!task) return rl_fail_memory(sizeof *task);
    run->stack[run->depth++] = task;
    return RL_OK;
}

/* Note [Order]: the walk. */
static rl_status list_from(pass *run, rl_node *root) {
    RL_TRY(enter(run, root));
    while (run->depth) {
        rl_task *task = run->stack[run->depth - 1];
        if (task->next_edge < task->node->n_in) {
            rl_node *next = task->node->edges[task->next_edge++].node;
            if (next) RL_TRY(enter(run, next));
        } else {
            run->depth--;
            run->order[run->listed++] = task;
        }
    }
    return RL_OK;
}

/* Only what lies on a way to one of the inputs is run; without inputs, all of it. */
static void mark_needed(pass *run) {
    rl_backward_call *call = run->call;
    for (size_t k = 0; k < run->listed; k++) {
        rl_task *task = run->order[k];
        task->needed |= call->n_inputs == 0;
        for (int i = 0; i < task->node->n_in && !task->needed; i++) {
            rl_node *next = task->node->edges[i].node;
            task->needed = next && task_of(run, next)->needed;
        }
    }
}

/* Adds a gradient to what is waiting at an output; where nobody else can see the sum so far, in place. */
static rl_status deliver(rl_task *task, int output_nr, rl_tensor *gradient) {
    rl_tensor **waiting = &task->gradients[output_nr];
    if (!*waiting) {
        *waiting = rl_retain(gradient);
        return RL_OK;
    }
    if (!rl_grad_enabled() && rl_can_be_stolen(*waiting) && (*waiting)->dtype == gradient->dtype) return rl_add_into(*waiting, gradient);
    rl_tensor *sum = rl_add(*waiting, gradient);
    if (!sum) return RL_FAILED;
    rl_release(*waiting);
    *waiting = rl_retain(sum);
    return RL_OK;
}

static int gradient_fits(const rl_tensor *gradient, const rl_signature *value) {
    return gradient->ndim == value->ndim && (value->ndim == 0 || memcmp(gradient->sizes, value->sizes, (size_t)value->ndim * sizeof *value->sizes) == 0);
}

/* A gradient as its value asks for it: broadcasting summed back, dtype restored. */
static rl_tensor *fit_gradient(const rl_node *node, rl_tensor *gradient, const rl_signature *value) {
    if (!gradient_fits(gradient, value)) {
        if (!(node->op->traits & RL_BROADCASTS)) {
            char name[128];
            rl_node_name(node, name, sizeof name);
            rl_fail("%s returned a gradient of shape %s for an input of shape %s", name, rl_sizes_text(gradient->ndim, gradient->sizes),
                    rl_sizes_text(value->ndim, value->sizes));
            return NULL;
        }
        gradient = rl_sum_to_size(gradient, value->ndim, value->sizes);
    }
    return gradient ? rl_to_dtype(gradient, value->dtype) : NULL;
}

static rl_status check_anomaly(const rl_node *node, const rl_tensor *gradient, int k) {
    for (int64_t i = 0; i < gradient->numel; i++) {
        if ((i & 0xffff) == 0xffff) RL_TRY(rl_listen());
        double value = rl_item(gradient, i).as_double;
        if (value == value) continue;
        char name[128];
        rl_node_name(node, name, sizeof name);
        if (!node->op->n_parameters) return rl_fail("%s returned NaN in the gradient of its input %d", name, k + 1);
        return rl_fail("%s returned NaN in the gradient of its input %d; it is the derivative of %s", name, k + 1,
                       rl_recorded_call_text(node->op, node->args, node->n_in, node->in));
    }
    return RL_OK;
}

/* A hook may register hooks and remove them, itself too, so the next is found by its id. */
static rl_status run_hooks(const pass *run, rl_task *task, int k) {
    rl_hooks *hooks = rl_hooks_at(task->node, k);
    if (!hooks || !task->gradients[k]) return RL_OK;
    hooks->refs++;
    rl_status status = RL_OK;
    int64_t id = 0;
    for (int i = 0; status == RL_OK;) {
        while (i > 0 && (i > hooks->count || hooks->items[i - 1].id > id)) i--;
        while (i < hooks->count && hooks->items[i].id <= id) i++;
        if (i == hooks->count || hooks->items[i].id >= run->first_new_hook) break;
        id = hooks->items[i].id;
        rl_tensor *replaced = hooks->items[i].call(hooks->items[i].host, task->gradients[k]);
        if (!replaced) {
            status = RL_FAILED;
        } else if (!gradient_fits(replaced, &task->node->out[k])) {
            status = rl_fail("a hook returned a gradient of shape %s for a tensor of shape %s", rl_sizes_text(replaced->ndim, replaced->sizes),
                             rl_sizes_text(task->node->out[k].ndim, task->node->out[k].sizes));
        } else if (!rl_dtype_is_floating((rl_dtype)replaced->dtype)) {
            status = rl_fail("a hook returned a gradient of dtype %s for a %s tensor; a gradient is floating", rl_dtype_name((rl_dtype)replaced->dtype),
                             rl_dtype_name(task->node->out[k].dtype));
        } else if (replaced != task->gradients[k]) {
            replaced = rl_to_dtype(replaced, task->node->out[k].dtype);
            if (!replaced) {
                status = RL_FAILED;
            } else {
                rl_release(task->gradients[k]);
                task->gradients[k] = rl_retain(replaced);
            }
        }
    }
    rl_hooks_release(hooks);
    return status;
}

static rl_status put_by(pass *run, rl_tensor *tensor, rl_tensor *gradient, int in_place) {
    if (run->arrived == run->arrivals_room) {
        size_t room = 4 * run->arrivals_room;
        arrival *arrivals = malloc(room * sizeof *arrivals);
        if (!arrivals) return rl_fail_memory((double)room * sizeof *arrivals);
        memcpy(arrivals, run->arrivals, run->arrived * sizeof *arrivals);
        if (run->arrivals != run->few) free(run->arrivals);
        run->arrivals = arrivals;
        run->arrivals_room = room;
    }
    run->arrivals[run->arrived++] = (arrival){rl_retain(tensor), rl_retain(gradient), (uint8_t)in_place, 0};
    return RL_OK;
}

/* What may fail of adding a gradient to $grad: afterwards it only takes its place, or is added in place. */
static rl_status prepare(arrival *a) {
    rl_autograd *autograd = rl_autograd_of(a->tensor);
    if (!autograd) return RL_FAILED;
    rl_tensor *before = autograd->grad && autograd->grad->storage ? autograd->grad : NULL, *now = a->gradient;
    int in_place = a->in_place && !rl_grad_enabled();
    if (before && in_place && before->dtype == now->dtype && !rl_overlaps_itself(before)) return RL_OK;
    if (before)
        now = rl_add(before, now);
    else if (!a->in_place || (in_place && !rl_can_be_stolen(now)))
        now = rl_clone(now);
    if (!now) return RL_FAILED;
    a->replaces = 1;
    rl_retain(now);
    rl_release(a->gradient);
    a->gradient = now;
    return RL_OK;
}

static rl_status settle_arrival(arrival *a) {
    rl_tensor *old = a->tensor->autograd->grad;
    if (!a->replaces) return rl_add_into(old, a->gradient);
    a->tensor->autograd->grad = a->gradient;
    a->gradient = NULL;
    rl_release(old);
    return RL_OK;
}

/* All at the end, so that a pass that fails or is interrupted has added to no $grad. */
static rl_status settle_all(pass *run) {
    for (size_t k = 0; k < run->arrived; k++) RL_TRY(prepare(&run->arrivals[k]));
    for (size_t k = 0; k < run->arrived; k++) RL_TRY(settle_arrival(&run->arrivals[k]));
    return RL_OK;
}

static rl_status run_vjp(rl_task *task) {
    rl_node *node = task->node;
    int n_in = node->n_in, n_out = node->n_out;
    rl_tensor *few[16] = {0}, **values = few;
    uint8_t few_needs[8] = {0}, *needs = few_needs;
    size_t count = 2 * (size_t)n_in + 2 * (size_t)n_out;
    if (count > 16 || n_in > 8) {
        values = rl_scope_memory(count * sizeof *values + (size_t)n_in, 1);
        if (!values) return RL_FAILED;
        memset(values, 0, count * sizeof *values + (size_t)n_in);
        needs = (uint8_t *)(values + count);
    }
    static const rl_args no_args = RL_ARGS_INIT;
    rl_vjp v = {.node = node, .args = node->args ? node->args : &no_args, .n_in = n_in, .n_out = n_out, .in = node->in, .out = node->out, .needs = needs};
    v.dx = values;
    v.x = values + n_in;
    v.y = v.x + n_in;
    v.g = v.y + n_out;
    for (int k = 0; k < n_in; k++) needs[k] = node->edges[k].node != NULL;
    for (int k = 0; k < n_out; k++) {
        if (!task->gradients[k]) continue;
        v.g[k] = rl_scope_own(task->gradients[k]);
        task->gradients[k] = NULL;
        if (!v.g[k]) return RL_FAILED;
    }
    if (node->released) rl_unpack_saved(node, 0);
    for (int k = 0; k < n_in + n_out && !rl_failing(); k++)
        if (node->saved[k].tensor) (k < n_in ? v.x : v.y - n_in)[k] = rl_unpack_saved(node, k);
    if (rl_failing()) return RL_FAILED;
    node->op->vjp(&v);
    if (rl_failing()) return RL_FAILED;
    for (int k = 0; k < n_in; k++) {
        rl_edge edge = node->edges[k];
        if (!edge.node || !v.dx[k] || !v.dx[k]->storage) continue;
        rl_tensor *gradient = fit_gradient(node, v.dx[k], &node->in[k]);
        if (!gradient) return RL_FAILED;
        if (rl_detect_anomaly) RL_TRY(check_anomaly(node, gradient, k));
        RL_TRY(deliver(edge.node->task, edge.output_nr, gradient));
    }
    return RL_OK;
}

static rl_status capture(const pass *run, rl_task *task) {
    rl_backward_call *call = run->call;
    for (int k = 0; k < call->n_inputs; k++) {
        rl_autograd *autograd = call->inputs[k]->autograd;
        rl_node *node = autograd ? autograd->node ? autograd->node : autograd->accumulator : NULL;
        if (node != task->node) continue;
        rl_tensor *gradient = task->gradients[autograd->node ? autograd->output_nr : 0];
        if (gradient) call->captured[k] = rl_retain(gradient);
    }
    return RL_OK;
}

static int leads_on(const pass *run, const rl_node *node) {
    for (int k = 0; k < node->n_in; k++)
        if (node->edges[k].node && task_of(run, node->edges[k].node)->needed) return 1;
    return run->call->n_inputs == 0;
}

static rl_status arrive(pass *run, rl_task *task) {
    RL_TRY(put_by(run, task->node->host, task->gradients[0], 1));
    rl_release(task->gradients[0]);
    task->gradients[0] = NULL;
    return RL_OK;
}

static rl_status run_task(pass *run, rl_task *task) {
    rl_node *node = task->node;
    int any = 0;
    for (int k = 0; k < node->n_out; k++) any |= task->gradients[k] != NULL;
    if (!any || !task->needed) return RL_OK;
    for (int k = 0; k < node->n_out; k++) {
        RL_TRY(run_hooks(run, task, k));
        if (node->retained && node->retained[k] && task->gradients[k]) RL_TRY(put_by(run, node->retained[k], task->gradients[k], 0));
    }
    RL_TRY(capture(run, task));
    if (!leads_on(run, node)) return RL_OK;
    if (node->op == &rl_op_accumulate) return arrive(run, task);
    RL_TRY(run_vjp(task));
    if (!run->call->keep_graph) rl_node_free_saved(node);
    return RL_OK;
}

static rl_status start(pass *run) {
    rl_backward_call *call = run->call;
    for (int k = 0; k < call->n_roots; k++) {
        rl_tensor *root = call->roots[k], *gradient = call->gradients ? call->gradients[k] : NULL;
        if (!root->storage) return rl_fail("an undefined tensor cannot be differentiated");
        if (!rl_requires_grad(root))
            return rl_fail(
                "this tensor does not require gradients and has no grad_fn: there is no graph to go back through. Make the tensors to differentiate by with "
                "requires_grad = TRUE");
        if (!gradient) {
            if (root->numel != 1)
                return rl_fail("a gradient can be made up only for a tensor of one element; this one has shape %s, so pass `gradient`, a tensor of that shape",
                               rl_sizes_text(root->ndim, root->sizes));
            gradient = rl_ones((rl_dtype)root->dtype, root->ndim, root->sizes);
        } else if (!rl_same_sizes(root, gradient)) {
            return rl_fail("`gradient` has shape %s, and the tensor to differentiate has shape %s", rl_sizes_text(gradient->ndim, gradient->sizes),
                           rl_sizes_text(root->ndim, root->sizes));
        } else {
            gradient = rl_to_dtype(gradient, (rl_dtype)root->dtype);
        }
        if (!gradient) return RL_FAILED;
        rl_edge edge = rl_gradient_edge(root);
        if (!edge.node) return RL_FAILED;
        rl_status status = list_from(run, edge.node);
        if (status == RL_OK) status = deliver(edge.node->task, edge.output_nr, gradient);
        rl_node_release(edge.node);
        RL_TRY(status);
    }
    for (int k = 0; k < call->n_inputs; k++) {
        rl_edge edge = rl_gradient_edge(call->inputs[k]);
        rl_task *task = edge.node ? task_of(run, edge.node) : NULL;
        if (task) task->needed = 1;
        rl_node_release(edge.node);
    }
    mark_needed(run);
    return RL_OK;
}

static void finish(pass *run) {
    for (size_t k = 0; k < run->depth; k++) run->order[run->listed++] = run->stack[k];
    for (size_t k = 0; k < run->listed; k++) {
        rl_task *task = run->order[k];
        for (int i = 0; i < task->node->n_out; i++) rl_release(task->gradients[i]);
        if (task->gradients != &task->first) free(task->gradients);
        task->node->task = task->covers;
        rl_node_release(task->node);
    }
    for (size_t k = 0; k < run->arrived; k++) {
        rl_release(run->arrivals[k].tensor);
        rl_release(run->arrivals[k].gradient);
    }
    if (run->arrivals != run->few) free(run->arrivals);
    while (run->chunks) {
        chunk *gone = run->chunks;
        run->chunks = gone->next;
        free(gone);
    }
    free(run->order);
    free(run->stack);
}

rl_status rl_backward(rl_backward_call *call) {
    pass run = {.call = call, .first_new_hook = rl_next_hook_id()};
    run.arrivals = run.few;
    run.arrivals_room = FEW_ARRIVALS;
    int grad_before = rl_set_grad_enabled(call->create_graph), untracked_before = rl_views_untracked;
    rl_views_untracked = !call->create_graph;
    rl_scope whole = rl_scope_enter();
    rl_status status = start(&run);
    for (size_t k = run.listed; status == RL_OK && k-- > 0;) {
        rl_scope scope = rl_scope_enter();
        status = run_task(&run, run.order[k]);
        rl_scope_leave(scope);
        if (status == RL_OK && (k & 63) == 63) status = rl_listen();
    }
    for (int k = 0; k < call->n_inputs && call->accumulate && status == RL_OK; k++)
        if (call->captured[k]) status = put_by(&run, call->inputs[k], call->captured[k], 0);
    if (status == RL_OK) status = settle_all(&run);
    finish(&run);
    rl_scope_leave(whole);
    for (int k = 0; k < call->n_inputs; k++)
        if (call->captured[k] && !rl_scope_own(call->captured[k])) call->captured[k] = NULL;
    rl_set_grad_enabled(grad_before);
    rl_views_untracked = untracked_before;
    return rl_failing() ? RL_FAILED : status;
}

static int is_among(const rl_tensor *one, int n, rl_tensor *const *tensors) {
    for (int k = 0; k < n; k++)
        if (tensors[k] == one) return 1;
    return 0;
}

rl_status rl_reaches_other_leaves(int n_roots, rl_tensor *const *roots, int n_leaves, rl_tensor *const *leaves, int *reaches) {
    pass run = {0};
    rl_status status = RL_OK;
    run.arrivals = run.few;
    for (int k = 0; k < n_roots && status == RL_OK; k++) {
        rl_edge edge = rl_gradient_edge(roots[k]);
        if (edge.node) status = list_from(&run, edge.node);
        rl_node_release(edge.node);
    }
    *reaches = 0;
    for (size_t k = 0; k < run.listed && !*reaches; k++) {
        const rl_node *node = run.order[k]->node;
        const rl_tensor *leaf = node->op == &rl_op_accumulate ? node->host : NULL;
        *reaches = leaf && !leaf->autograd->ended && !is_among(leaf, n_leaves, leaves);
    }
    finish(&run);
    return status;
}
