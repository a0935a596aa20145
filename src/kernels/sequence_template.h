/* Sequences of T: a range whose i-th element is ELEMENT; evenly spaced numbers, computed in STEP, and POWER(base, x) of such x. */

static void OF(range)(void *to, int64_t n, rl_scalar start, rl_scalar step) {
    for (int64_t i = 0; i < n; i++) ((T *)to)[i] = (T)(ELEMENT);
}

/* From the start in the first half, from the end in the second. */
static inline STEP OF(spaced)(int64_t i, int64_t n, T first, T last, STEP step) {
    return i < n / 2 || n == 1 ? first + step * (STEP)i : last - step * (STEP)(n - i - 1);
}

static void OF(linspace)(void *to, int64_t n, double start, double end) {
    const T first = (T)start, last = (T)end;
    const STEP step = n > 1 ? ((STEP)last - (STEP)first) / (STEP)(n - 1) : 0;
    for (int64_t i = 0; i < n; i++) ((T *)to)[i] = (T)OF(spaced)(i, n, first, last, step);
}

static void OF(logspace)(void *to, int64_t n, double start, double end, double base) {
    const T first = (T)start, last = (T)end;
    const STEP step = n > 1 ? ((STEP)last - (STEP)first) / (STEP)(n - 1) : 0;
    for (int64_t i = 0; i < n; i++) ((T *)to)[i] = (T)POWER(base, OF(spaced)(i, n, first, last, step));
}
