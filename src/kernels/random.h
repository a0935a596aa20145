/* Random numbers: PyTorch's streams for the same seed.
 *
 * A generator is mt19937. Which of its words become which number is part of the interface: the same seed, dtype, layout and
 * sequence of calls give what PyTorch gives on a CPU. So elements are drawn one after the other, in the order of memory. */
#ifndef RL_KERNELS_RANDOM_H
#define RL_KERNELS_RANDOM_H

#include "../tensor/tensor.h"

enum { RL_GENERATOR_WORDS = 624, RL_GENERATOR_STATE_BYTES = 5056, RL_GENERATOR_SAVED_BYTES = 8 * (8 + RL_GENERATOR_WORDS) };

typedef struct rl_generator {
    uint64_t seed;
    uint32_t state[RL_GENERATOR_WORDS], ready[RL_GENERATOR_WORDS];
    int used;      /* of what is ready */
    int fresh;     /* seeded, and nothing drawn since */
    int has_spare; /* normal numbers come in pairs: the second waits */
    int forks;     /* of this process, since it was seeded */
    double spare;
    struct rl_generator *next, *previous; /* all there are: a ring */
} rl_generator;

/* generator.c */
rl_generator *rl_default_generator(void); /* seeded from the clock until it is seeded by the user */
rl_generator *rl_generator_new(void);     /* to be seeded; NULL if memory is short */
void rl_generator_release(rl_generator *generator);
/* After fork(). A child goes on from what the parent's state and the number of the fork give; the parent counts. */
void rl_generators_in_child(void);
void rl_generators_in_parent(void);
void rl_generator_copy(rl_generator *to, const rl_generator *from); /* the state alone */
void rl_generator_seed(rl_generator *generator, uint64_t seed);
int rl_generator_is_sound(const rl_generator *generator); /* its bytes may have been anything */
void rl_generator_draw(rl_generator *generator, uint32_t *words, int64_t n);
/* The state as PyTorch lays it out in a tensor of bytes. */
void rl_generator_export(const rl_generator *generator, uint8_t *bytes);
rl_status rl_generator_import(rl_generator *generator, const uint8_t *bytes);
/* As it is saved: RL_GENERATOR_SAVED_BYTES. */
void rl_generator_write(const rl_generator *generator, uint8_t *bytes);
rl_status rl_generator_read(rl_generator *generator, const uint8_t *bytes, size_t n);

static inline uint32_t rl_random32(rl_generator *generator) {
    uint32_t word;
    if (generator->used < RL_GENERATOR_WORDS) return generator->ready[generator->used++];
    rl_generator_draw(generator, &word, 1);
    return word;
}

static inline uint64_t rl_random64(rl_generator *generator) {
    uint64_t high = rl_random32(generator);
    return high << 32 | rl_random32(generator);
}

/* In [0, 1), on the grid of a double's 53 bits. */
static inline double rl_random_uniform(rl_generator *generator) { return (double)(rl_random64(generator) & ((UINT64_C(1) << 53) - 1)) * 0x1p-53; }

/* random.c */
typedef struct {
    enum { RL_UNIFORM, RL_NORMAL, RL_EXPONENTIAL, RL_CAUCHY, RL_LOG_NORMAL, RL_GEOMETRIC, RL_BERNOULLI, RL_INTEGERS } kind;
    double a, b; /* from and to; mean and deviation; rate; location and scale; probability, and what success is written as */
    int64_t base;
    uint64_t range; /* 0: all 64 bits */
} rl_distribution;

/* Integers from `base`: 32 bits are drawn for each, or 64 where the dtype and the range want more. */
rl_distribution rl_integers_between(rl_dtype dtype, int64_t base, uint64_t range);
/* All that the dtype holds exactly, from 0. */
rl_distribution rl_integers_of(rl_dtype dtype);

/* n elements that lie side by side. Normal numbers are drawn sixteen at a time where `in_blocks`, in pairs otherwise. */
void rl_fill_random(rl_generator *generator, const rl_distribution *distribution, rl_dtype dtype, void *to, int64_t n, int in_blocks);
double rl_random_normal(rl_generator *generator, double mean, double deviation);

/* sampling.c: contiguous tensors */
void rl_random_permutation(rl_generator *generator, int64_t *to, int64_t n);
rl_status rl_random_bernoulli(rl_generator *generator, rl_tensor *to, rl_tensor *probabilities); /* the probabilities float or double */
rl_status rl_random_poisson(rl_generator *generator, rl_tensor *to, rl_tensor *rates);
rl_status rl_random_gamma(rl_generator *generator, rl_tensor *to, rl_tensor *shapes); /* of scale 1 */
/* weights: float or double, a row each; to: int64, positions from 0 */
rl_status rl_random_choices(rl_generator *generator, rl_tensor *to, rl_tensor *weights, int replacement);

#endif
