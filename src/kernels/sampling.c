#include <float.h>
#include <math.h>

#include "parallel.h"
#include "random.h"

void rl_random_permutation(rl_generator *generator, int64_t *to, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] = i;
    for (int64_t i = 0; i < n - 1 && !RL_GIVEN_UP_AT(i); i++) {
        int64_t other = i + (int64_t)(rl_random32(generator) % (uint64_t)(n - i)), value = to[i];
        to[i] = to[other];
        to[other] = value;
    }
}

static double read(const rl_tensor *x, int64_t i) { return x->dtype == RL_DOUBLE ? ((const double *)rl_host_data(x))[i] : ((const float *)rl_host_data(x))[i]; }

rl_status rl_random_bernoulli(rl_generator *generator, rl_tensor *to, rl_tensor *probabilities) {
    for (int64_t i = 0; i < to->numel && !RL_GIVEN_UP_AT(i); i++) {
        double p = read(probabilities, i);
        if (!(p >= 0 && p <= 1)) return rl_fail("probabilities must lie between 0 and 1; there is %g among them", p);
        double u = probabilities->dtype == RL_DOUBLE ? rl_random_uniform(generator) : (double)(rl_random32(generator) & 0xffffff) * 0x1p-24;
        ((uint8_t *)rl_host_data(to))[i] = u < p;
    }
    return RL_OK;
}

/* ---- Poisson ---- */

/* Hoermann's transformed rejection, for rates that are not small. */
static int64_t poisson_by_rejection(rl_generator *generator, double rate) {
    double root = sqrt(rate), log_rate = log(rate), b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), accepted = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = rl_random_uniform(generator) - 0.5, v = rl_random_uniform(generator), left = 0.5 - fabs(u);
        double k = floor((2 * a / left + b) * u + rate + 0.43);
        if (left >= 0.07 && v <= accepted) return (int64_t)k;
        if (k < 0 || (left < 0.013 && v > left)) continue;
        if (log(v) + log(inverse_alpha) - log(a / (left * left) + b) <= -rate + k * log_rate - lgamma(k + 1)) return (int64_t)k;
    }
}

/* How many uniform numbers may be multiplied before the product falls to exp(-rate). */
static int64_t poisson_by_product(rl_generator *generator, double rate) {
    double product = 1, end = exp(-rate);
    for (int64_t k = 0;; k++) {
        product *= rl_random_uniform(generator);
        if (product <= end) return k;
    }
}

rl_status rl_random_poisson(rl_generator *generator, rl_tensor *to, rl_tensor *rates) {
    for (int64_t i = 0; i < to->numel && !RL_GIVEN_UP_AT(i); i++) {
        double rate = read(rates, i);
        if (!(rate >= 0 && isfinite(rate))) return rl_fail("rates must be finite and not negative; there is %g among them", rate);
        int64_t count = rate == 0 ? 0 : rate >= 10 ? poisson_by_rejection(generator, rate) : poisson_by_product(generator, rate);
        if (to->dtype == RL_DOUBLE)
            ((double *)rl_host_data(to))[i] = (double)count;
        else
            ((float *)rl_host_data(to))[i] = (float)count;
    }
    return RL_OK;
}

/* ---- gamma ---- */

/* Marsaglia and Tsang's rejection of cubed normal numbers; a shape below 1 is raised by 1, and the draw scaled back. */
static double draw_gamma(rl_generator *generator, double shape) {
    double scale = 1;
    if (shape < 1) {
        scale = pow(1 - rl_random_uniform(generator), 1 / shape);
        shape++;
    }
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double z = rl_random_normal(generator, 0, 1), root = 1 + c * z;
        if (root <= 0) continue;
        double v = root * root * root, u = 1 - rl_random_uniform(generator);
        if (u < 1 - 0.0331 * z * z * z * z || log(u) < 0.5 * z * z + d * (1 - v + log(v))) return scale * d * v;
    }
}

/* What is too small for the dtype becomes its least positive number: 0 is no value of the distribution. */
rl_status rl_random_gamma(rl_generator *generator, rl_tensor *to, rl_tensor *shapes) {
    for (int64_t i = 0; i < to->numel && !RL_GIVEN_UP_AT(i); i++) {
        double shape = read(shapes, i);
        if (!(shape > 0 && isfinite(shape))) return rl_fail("shapes must be finite and positive; there is %g among them", shape);
        double drawn = draw_gamma(generator, shape);
        if (to->dtype == RL_DOUBLE)
            ((double *)rl_host_data(to))[i] = fmax(drawn, DBL_MIN);
        else
            ((float *)rl_host_data(to))[i] = fmaxf((float)drawn, FLT_MIN);
    }
    return RL_OK;
}

/* ---- choices ---- */

static rl_status check_weights(const rl_tensor *weights, int64_t row, int64_t n, int64_t *positive) {
    double sum = 0;
    *positive = 0;
    for (int64_t i = 0; i < n; i++) {
        double weight = read(weights, row * n + i);
        if (!(weight >= 0 && isfinite(weight))) return rl_fail("weights must be finite and not negative; there is %g among them", weight);
        *positive += weight > 0;
        sum += weight;
    }
    return sum > 0 ? RL_OK : rl_fail("the weights sum to 0: nothing can be chosen");
}

/* The slot of the cumulated weights, in their own precision, that a uniform number falls into. */
static rl_status choose_with_replacement(rl_generator *generator, int64_t *to, int64_t count, const rl_tensor *weights, int64_t row, int64_t n) {
    int single = weights->dtype == RL_FLOAT;
    double sum = 0, *cumulated = rl_scope_memory((size_t)n, sizeof *cumulated);
    if (!cumulated) return RL_FAILED;
    for (int64_t i = 0; i < n; i++) {
        sum += read(weights, row * n + i);
        cumulated[i] = sum = single ? (float)sum : sum;
    }
    for (int64_t i = 0; i < n; i++) cumulated[i] = single ? (float)cumulated[i] / (float)sum : cumulated[i] / sum;
    cumulated[n - 1] = 1;
    for (int64_t k = 0; k < count && !RL_GIVEN_UP_AT(k); k++) {
        double u = rl_random_uniform(generator);
        int64_t low = 0, high = n;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (cumulated[middle] < u)
                low = middle + 1;
            else
                high = middle;
        }
        to[k] = low;
    }
    return RL_OK;
}

static void sift_down(int64_t *heap, const double *keys, int64_t at, int64_t size) {
    for (int64_t child; (child = 2 * at + 1) < size; at = child) {
        if (child + 1 < size && keys[heap[child + 1]] > keys[heap[child]]) child++;
        if (keys[heap[at]] >= keys[heap[child]]) return;
        int64_t swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

/* The largest of weight / exponential, in their order: a heap gives as many as are wanted. */
static rl_status take_largest(int64_t *to, int64_t count, const double *keys, int64_t n) {
    int64_t *heap = rl_scope_memory((size_t)n, sizeof *heap);
    if (!heap) return RL_FAILED;
    for (int64_t i = 0; i < n; i++) heap[i] = i;
    for (int64_t i = n / 2 - 1; i >= 0; i--) sift_down(heap, keys, i, n);
    for (int64_t k = 0; k < count; k++) {
        to[k] = heap[0];
        heap[0] = heap[n - 1 - k];
        sift_down(heap, keys, 0, n - 1 - k);
    }
    return RL_OK;
}

rl_status rl_random_choices(rl_generator *generator, rl_tensor *to, rl_tensor *weights, int replacement) {
    int64_t n = weights->sizes[weights->ndim - 1], rows = weights->ndim == 2 ? weights->sizes[0] : 1, count = to->sizes[to->ndim - 1], positive;
    int by_race = !replacement || count == 1;
    int64_t *out = rl_host_data(to);
    rl_distribution exponential = {.kind = RL_EXPONENTIAL, .a = 1};
    rl_scope scope = rl_scope_enter();
    rl_status status = RL_OK;
    for (int64_t row = 0; row < rows && status == RL_OK; row++) {
        status = check_weights(weights, row, n, &positive);
        if (status == RL_OK && !replacement && positive < count)
            status = rl_fail("%lld choices without replacement were asked for, and only %lld weights are positive", (long long)count, (long long)positive);
    }
    for (int64_t row = 0; row < rows && status == RL_OK; row++, rl_scope_leave(scope)) {
        if (!by_race) {
            status = choose_with_replacement(generator, out + row * count, count, weights, row, n);
            continue;
        }
        double *keys = rl_scope_memory((size_t)n, sizeof *keys);
        if (!keys) return RL_FAILED;
        for (int64_t i = 0; i < n; i++) {
            float single;
            if (weights->dtype == RL_FLOAT) {
                rl_fill_random(generator, &exponential, RL_FLOAT, &single, 1, 0);
                keys[i] = (float)read(weights, row * n + i) / single;
            } else {
                rl_fill_random(generator, &exponential, RL_DOUBLE, &keys[i], 1, 0);
                keys[i] = read(weights, row * n + i) / keys[i];
            }
        }
        status = take_largest(out + row * count, count, keys, n);
    }
    return status;
}
