#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loops.h"
#include "random.h"

enum { N = RL_GENERATOR_WORDS, M = 397 };

#define TWIST(u, v) (((((u)&0x80000000u) | ((v)&0x7fffffffu)) >> 1) ^ (0x9908b0dfu & (0u - ((v)&1u))))

/* What is read lies at least 227 words away from what is written. */
RL_CLONES static void advance(uint32_t *state, uint32_t *ready) {
    RL_SIMD for (int i = 0; i < N - M; i++) state[i] = state[i + M] ^ TWIST(state[i], state[i + 1]);
    RL_SIMD for (int i = N - M; i < N - 1; i++) state[i] = state[i + M - N] ^ TWIST(state[i], state[i + 1]);
    state[N - 1] = state[M - 1] ^ TWIST(state[N - 1], state[0]);
    RL_SIMD for (int i = 0; i < N; i++) {
        uint32_t y = state[i];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        ready[i] = y ^ (y >> 18);
    }
}

void rl_generator_seed(rl_generator *generator, uint64_t seed) {
    *generator = (rl_generator){.seed = seed, .used = N, .fresh = 1};
    generator->state[0] = (uint32_t)seed;
    for (uint32_t j = 1; j < N; j++) generator->state[j] = 1812433253u * (generator->state[j - 1] ^ (generator->state[j - 1] >> 30)) + j;
}

int rl_generator_is_sound(const rl_generator *generator) { return generator->used >= 0 && generator->used <= N; }

void rl_generator_draw(rl_generator *generator, uint32_t *words, int64_t n) {
    while (n > 0) {
        if (generator->used == N) {
            advance(generator->state, generator->ready);
            generator->used = generator->fresh = 0;
        }
        int64_t some = N - generator->used < n ? N - generator->used : n;
        memcpy(words, generator->ready + generator->used, (size_t)some * sizeof *words);
        generator->used += (int)some;
        words += some;
        n -= some;
    }
}

rl_generator *rl_default_generator(void) {
    static rl_generator generator;
    static int seeded;
    if (!seeded) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        rl_generator_seed(&generator, (uint64_t)now.tv_sec * 1000003u ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid());
        seeded = 1;
    }
    return &generator;
}

/* ---- the state, as PyTorch keeps it ---- */

typedef struct {
    uint64_t seed;
    int32_t left, seeded;
    uint64_t next;
    uint64_t state[N];
    double unused_x, spare, unused_rho;
    int32_t has_spare, padding;
    float spare_float;
    int32_t has_spare_float;
} exported;

_Static_assert(sizeof(exported) == RL_GENERATOR_STATE_BYTES, "the state has the size of PyTorch's");

void rl_generator_export(const rl_generator *generator, uint8_t *bytes) {
    exported e = {.seed = generator->seed, .left = 1, .seeded = 1, .has_spare = generator->has_spare, .spare = generator->has_spare ? generator->spare : 0};
    if (!generator->fresh) {
        e.left = N + 1 - generator->used;
        e.next = (uint64_t)generator->used;
    }
    for (int i = 0; i < N; i++) e.state[i] = generator->state[i];
    memcpy(bytes, &e, sizeof e);
}

rl_status rl_generator_import(rl_generator *generator, const uint8_t *bytes) {
    exported e;
    memcpy(&e, bytes, sizeof e);
    if (!e.seeded || e.left < 1 || e.left > N || e.next > N) return rl_fail("`state` is no state of a random generator");
    *generator = (rl_generator){.seed = e.seed, .used = N, .fresh = e.left == 1 && e.next == 0, .has_spare = e.has_spare, .spare = e.spare};
    uint32_t untempered[N];
    for (int i = 0; i < N; i++) generator->state[i] = (uint32_t)e.state[i];
    memcpy(untempered, generator->state, sizeof untempered);
    for (int i = 0; i < N; i++) {
        uint32_t y = untempered[i];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        generator->ready[i] = y ^ (y >> 18);
    }
    if (e.left > 1) generator->used = N + 1 - e.left;
    return RL_OK;
}
