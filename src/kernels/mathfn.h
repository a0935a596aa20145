/* Mathematical functions that the compiler can vectorise: no branches, no tables, no calls. Each is within a few units in the
 * last digit of the true value (tests/testthat/test-op-accuracy.R measures them), and exact at 0, infinity and NaN.
 *
 * The coefficients are Chebyshev fits over the reduced range; a comment gives what is fitted and the fit's error. */
#ifndef RL_KERNELS_MATHFN_H
#define RL_KERNELS_MATHFN_H

#include <math.h>
#include <stdint.h>

#define RL_PI 3.14159265358979323846

/* A call in a loop would keep it from being vectorised. */
#define RL_INLINE static inline __attribute__((always_inline))

typedef union {
    float value;
    uint32_t bits;
} rl_float_bits;

typedef union {
    double value;
    uint64_t bits;
} rl_double_bits;

RL_INLINE float rl_from_bits(uint32_t bits) { return ((rl_float_bits){.bits = bits}).value; }
RL_INLINE uint32_t rl_to_bits(float value) { return ((rl_float_bits){.value = value}).bits; }
RL_INLINE double rl_from_bits64(uint64_t bits) { return ((rl_double_bits){.bits = bits}).value; }
RL_INLINE uint64_t rl_to_bits64(double value) { return ((rl_double_bits){.value = value}).bits; }

/* Adding these leaves a number rounded to a whole one in the low bits of the sum. */
#define RL_ROUND 12582912.0f
#define RL_ROUND64 6755399441055744.0
#define RL_LN2 0.69314718055994530942

RL_INLINE float rl_with_sign(float magnitude, float sign) { return rl_from_bits((rl_to_bits(magnitude) & 0x7fffffff) | (rl_to_bits(sign) & 0x80000000)); }
RL_INLINE double rl_with_sign64(double magnitude, double sign) {
    return rl_from_bits64((rl_to_bits64(magnitude) & 0x7fffffffffffffff) | (rl_to_bits64(sign) & 0x8000000000000000));
}

/* ---- exp: x = n ln 2 + r; exp(x) = 2^n exp(r) ---- */

/* (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2: 6.5e-8, 1.7e-20, and between for float results made in double: 4.7e-13 */
RL_INLINE float rl_exp_fit(float r) {
    float r2 = r * r;
    return (0.5f + r * 0.166665768f) + r2 * ((0.0416665544f + r * 0.00836320297f) + r2 * 0.00139262135f);
}

RL_INLINE double rl_exp_fit64(double r) {
    double r2 = r * r, r4 = r2 * r2;
    double low = (0.5 + r * 0.16666666666666666) + r2 * (0.041666666666666678 + r * 0.0083333333333333332);
    double mid = (0.0013888888888879043 + r * 0.00019841269841263279) + r2 * (2.4801587336526005e-05 + r * 2.7557319247274564e-06);
    double top = (2.7557263189476208e-07 + r * 2.5052071034565116e-08) + r2 * (2.0918170876658783e-09 + r * 1.6086650044578211e-10);
    return low + r4 * (mid + r4 * top);
}

RL_INLINE double rl_exp_fit_mid(double r) {
    double r2 = r * r;
    double low = (0.49999999999954925 + r * 0.16666666666662569) + r2 * (0.041666666786625194 + r * 0.008333333344235647);
    return low + r2 * r2 * ((0.0013888839010858958 + r * 0.0001984122450904205) + r2 * (2.4867936562197741e-05 + r * 2.7617625110379297e-06));
}

/* exp(r) 2^n in two steps, since 2^n alone may not be a number */
RL_INLINE float rl_scaled(float y, uint32_t n) { /* n: the low bits of a rounding sum; the shifts keep them alone */
    uint32_t first = n >> 1;
    return y * rl_from_bits((first + 127) << 23) * rl_from_bits((n - first + 127) << 23);
}

RL_INLINE float rl_expf(float x) {
    float within = x > 89.0f ? 89.0f : x;
    within = within < -104.0f ? -104.0f : within;
    float sum = within * 1.44269504f + RL_ROUND, n = sum - RL_ROUND;
    float r = (within - n * 0.693359375f) - n * -2.12194440e-4f;
    return rl_scaled(1 + (r + r * r * rl_exp_fit(r)), rl_to_bits(sum));
}

RL_INLINE double rl_exp64(double x) {
    double within = x > 710.0 ? 710.0 : x;
    within = within < -746.0 ? -746.0 : within;
    double sum = within * 1.4426950408889634 + RL_ROUND64, n = sum - RL_ROUND64;
    double r = (within - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    uint64_t whole = rl_to_bits64(sum), first = whole >> 1; /* 2^n in two steps, as above; the shifts keep the low bits alone */
    double y = 1 + (r + r * r * rl_exp_fit64(r));
    return y * rl_from_bits64((first + 1023) << 52) * rl_from_bits64((whole - first + 1023) << 52);
}

/* Of a float as rl_expf(), else as rl_exp64(). */
#define RL_EXP(x) _Generic((x), float : rl_expf, default : rl_exp64)(x)

RL_INLINE float rl_exp2f(float x) {
    float within = x > 129.0f ? 129.0f : x;
    within = within < -151.0f ? -151.0f : within;
    float sum = within + RL_ROUND, r = (within - (sum - RL_ROUND)) * 0.693147181f;
    return rl_scaled(1 + (r + r * r * rl_exp_fit(r)), rl_to_bits(sum));
}

/* exp(x) - 1 of a float, in double */
RL_INLINE float rl_expm1f(float x) {
    double within = x > 90.0f ? 90.0 : x;
    within = within < -40.0 ? -40.0 : within;
    double sum = within * 1.4426950408889634 + RL_ROUND64, n = sum - RL_ROUND64, r = within - n * RL_LN2;
    double scale = rl_from_bits64((rl_to_bits64(sum) + 1023) << 52), y = (scale - 1) + scale * (r + r * r * rl_exp_fit_mid(r));
    return x == 0 ? x : (float)y;
}

/* ---- tanh, sigmoid ---- */

/* With a = |x|: (tanh(a) / a - 1) / a^2 at a^2 up to 0.7: 1.4e-8 of tanh(a); beyond, 1 - 2 / (1 + exp(2 a)), where exp(2 a) = 2^n exp(2 r) */
RL_INLINE float rl_tanhf(float x) {
    float a = rl_with_sign(x, 0), within = a < 10.0f ? a : 10.0f, z = x * x;
    float sum = within * 2.88539008f + RL_ROUND, r = within - (sum - RL_ROUND) * 0.34657359f;
    float y = 1 + r * (2 + r * (2 + r * (1.33332614f + r * (0.66666487f + r * (0.267622495f + r * 0.0891277542f)))));
    float far = 1 - 2 / (1 + rl_from_bits(rl_to_bits(y) + (rl_to_bits(sum) << 23)));
    float near = a + a * (z * (-0.333331966f + z * (0.13329243f + z * (-0.0535669841f + z * (0.0201116469f + z * -0.00515510443f)))));
    return rl_from_bits(rl_to_bits(a > 0.7f ? far : near) | (rl_to_bits(x) & 0x80000000));
}

RL_INLINE double rl_tanh64(double x) {
    double twice = 2 * rl_with_sign64(x, 0);
    twice = twice > 44.0 ? 44.0 : twice;
    double sum = twice * 1.4426950408889634 + RL_ROUND64, n = sum - RL_ROUND64;
    double r = (twice - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double scale = rl_from_bits64((rl_to_bits64(sum) + 1023) << 52), t = (scale - 1) + scale * (r + r * r * rl_exp_fit64(r));
    return rl_with_sign64(t / (t + 2), x);
}

/* With e = exp(-|x|), which never overflows, e / (1 + e), or 1 less that. e is had 2^24 times too large, so that it is exact where it
 * would be subnormal. `rest` is what rounding took from e and from 1 + e, relative to them, and is made up for. */
RL_INLINE float rl_sigmoidf(float x) {
    float within = rl_with_sign(x, -1);
    within = within < -104.0f ? -104.0f : within;
    float sum = within * 1.44269504f + (RL_ROUND + 24), n = sum - (RL_ROUND + 24);
    float r = (within - n * 0.693359375f) - n * -2.12194440e-4f, p = r + r * r * rl_exp_fit(r), y = 1 + p;
    float large = rl_from_bits(rl_to_bits(y) + (rl_to_bits(sum) << 23)), e = large * 0x1p-24f, d = 1 + e;
    float rest = (p - (y - 1)) - (e - (d - 1)), s = large / d * 0x1p-24f;
    s = s + (s - s * s) * rest;
    return x >= 0 ? 1 - s : s;
}

RL_INLINE double rl_sigmoid64(double x) {
    double e = rl_exp64(rl_with_sign64(x, -1));
    return (x >= 0 ? 1.0 : e) / (1 + e);
}

/* ---- log: x = 2^e m with m near 1; log(m) = 2 atanh(s) for s = (m - 1) / (m + 1) ---- */

/* What log(x) is beyond the positive numbers. */
RL_INLINE float rl_log_edges(float x, float y) {
    y = x == INFINITY ? INFINITY : y;
    y = x == 0 ? -INFINITY : y;
    return x >= 0 ? y : NAN;
}

RL_INLINE double rl_log_edges64(double x, double y) {
    y = x == (double)INFINITY ? (double)INFINITY : y;
    y = x == 0 ? -(double)INFINITY : y;
    return x >= 0 ? y : (double)NAN;
}

/* (2 atanh(s) / s - 2) / s^2 at z = s^2, for m from sqrt(1/2) to sqrt(2): 1.2e-9, 3.1e-16 */
RL_INLINE float rl_logf(float x) {
    int tiny = x < 1.17549435e-38f;
    uint32_t bits = rl_to_bits(tiny ? x * 0x1p23f : x) - 0x3f3504f3;
    float e = (float)((int32_t)bits >> 23) - (tiny ? 23.0f : 0.0f);
    float f = rl_from_bits((bits & 0x7fffff) + 0x3f3504f3) - 1, s = f / (2 + f), z = s * s;
    float fit = z * (0.666666666f + z * (0.400001222f + z * (0.285507747f + z * 0.233317217f)));
    return rl_log_edges(x, e * 0.693145752f - ((s * (f - fit) - e * 1.42860677e-6f) - f));
}

RL_INLINE double rl_log64(double x) {
    int64_t tiny = x < 2.2250738585072014e-308;
    uint64_t bits = rl_to_bits64(tiny ? x * 0x1p54 : x) + (0x3ff0000000000000 - 0x3fe6a09e00000000);
    double e = rl_from_bits64((bits >> 52) | 0x4330000000000000) - 4503599627370496.0 - 1023.0 - (tiny ? 54.0 : 0.0);
    double f = rl_from_bits64((bits & 0xfffffffffffff) + 0x3fe6a09e00000000) - 1, s = f / (2 + f), z = s * s, w = z * z;
    double odd = 0.66666666666666696 + w * (0.2857142862627991 + w * (0.18182892741994081 + w * 0.14617934031278021));
    double even = 0.39999999999898833 + w * (0.22222211085127702 + w * 0.15331601446484086);
    double fit = z * (odd + z * even), half = 0.5 * f * f;
    return rl_log_edges64(x, e * 6.93147180369123816490e-01 - ((half - (s * (half + fit) + e * 1.90821492927058770002e-10)) - f));
}

/* log(m) and e of a positive double that a float may be, of which come float logarithms to other bases, and of 1 + x */
RL_INLINE double rl_log_parts(double x, double *e) {
    uint64_t bits = rl_to_bits64(x) + (0x3ff0000000000000 - 0x3fe6a09e00000000);
    *e = rl_from_bits64((bits >> 52) | 0x4330000000000000) - 4503599627370496.0 - 1023.0;
    double f = rl_from_bits64((bits & 0xfffffffffffff) + 0x3fe6a09e00000000) - 1, s = f / (2 + f), z = s * s, w = z * z;
    double fit = z * ((0.66666666667379026 + z * 0.39999998791983343) + w * ((0.28571755628517531 + z * 0.22191331498939065) + w * 0.19364000067529277));
    return f - s * (f - fit);
}

RL_INLINE float rl_log2f(float x) {
    double e, log_m = rl_log_parts(x, &e);
    return rl_log_edges(x, (float)(e + log_m * 1.4426950408889634));
}

RL_INLINE float rl_log10f(float x) {
    double e, log_m = rl_log_parts(x, &e);
    return rl_log_edges(x, (float)(e * 0.30102999566398120 + log_m * 0.43429448190325183));
}

RL_INLINE float rl_log1pf(float x) {
    double e, wide = x, sum = 1 + wide, kept = sum - 1, log_m = rl_log_parts(sum, &e);
    double y = (e * RL_LN2 + log_m) + (wide - kept); /* what 1 + x lost matters only where the derivative is 1 */
    return x == 0 ? x : rl_log_edges((float)sum, (float)y);
}

/* log(1 + x) for x from 0 to 1, where x itself is m - 1; the fit as in rl_log64(), for s up to 1/3: 9.1e-17 */
RL_INLINE double rl_log1p_unit64(double x) {
    double s = x / (2 + x), z = s * s, w = z * z, w2 = w * w;
    double low = (0.66666666666666663 + z * 0.40000000000014596) + w * (0.28571428567105062 + z * 0.22222222717801782);
    double mid = (0.18181789417326447 + z * 0.15385570592912243) + w * (0.13314135550881162 + z * 0.12001155182857778);
    double top = 0.088003176508687733 + z * 0.16164938169471338;
    return x - s * (x - z * (low + w2 * (mid + w2 * top)));
}

/* ---- pow of floats: exp(b log |a|) in double; what the sign of a makes of it ---- */

RL_INLINE float rl_powf(float a, float b) {
    double size = rl_with_sign(a, 0), e, log_m = rl_log_parts(size, &e);
    double log_a = size == 0 ? -(double)INFINITY : size == (double)INFINITY ? size : e * RL_LN2 + log_m;
    float y = (float)rl_exp64(size == 1 ? 0 : b * log_a), whole = rintf(b), half = 0.5f * b;
    int odd = (whole == b) & (rintf(half) != half);
    y = odd ? rl_with_sign(y, a) : y;
    y = ((a < 0) & (whole != b) & (size != (double)INFINITY)) ? NAN : y;
    y = ((a != a) | (b != b)) ? a + b : y;
    return ((b == 0) | (a == 1)) ? 1 : y;
}

/* ---- sin, cos: x = n pi/2 + r, in double; for |x| below RL_FAR ---- */

#define RL_FAR 1e5f

RL_INLINE float rl_sine_of(double x, uint64_t quarter) {
    double sum = x * 0.63661977236758134 + RL_ROUND64, n = sum - RL_ROUND64;
    double r = (x - n * 1.57079632673412561417e+00) - n * 6.07710050650619224932e-11, z = r * r;
    double sine = r + r * z * (-0.16666666663832763 + z * (0.0083333318659594147 + z * (-0.00019840082012765537 + z * 2.7249314054698804e-06)));
    double cosine = 1 - 0.5 * z + z * z * (0.041666664647457378 + z * (-0.0013888300696903899 + z * 2.45474372101932e-05));
    uint64_t turn = rl_to_bits64(sum) + quarter, odd = 0 - (turn & 1);
    return (float)rl_from_bits64(((rl_to_bits64(cosine) & odd) | (rl_to_bits64(sine) & ~odd)) ^ ((turn & 2) << 62));
}

RL_INLINE float rl_near_sinf(float x) {
    float y = rl_sine_of(x, 0);
    return x == 0 ? x : y;
}

RL_INLINE float rl_near_cosf(float x) { return rl_sine_of(x, 1); }

RL_INLINE float rl_near_tanf(float x) {
    float y = rl_sine_of(x, 0) / rl_sine_of(x, 1);
    return x == 0 ? x : y;
}

/* ---- erf ---- */

/* erf(x) / x - 1 at x^2 for |x| <= 1: 1.2e-9; log(erfc(x)) from 1 to 4: 1.7e-8 */
RL_INLINE float rl_erff(float x) {
    float a = rl_with_sign(x, 0), t = a > 4.0f ? 4.0f : a, z = a > 1.0f ? 1.0f : a * a;
    float near = x + x * (0.128379166f +
                          z * (-0.376126267f + z * (0.112835947f + z * (-0.026854212f + z * (0.00518908742f + z * (-0.000801686429f + z * 7.87587506e-05f))))));
    float far = 0.0264243709f + t * (-0.00476074771f + t * (0.000597052946f + t * (-4.60874473e-05f + t * 1.63863732e-06f)));
    far = 0.000320914383f + t * (-1.13023672f + t * (-0.631820247f + t * (-0.11008568f + t * far)));
    float beyond = rl_with_sign(1 - rl_expf(far), x);
    return a > 1.0f ? beyond : near;
}

/* ---- erfc of a float, in double: exp(-a^2) / (1 + 2 a) times a fit in (a - 3) / (a + 3), for a = |x| up to 10.2: 6.3e-10 ---- */

RL_INLINE float rl_erfcf(float x) {
    double a = rl_with_sign(x, 0);
    a = a > 10.2 ? 10.2 : a;
    double far = a + 3, steep = 1 + 2 * a, inverse = 1 / (far * steep), t = (a - 3) * steep * inverse, t2 = t * t, t4 = t2 * t2;
    double low = (1.2530080589463715 + t * -0.13562111270276722) + t2 * (-0.04756238426521283 + t * 0.12964541503846333);
    double mid = (-0.11927162075367485 + t * 0.068305940319457317) + t2 * (-0.023787751235392559 + t * 0.0025298266360785039);
    double top = (0.0019504142038309926 + t * -0.00074161999949206333) + t2 * (-0.00018306315502704488 + t * 3.5205076695999262e-05);
    double square = -a * a, sum = square * 1.4426950408889634 + RL_ROUND64, n = sum - RL_ROUND64, r = square - n * RL_LN2;
    double scale = rl_from_bits64((rl_to_bits64(sum) + 1023) << 52) * (far * inverse);
    double y = scale * (1 + (r + r * r * rl_exp_fit_mid(r))) * (low + t4 * (mid + t4 * top));
    return (float)(x < 0 ? 2 - y : y);
}

#endif
