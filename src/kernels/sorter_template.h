/* Sorts elements T. Of them it takes OF(LESS)(a, b), and OF(DIGITS) digits OF(DIGIT)(a, pass), the lowest first. `spare` has as much
 * room as a; the result is in the one or the other. */

static T *OF(merge)(T *a, T *spare, int64_t n) {
    for (int64_t from = 0; from < n; from += RUN) {
        if (RL_GIVEN_UP_AT(from + RUN - 1)) return a;
        int64_t end = from + RUN < n ? from + RUN : n;
        for (int64_t j = from + 1; j < end; j++) {
            T moved = a[j];
            int64_t at = j;
            for (; at > from && OF(LESS)(moved, a[at - 1]); at--) a[at] = a[at - 1];
            a[at] = moved;
        }
    }
    for (int64_t run = RUN; run < n; run *= 2) {
        for (int64_t from = 0; from < n; from += 2 * run) {
            int64_t middle = from + run < n ? from + run : n, end = middle + run < n ? middle + run : n;
            int64_t left = from, right = middle;
            for (int64_t at = from; at < end; at++) {
                spare[at] = left < middle && (right >= end || !OF(LESS)(a[right], a[left])) ? a[left++] : a[right++];
                if (RL_GIVEN_UP_AT(at)) return a;
            }
        }
        T *swap = a;
        a = spare;
        spare = swap;
    }
    return a;
}

static T *OF(radix)(T *a, T *spare, int64_t n) {
    int64_t counts[OF(DIGITS)][256];
    memset(counts, 0, sizeof counts);
    for (int64_t j = 0; j < n; j++) {
        for (int pass = 0; pass < OF(DIGITS); pass++) counts[pass][OF(DIGIT)(a[j], pass)]++;
        if (RL_GIVEN_UP_AT(j)) return a;
    }
    for (int pass = 0; pass < OF(DIGITS); pass++) {
        int64_t *ends = counts[pass], sum = 0;
        if (ends[OF(DIGIT)(a[0], pass)] == n) continue;
        for (int digit = 0; digit < 256; digit++) {
            int64_t count = ends[digit];
            ends[digit] = sum;
            sum += count;
        }
        for (int64_t j = 0; j < n; j++) {
            spare[ends[OF(DIGIT)(a[j], pass)]++] = a[j];
            if (RL_GIVEN_UP_AT(j)) return a;
        }
        T *swap = a;
        a = spare;
        spare = swap;
    }
    return a;
}

static T *OF(sort)(T *a, T *spare, int64_t n) { return n <= SHORT ? OF(merge)(a, spare, n) : OF(radix)(a, spare, n); }

/* Puts the smallest `count` elements first; gives up on an order that resists. */
static int OF(split)(T *a, int64_t n, int64_t count) {
    int64_t low = 0, high = n - 1;
    for (int round = 0; low < high && round < 100; round++) {
        if (high - low > GRAIN && rl_given_up()) return 1;
        T x = a[low], y = a[low + (high - low) / 2], z = a[high];
        T pivot = OF(LESS)(x, y) ? (OF(LESS)(y, z) ? y : OF(LESS)(x, z) ? z : x) : (OF(LESS)(x, z) ? x : OF(LESS)(y, z) ? z : y);
        int64_t i = low, j = high;
        while (i <= j) {
            while (OF(LESS)(a[i], pivot)) i++;
            while (OF(LESS)(pivot, a[j])) j--;
            if (i > j) break;
            T swap = a[i];
            a[i++] = a[j];
            a[j--] = swap;
        }
        if (count - 1 <= j)
            high = j;
        else if (count >= i + 1)
            low = i;
        else
            return 1;
    }
    return low >= high;
}

/* Elements of rank from .. end in their order, as the result's elements from `from` on. Few of many are split off first, after
 * which indices are in no order any more, as radix sorting would need them. */
static T *OF(rank)(T *a, T *spare, int64_t n, int64_t from, int64_t end) {
    if (n <= SHORT || end - from > n / 4) return OF(sort)(a, spare, n);
    if (!OF(split)(a, n, end)) return OF(merge)(a, spare, n);
    if (from == 0 || !OF(split)(a, end, from)) return OF(merge)(a, spare, end);
    return OF(merge)(a + from, spare + from, end - from) - from;
}
