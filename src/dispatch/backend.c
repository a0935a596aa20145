#include "backend.h"

static const rl_backend *backends[RL_MAX_BACKENDS];

uint8_t rl_add_backend(const rl_backend *backend) {
    for (uint8_t k = RL_HOST + 1; k < RL_MAX_BACKENDS; k++)
        if (!backends[k] || backends[k] == backend) {
            backends[k] = backend;
            return k;
        }
    return RL_HOST;
}

static const char *name_of(uint8_t backend) { return backend == RL_HOST ? "host" : backends[backend]->name; }

static uint8_t first_backend(const rl_call *call) {
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && call->in[k]->storage->backend != RL_HOST) return call->in[k]->storage->backend;
    return RL_HOST;
}

rl_forward rl_forward_elsewhere(const rl_call *call) {
    const uint8_t backend = first_backend(call);
    for (int k = 0; k < call->n_in; k++) {
        if (!call->in[k] || call->in[k]->storage->backend == backend) continue;
        rl_fail("%s() was given tensors in memory of %s and of %s; bring them to one device", call->op->name, name_of(backend),
                name_of(call->in[k]->storage->backend));
        return NULL;
    }
    rl_forward forward = backends[backend]->forward_of(call->op);
    if (!forward && call->op->forward) rl_fail("%s() is not there for tensors in memory of %s", call->op->name, name_of(backend));
    return forward;
}
