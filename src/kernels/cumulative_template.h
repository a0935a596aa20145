/* Sums or products up to each element of a slice.
 *
 *   NAME   of the scan
 *   START  the sum of no elements
 *   OP     the operator
 *
 * They are kept in OF(SUM). Slices that lie side by side are walked abreast; of others, four at a time, which hides how long one
 * addition waits for another. */

RL_CLONES static void ITS(slices)(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {
    int64_t l = 0;
    (void)context;
    if (slices >= 8 && next[0] == sizeof(T) && next[1] == sizeof(T)) {
        OF(SUM) sums[RL_SLICES_ACROSS];
        for (; l < slices; l++) sums[l] = START;
        for (int64_t j = 0; j < n; j++) {
            if (RL_GIVEN_UP_AT(j)) return;
            T *to = (T *)(data[0] + j * step[0]);
            const T *from = (const T *)(data[1] + j * step[1]);
            RL_SIMD for (int64_t i = 0; i < slices; i++) to[i] = (T)(sums[i] = sums[i] OP(OF(SUM)) from[i]);
        }
    }
    for (; l + 4 <= slices; l += 4) {
        OF(SUM) s0 = START, s1 = START, s2 = START, s3 = START;
        char *to = data[0] + l * next[0];
        const char *from = data[1] + l * next[1];
        for (int64_t j = 0; j < n; j++, to += step[0], from += step[1]) {
            if (RL_GIVEN_UP_AT(j)) return;
            *(T *)to = (T)(s0 = s0 OP(OF(SUM)) * (const T *)from);
            *(T *)(to + next[0]) = (T)(s1 = s1 OP(OF(SUM)) * (const T *)(from + next[1]));
            *(T *)(to + 2 * next[0]) = (T)(s2 = s2 OP(OF(SUM)) * (const T *)(from + 2 * next[1]));
            *(T *)(to + 3 * next[0]) = (T)(s3 = s3 OP(OF(SUM)) * (const T *)(from + 3 * next[1]));
        }
    }
    for (; l < slices; l++) {
        OF(SUM) sum = START;
        for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++) RL_SLICE_AT(T, 0, j, l) = (T)(sum = sum OP(OF(SUM)) RL_SLICE_AT(const T, 1, j, l));
    }
}
