/* A row of binary cross-entropy with logits: losses, logits, targets, and the probabilities if the context says so. */

static const T *OF(dense_row)(const char *data, int64_t stride, int64_t n, T *room) {
    if (stride == sizeof(T)) return (const T *)data;
    for (int64_t i = 0; i < n; i++) room[i] = *(const T *)(data + i * stride);
    return room;
}

/* In blocks and steps: a processor sees only so many instructions ahead, and done in one step an element's are a long chain. */
RL_CLONES static void OF(bce_logits_loss)(RL_LOOP_PARAMETERS) {
    enum { BLOCK = 256 };
    T e[BLOCK], x_room[BLOCK], t_room[BLOCK];
    for (int64_t from = 0; from < n; from += BLOCK) {
        int64_t m = n - from < BLOCK ? n - from : BLOCK;
        const T *x = OF(dense_row)(data[1] + from * strides[1], strides[1], m, x_room);
        const T *t = OF(dense_row)(data[2] + from * strides[2], strides[2], m, t_room);
        T *y = (T *)data[0] + from;
        RL_SIMD for (int64_t i = 0; i < m; i++) e[i] = RL_EXP(x[i] < 0 ? x[i] : -x[i]);
        RL_SIMD for (int64_t i = 0; i < m; i++) {
            T against = x[i] > 0 ? 1 - t[i] : t[i], cost = (x[i] > 0 ? x[i] : -x[i]) * against;
            y[i] = LOG1P_UNIT(e[i]) + (against == 0 ? 0 : cost);
        }
        if (!context) continue;
        T *p = (T *)data[3] + from;
        RL_SIMD for (int64_t i = 0; i < m; i++) p[i] = (x[i] >= 0 ? 1 : e[i]) / (1 + e[i]);
    }
}
