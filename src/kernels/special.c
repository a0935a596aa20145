#include "special.h"
#include "mathfn.h"

#include <math.h>

#define TINY 1e-300

/* A first guess by a fit of log(1 - y^2) (Winitzki's formula), then Halley's steps, with erfc where erf is near 1. */
double rl_special_erfinv(double y) {
    if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(INFINITY, y) : NAN;
    if (y == 0) return y;
    double a = 0.147, half = 2 / (RL_PI * a) + log1p(-y * y) / 2, size = fabs(y);
    double x = sqrt(sqrt(half * half - log1p(-y * y) / a) - half);
    for (int step = 0; step < 3; step++) {
        double off = size < 0.5 ? erf(x) - size : (1 - size) - erfc(x);
        double move = off / (2 / sqrt(RL_PI) * exp(-x * x));
        x -= move / (1 + x * move);
    }
    return copysign(x, y);
}

/* log(x) - 1/(2x) - sum B_2k / (2k x^2k) from 10 on; below, up by the recurrence; negative numbers by reflection. */
double rl_special_digamma(double x) {
    if (x == 0) return copysign(INFINITY, -x);
    if (x < 0) {
        if (x == floor(x)) return NAN;
        double integral, rest = modf(x, &integral);
        return rl_special_digamma(1 - x) - RL_PI / tan(RL_PI * rest);
    }
    double sum = 0;
    for (; x < 10; x += 1) sum -= 1 / x;
    if (isinf(x)) return x;
    double z = 1 / (x * x);
    double tail = z * (1 / 12.0 - z * (1 / 120.0 - z * (1 / 252.0 - z * (1 / 240.0 - z * (1 / 132.0 - z * (691 / 32760.0 - z / 12))))));
    return sum + log(x) - 0.5 / x - tail;
}

/* sum over k >= 0 of (x + k)^-s: terms up to 12, then Euler and Maclaurin's formula. */
static double hurwitz_zeta(double s, double x) {
    static const double bernoulli[] = {1 / 6.0,       -1 / 30.0, 1 / 42.0,      -1 / 30.0,     5 / 66.0,
                                       -691 / 2730.0, 7 / 6.0,   -3617 / 510.0, 43867 / 798.0, -174611 / 330.0};
    double sum = 0;
    if (x <= 0 && x == floor(x)) return INFINITY;
    if (x < -1e7) return NAN; /* too far below 0 to come up term by term */
    for (; x < 12; x += 1) sum += pow(x, -s);
    if (isinf(x)) return sum;
    double power = pow(x, -s), factor = s / x;
    sum += x * power / (s - 1) + power / 2;
    for (int k = 0; k < 10; k++) {
        double term = bernoulli[k] * factor * power;
        for (int j = 1; j <= 2 * k + 2; j++) term /= j;
        sum += term;
        factor *= (s + 2 * k + 1) * (s + 2 * k + 2) / (x * x);
    }
    return sum;
}

double rl_special_polygamma(int n, double x) {
    if (n == 0) return rl_special_digamma(x);
    if (n == 1 && x == -INFINITY) return NAN;
    if (n == 1 && x < 0.5 && x != floor(x)) {
        double s = sin(RL_PI * (x - floor(x)));
        return RL_PI * RL_PI / (s * s) - rl_special_polygamma(1, 1 - x);
    }
    return (n % 2 ? 1 : -1) * exp(lgamma(n + 1.0)) * hurwitz_zeta(n + 1.0, x);
}

double rl_special_mvlgamma(double x, int p) {
    double sum = p * (p - 1.0) / 4 * log(RL_PI);
    for (int k = 0; k < p; k++) sum += lgamma(x - k / 2.0);
    return sum;
}

/* The power series up to 20; beyond, the asymptotic one: the sign of its terms depends on the order. */
static double bessel(double x, int order) {
    double size = fabs(x), sum = 1, term = 1;
    if (size < 20) {
        for (int k = 1; k < 200 && term > sum * 1e-17; k++) sum += term *= size * size / 4 / ((double)k * (k + order));
        return order ? sum * size / 2 : sum;
    }
    if (isinf(size)) return INFINITY;
    for (int k = 1; k < 40 && fabs(term) > 1e-17; k++) sum += term *= ((2 * k - 1.0) * (2 * k - 1) - 4.0 * order) / (8 * k * size);
    return exp(size / 2) * (exp(size / 2) / sqrt(2 * RL_PI * size) * sum);
}

double rl_special_i0(double x) { return x == x ? bessel(x, 0) : x; }

double rl_special_i1(double x) { return x == x ? copysign(bessel(x, 1), x) : x; }

/* exp(x^2), with what is lost by rounding x^2 */
static double exp_square(double x) {
    double square = x * x;
    return exp(square) * (1 + fma(x, x, -square));
}

double rl_special_erfcx(double x) {
    if (x != x || x < -27) return x != x ? x : INFINITY;
    if (x < 10) return exp_square(x) * erfc(x);
    double z = 0.5 / (x * x), sum = 1, term = 1;
    for (int k = 1; k < 40 && fabs(term) > 1e-17; k++) sum += term *= -(2 * k - 1) * z;
    return sum / (x * sqrt(RL_PI));
}

double rl_special_log_ndtr(double x) {
    if (x > -1) return log1p(-0.5 * erfc(x / sqrt(2.0)));
    return log(rl_special_erfcx(-x / sqrt(2.0)) / 2) - x * x / 2;
}

/* Newton's steps, which from the left of the root of a concave function do not leave that side. */
double rl_special_ndtri_exp(double y) {
    if (!(y < 0)) return y == 0 ? INFINITY : NAN;
    if (isinf(y)) return y;
    double x = y < -2 ? -sqrt(-2 * y) : sqrt(2.0) * rl_special_erfinv(2 * exp(y) - 1);
    if (y > -0.7) {
        double upper = -expm1(y);
        return -(upper < 0.1 ? rl_special_ndtri_exp(log(upper)) : sqrt(2.0) * rl_special_erfinv(2 * upper - 1));
    }
    for (int step = 0; step < 60; step++) {
        double hazard = sqrt(2 / RL_PI) / rl_special_erfcx(-x / sqrt(2.0)), move = (rl_special_log_ndtr(x) - y) / hazard;
        x -= move;
        if (fabs(move) <= 1e-15 * fabs(x) + 1e-300) break;
    }
    return x;
}

static double igamma_front(double a, double x) { return exp(a * log(x) - x - lgamma(a)); }

/* sum of x^k / ((a + 1) ... (a + k)) */
static double igamma_series(double a, double x) {
    double term = 1, sum = term;
    for (int k = 1; k < 100000 && term > sum * 1e-17; k++) sum += term *= x / (a + k);
    return sum * exp(a * log(x) - x - lgamma(a + 1));
}

/* Legendre's continued fraction, by Lentz's method */
static double igammac_fraction(double a, double x) {
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int k = 1; k < 100000; k++) {
        double top = -k * (k - a);
        b += 2;
        d = 1 / (fabs(top * d + b) < TINY ? TINY : top * d + b);
        c = fabs(b + top / c) < TINY ? TINY : b + top / c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-16) break;
    }
    return h * igamma_front(a, x);
}

/* Temme's uniform expansion, for large a: the upper function */
static double igammac_uniform(double a, double x) {
    double off = (x - a) / a, eta = copysign(sqrt(2 * (off - log1p(off))), off);
    double rest = fabs(eta) < 1e-3 ? -1.0 / 3 + eta / 12 : 1 / off - 1 / eta;
    return 0.5 * erfc(eta * sqrt(a / 2)) + exp(-0.5 * a * eta * eta) / sqrt(2 * RL_PI * a) * rest;
}

/* The upper function for small x: what the series of the lower one lacks of 1, without cancellation */
static double igammac_series(double a, double x) {
    double sum = 0, power = 1;
    for (int k = 1; k < 100 && fabs(power) > 1e-18; k++) {
        power *= -x / k;
        sum += power / (a + k);
    }
    return -expm1(a * log(x) - lgamma(1 + a)) - exp(a * log(x) - lgamma(a)) * sum;
}

double rl_special_igamma(double a, double x) {
    if (!(a >= 0) || !(x >= 0)) return NAN;
    if (a == 0) return x > 0 ? 1 : NAN;
    if (x == 0) return 0;
    if (isinf(a)) return isinf(x) ? NAN : 0;
    if (isinf(x)) return 1;
    if (a > 1e5) return 1 - igammac_uniform(a, x);
    return x < a + 1 ? igamma_series(a, x) : 1 - igammac_fraction(a, x);
}

double rl_special_igammac(double a, double x) {
    if (!(a >= 0) || !(x >= 0)) return NAN;
    if (a == 0) return x > 0 ? 0 : NAN;
    if (x == 0) return 1;
    if (isinf(a)) return isinf(x) ? NAN : 1;
    if (isinf(x)) return 0;
    if (a > 1e5) return igammac_uniform(a, x);
    if (x <= 1.1 && a <= 1) return igammac_series(a, x);
    return x < a + 1 ? 1 - igamma_series(a, x) : igammac_fraction(a, x);
}

/* ---- dx/da where x is a quantile of the gamma distribution of shape a: with P its distribution function, -(dP/da) / (dP/dx) ---- */

/* From igamma_series(), differentiated term by term. */
static double gamma_slope_series(double a, double x) {
    double term = 1, sum = 1, harmonic = 0, by_a = 0;
    for (int k = 1; k < 100000 && term > sum * 1e-17; k++) {
        term *= x / (a + k);
        harmonic += 1 / (a + k);
        sum += term;
        by_a -= term * harmonic;
    }
    return -x / a * (sum * (log(x) - rl_special_digamma(a + 1)) + by_a);
}

/* From igammac_fraction(), where c, d and h go with their derivatives by a. */
static double gamma_slope_fraction(double a, double x) {
    double b = x + 1 - a, d = 1 / b, h = d, d_a = d * d, h_a = d_a, c = 1 / TINY, c_a = 0;
    for (int k = 1; k < 100000; k++) {
        double top = -k * (k - a), c_before = c;
        b += 2;
        d_a = -(k * d + top * d_a - 1) / ((top * d + b) * (top * d + b));
        d = 1 / (top * d + b);
        c = b + top / c_before;
        c_a = -1 + (k - top * c_a / c_before) / c_before;
        double step = d * c, step_a = d_a * c + d * c_a;
        h_a = h_a * step + h * step_a;
        h *= step;
        if (fabs(step - 1) < 1e-15 && fabs(step_a) < 1e-15) break;
    }
    return x * (h * (log(x) - rl_special_digamma(a)) + h_a);
}

/* From Wilson and Hilferty's approximation, in which the cube root of x / a is normal, for large a */
static double gamma_slope_uniform(double a, double x) {
    double root = cbrt(x / a), z = 3 * sqrt(a) * (root - 1 + 1 / (9 * a));
    return root * root * (root + 1 / (3 * a) - z / (2 * sqrt(a)));
}

double rl_special_gamma_slope(double a, double x) {
    if (!(a > 0 && x >= 0) || isinf(a) || isinf(x)) return NAN;
    if (x == 0) return 0;
    if (a > 1e5) return gamma_slope_uniform(a, x);
    return x < a + 1 ? gamma_slope_series(a, x) : gamma_slope_fraction(a, x);
}
