#include <stdlib.h>
#include <string.h>

#include "../tensor/bytes.h"
#include "../tensor/faults.h"
#include "../tensor/platform.h"
#include "loops.h"
#include "random.h"

enum { N = RL_GENERATOR_WORDS, M = 397 };

#define TWIST(u, v) (((((u)&0x80000000u) | ((v)&0x7fffffffu)) >> 1) ^ (0x9908b0dfu & (0u - ((v)&1u))))

static rl_generator session = {.next = &session, .previous = &session};

static uint32_t tempered(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* What is read lies at least 227 words away from what is written. */
RL_CLONES static void advance(uint32_t *state, uint32_t *ready) {
    RL_SIMD for (int i = 0; i < N - M; i++) state[i] = state[i + M] ^ TWIST(state[i], state[i + 1]);
    RL_SIMD for (int i = N - M; i < N - 1; i++) state[i] = state[i + M - N] ^ TWIST(state[i], state[i + 1]);
    state[N - 1] = state[M - 1] ^ TWIST(state[N - 1], state[0]);
    RL_SIMD for (int i = 0; i < N; i++) ready[i] = tempered(state[i]);
}

static void set(rl_generator *generator, rl_generator value) {
    value.next = generator->next;
    value.previous = generator->previous;
    *generator = value;
}

void rl_generator_seed(rl_generator *generator, uint64_t seed) {
    set(generator, (rl_generator){.seed = seed, .used = N, .fresh = 1});
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
    static int seeded;
    if (!seeded) {
        rl_generator_seed(&session, rl_arbitrary_seed());
        seeded = 1;
    }
    return &session;
}

rl_generator *rl_generator_new(void) {
    rl_generator *generator = calloc(1, sizeof *generator);
    if (!generator) {
        rl_fail_memory(sizeof *generator);
        return NULL;
    }
    generator->next = session.next;
    generator->previous = &session;
    session.next = generator->next->previous = generator;
    return generator;
}

void rl_generator_release(rl_generator *generator) {
    if (!generator) return;
    generator->next->previous = generator->previous;
    generator->previous->next = generator->next;
    free(generator);
}

/* ---- forks ---- */

static uint64_t mixed(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 32);
}

/* A seed that R holds exactly as a number. */
static uint64_t child_seed(const rl_generator *generator) {
    uint64_t hash = mixed(mixed(mixed(generator->seed, (uint64_t)generator->forks + 1), (uint64_t)generator->used), (uint64_t)generator->has_spare);
    for (int i = 0; i < N; i++) hash = mixed(hash, generator->state[i]);
    return hash >> 11;
}

void rl_generators_in_child(void) {
    rl_generator *generator = &session;
    do rl_generator_seed(generator, child_seed(generator));
    while ((generator = generator->next) != &session);
}

void rl_generators_in_parent(void) {
    rl_generator *generator = &session;
    do generator->forks++;
    while ((generator = generator->next) != &session);
}

/* ---- the state, as PyTorch keeps it ---- */

typedef struct {
    uint64_t seed;
    int32_t left, seeded;
    uint64_t next;
    uint64_t state[N];
    double unused_x, spare, unused_rho;
    int32_t has_spare, forks; /* for PyTorch, the second is padding */
    float spare_float;
    int32_t has_spare_float;
} exported;

_Static_assert(sizeof(exported) == RL_GENERATOR_STATE_BYTES, "the state has the size of PyTorch's");

static void make_ready(rl_generator *generator) {
    for (int i = 0; i < N; i++) generator->ready[i] = tempered(generator->state[i]);
}

void rl_generator_export(const rl_generator *generator, uint8_t *bytes) {
    exported e = {.seed = generator->seed,
                  .left = 1,
                  .seeded = 1,
                  .has_spare = generator->has_spare,
                  .forks = generator->forks,
                  .spare = generator->has_spare ? generator->spare : 0};
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
    rl_generator value = {.seed = e.seed, .used = N, .fresh = e.left == 1 && e.next == 0, .has_spare = e.has_spare != 0, .spare = e.spare};
    value.forks = e.forks > 0 ? e.forks : 0;
    for (int i = 0; i < N; i++) value.state[i] = (uint32_t)e.state[i];
    if (e.left > 1) value.used = N + 1 - e.left;
    make_ready(&value);
    set(generator, value);
    return RL_OK;
}

/* ---- the state, as it is saved ---- */

enum { MAGIC_BYTES = 8, FORMAT = 1 };
static const char magic[MAGIC_BYTES] = {'r', 'l', 'r', 'a', 'n', 'd', 'o', 'm'};

void rl_generator_write(const rl_generator *generator, uint8_t *bytes) {
    uint64_t spare = 0;
    if (generator->has_spare) memcpy(&spare, &generator->spare, sizeof spare);
    memcpy(bytes, magic, MAGIC_BYTES);
    const uint64_t words[] = {FORMAT, generator->seed, (uint64_t)generator->used, (uint64_t)generator->fresh, (uint64_t)generator->has_spare, spare};
    uint8_t *to = bytes + MAGIC_BYTES;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) to = rl_put_word(to, words[k]);
    to = rl_put_word(to, (uint64_t)generator->forks);
    for (int i = 0; i < N; i++) to = rl_put_word(to, generator->state[i]);
}

static rl_status fail_damaged_state(void) { return rl_fail("the state of the generator was cut short or damaged when it was saved"); }

/* What version 0.1.0 saved: its own memory. */
typedef struct {
    uint64_t seed;
    uint32_t state[N], ready[N];
    int used, fresh, has_spare;
    double spare;
} first_format;

static int is_stuck(const rl_generator *generator) {
    for (int i = 0; i < N; i++)
        if (generator->state[i]) return 0;
    return 1;
}

static rl_status restore(rl_generator *generator, rl_generator value) {
    if (is_stuck(&value) || value.used < 0 || value.used > N || (value.fresh & ~1) || (value.has_spare & ~1) || value.forks < 0) return fail_damaged_state();
    if (value.fresh) value.used = N;
    make_ready(&value);
    set(generator, value);
    return RL_OK;
}

static rl_status read_first_format(rl_generator *generator, const uint8_t *bytes) {
    first_format saved;
    memcpy(&saved, bytes, sizeof saved);
    rl_generator value = {.seed = saved.seed, .used = saved.used, .fresh = saved.fresh, .has_spare = saved.has_spare, .spare = saved.spare};
    memcpy(value.state, saved.state, sizeof value.state);
    return restore(generator, value);
}

static int small(rl_reader *from) {
    const uint64_t word = rl_get_word(from);
    return word <= INT32_MAX ? (int)word : -1;
}

rl_status rl_generator_read(rl_generator *generator, const uint8_t *bytes, size_t n) {
    if (n < MAGIC_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return n == sizeof(first_format) ? read_first_format(generator, bytes) : fail_damaged_state();
    rl_reader from = {bytes + MAGIC_BYTES, bytes + n, 0};
    const int format = small(&from);
    if (!from.cut && format > FORMAT) return rl_fail("the generator was saved by a newer version of rushlight; update rushlight");
    if (format != FORMAT || n != RL_GENERATOR_SAVED_BYTES) return fail_damaged_state();
    rl_generator value = {.seed = rl_get_word(&from)};
    value.used = small(&from);
    value.fresh = small(&from);
    value.has_spare = small(&from);
    const uint64_t spare = rl_get_word(&from);
    memcpy(&value.spare, &spare, sizeof spare);
    value.forks = small(&from);
    for (int i = 0; i < N; i++) {
        const uint64_t word = rl_get_word(&from);
        if (word > UINT32_MAX) return fail_damaged_state();
        value.state[i] = (uint32_t)word;
    }
    return restore(generator, value);
}

void rl_generator_copy(rl_generator *to, const rl_generator *from) {
    rl_generator *next = to->next, *previous = to->previous;
    *to = *from;
    to->next = next;
    to->previous = previous;
}
