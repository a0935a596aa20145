/* The errors of the core's functions of one float, in units in the last digit of the true value, against libm's in double. Every
 * STEP-th of the 2^32 floats is tried: ulp [STEP [FUNCTION ...]], 997 unless told. A line for each function, as in a table of
 * Markdown: the largest error, where it lies, and how often the two disagree on what is NaN and what infinite. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/kernels/unary.h"

static double cot_pi(double x) { return 1 / tan(M_PI * (x - round(x))); }

static double rsqrt(double x) { return 1 / sqrt(x); }
static double reciprocal(double x) { return 1 / x; }
static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double logit(double x) { return x < 0.25 ? log(x) - log1p(-x) : 2 * atanh(2 * x - 1); }
static double softplus(double x) { return x > 20 ? x : log1p(exp(x)); }
static double logsigmoid(double x) { return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x)); }
static double elu(double x) { return x > 0 ? x : expm1(x); }

/* Newton's step from a double to the inverse, of which the error is a square. */
static double erfinv(double y) {
    if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(INFINITY, y) : NAN;
    double size = fabs(y), x = 0.9 * sqrt(-log1p(-size));
    for (int step = 0; step < 60; step++) x -= (size < 0.5 ? erf(x) - size : (1 - size) - erfc(x)) * 0.88622692545275801365 * exp(x * x);
    return copysign(x, y);
}

/* The asymptotic series from 30 on; below, the recurrence; negative numbers by reflection. */
static double digamma(double x) {
    if (x == 0) return copysign(INFINITY, -x);
    if (x < 0) return x == floor(x) ? NAN : digamma(1 - x) - M_PI * cot_pi(x);
    long double sum = 0, y = x, z;
    for (; y < 30; y++) sum -= 1 / y;
    z = 1 / (y * y);
    return (double)(sum + logl(y) - 0.5L / y - z * (1 / 12.0L - z * (1 / 120.0L - z * (1 / 252.0L - z / 240))));
}

#define OF(name) \
    { #name, name, &rl_##name##_loops }
static const struct {
    const char *name;
    double (*reference)(double);
    const rl_loops *loops;
} functions[] = {OF(exp),     OF(exp2),  OF(expm1), OF(log),  OF(log2),   OF(log10),  OF(log1p),   OF(sqrt), OF(rsqrt),    OF(reciprocal), OF(sin),
                 OF(cos),     OF(tan),   OF(asin),  OF(acos), OF(atan),   OF(sinh),   OF(cosh),    OF(tanh), OF(asinh),    OF(acosh),      OF(atanh),
                 OF(sigmoid), OF(logit), OF(erf),   OF(erfc), OF(erfinv), OF(lgamma), OF(digamma), OF(elu),  OF(softplus), OF(logsigmoid)};

typedef struct {
    double error;
    float at;
    long long tried, nan, infinite;
} result;

static double last_place(double y) {
    int exponent;
    frexp(y, &exponent);
    return ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

static void compare(result *r, float x, float got, double want) {
    r->tried++;
    if (want != want || got != got) {
        r->nan += (want != want) != (got != got);
    } else if (isinf((float)want) || isinf(got)) {
        r->infinite += (double)(float)want != (double)got;
    } else {
        double error = fabs(got - want) / last_place(want);
        if (error > r->error) {
            r->error = error;
            r->at = x;
        }
    }
}

static result measure(int k, unsigned long long step) {
    enum { BLOCK = 4096 };
    result all = {0};
    const rl_scalar numbers[3] = {rl_scalar_double(1), rl_scalar_double(strcmp(functions[k].name, "softplus") ? 1 : 20), rl_scalar_double(1)};
    long long count = (long long)(((1ULL << 32) + step - 1) / step), blocks = (count + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(dynamic, 4)
    for (long long block = 0; block < blocks; block++) {
        static _Thread_local float x[BLOCK], y[BLOCK];
        result own = {0};
        long long n = count - block * BLOCK < BLOCK ? count - block * BLOCK : BLOCK;
        for (long long i = 0; i < n; i++) {
            uint32_t bits = (uint32_t)((unsigned long long)(block * BLOCK + i) * step);
            memcpy(&x[i], &bits, sizeof bits);
        }
        functions[k].loops->of[RL_FLOAT]((char *[]){(char *)y, (char *)x}, (int64_t[]){sizeof(float), sizeof(float)}, n, numbers);
        for (long long i = 0; i < n; i++) compare(&own, x[i], y[i], functions[k].reference(x[i]));
#pragma omp critical
        {
            all.tried += own.tried;
            all.nan += own.nan;
            all.infinite += own.infinite;
            if (own.error > all.error || (own.error == all.error && own.at < all.at)) {
                all.error = own.error;
                all.at = own.at;
            }
        }
    }
    return all;
}

static int is_asked(const char *name, int n, char **names) {
    for (int k = 0; k < n; k++)
        if (!strcmp(name, names[k])) return 1;
    return n <= 0;
}

int main(int argc, char **argv) {
    unsigned long long step = argc > 1 ? strtoull(argv[1], NULL, 10) : 997;
    if (step < 1) {
        fprintf(stderr, "usage: ulp [STEP [FUNCTION ...]]\n");
        return 2;
    }
    printf("| function | largest error, ulp | at | NaN differ | infinite differ |\n|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
        if (!is_asked(functions[k].name, argc - 2, argv + 2)) continue;
        result r = measure((int)k, step);
        printf("| %s | %.2f | %.8g | %lld | %lld |\n", functions[k].name, r.error, r.at, r.nan, r.infinite);
        fflush(stdout);
    }
    return 0;
}
