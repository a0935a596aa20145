/* One element of a step, for each optimiser: *x is the parameter, g its gradient, *a, *b and *c what is remembered, k the numbers.
 * T, SUFFIX: template.h. What the numbers are stands in optimizer.c. */

static inline void OF(sgd)(T *x, T g, const T *k) {
    g += k[DECAY] * *x;
    *x -= k[RATE] * g;
}

static inline void OF(sgd_momentum)(T *x, T g, T *a, const T *k) {
    g += k[DECAY] * *x;
    *a = k[MOMENTUM] * *a + k[DAMPED] * g;
    *x -= k[RATE] * (k[AHEAD] * g + k[PULL] * *a);
}

/* Adam and AdamW, which differ in where the weight decays. */
static inline void OF(adam)(T *x, T g, T *a, T *b, const T *k) {
    *x *= k[SHRINK];
    g += k[DECAY] * *x;
    *a = k[BETA1] * *a + (1 - k[BETA1]) * g;
    *b = k[BETA2] * *b + (1 - k[BETA2]) * g * g;
    *x -= k[RATE] * *a / (OF(root)(*b) * k[CORRECTION] + k[EPS]);
}

static inline void OF(amsgrad)(T *x, T g, T *a, T *b, T *c, const T *k) {
    *x *= k[SHRINK];
    g += k[DECAY] * *x;
    *a = k[BETA1] * *a + (1 - k[BETA1]) * g;
    *b = k[BETA2] * *b + (1 - k[BETA2]) * g * g;
    *c = *c >= *b ? *c : *b;
    *x -= k[RATE] * *a / (OF(root)(*c) * k[CORRECTION] + k[EPS]);
}

static inline void OF(rmsprop)(T *x, T g, T *a, const T *k) {
    g += k[DECAY] * *x;
    *a = k[ALPHA] * *a + (1 - k[ALPHA]) * g * g;
    *x -= k[RATE] * g / (OF(root)(*a) + k[EPS]);
}

static inline void OF(rmsprop_momentum)(T *x, T g, T *a, T *b, const T *k) {
    g += k[DECAY] * *x;
    *a = k[ALPHA] * *a + (1 - k[ALPHA]) * g * g;
    *b = k[MOMENTUM] * *b + g / (OF(root)(*a) + k[EPS]);
    *x -= k[RATE] * *b;
}

static inline void OF(rmsprop_centered)(T *x, T g, T *a, T *b, const T *k) {
    g += k[DECAY] * *x;
    *a = k[ALPHA] * *a + (1 - k[ALPHA]) * g * g;
    *b = k[ALPHA] * *b + (1 - k[ALPHA]) * g;
    *x -= k[RATE] * g / (OF(root)(*a - *b * *b) + k[EPS]);
}

static inline void OF(rmsprop_centered_momentum)(T *x, T g, T *a, T *b, T *c, const T *k) {
    g += k[DECAY] * *x;
    *a = k[ALPHA] * *a + (1 - k[ALPHA]) * g * g;
    *b = k[ALPHA] * *b + (1 - k[ALPHA]) * g;
    *c = k[MOMENTUM] * *c + g / (OF(root)(*a - *b * *b) + k[EPS]);
    *x -= k[RATE] * *c;
}

static inline void OF(adagrad)(T *x, T g, T *a, const T *k) {
    g += k[DECAY] * *x;
    *a += g * g;
    *x -= k[RATE] * g / (OF(root)(*a) + k[EPS]);
}

static inline void OF(adadelta)(T *x, T g, T *a, T *b, const T *k) {
    g += k[DECAY] * *x;
    *a = k[ALPHA] * *a + (1 - k[ALPHA]) * g * g;
    T change = OF(root)(*b + k[EPS]) / OF(root)(*a + k[EPS]) * g;
    *b = k[ALPHA] * *b + (1 - k[ALPHA]) * change * change;
    *x -= k[RATE] * change;
}

/* *a is the average of the parameter. */
static inline void OF(asgd)(T *x, T g, T *a, const T *k) {
    g += k[DECAY] * *x;
    *x = k[SHRINK] * *x - k[RATE] * g;
    *a += (*x - *a) * k[AVERAGING];
}

/* *a is the gradient before, *b how far the parameter goes. */
static inline void OF(rprop)(T *x, T g, T *a, T *b, const T *k) {
    T product = g * *a;
    T grown = *b * (product > 0 ? k[GROWTH] : product < 0 ? k[SHRINK] : 1);
    *b = grown < k[LEAST] ? k[LEAST] : grown > k[LARGEST] ? k[LARGEST] : grown;
    g = product < 0 ? 0 : g;
    *x -= g > 0 ? *b : g < 0 ? -*b : 0;
    *a = g;
}
