/* The loop of the formula NAME over a row of N_OPERANDS: the parameter, its gradient, and what is remembered, of which MEMORY(a, b, c)
 * are those that the formula takes. */
#define FORMULA RL_PASTE(NAME, RL_PASTE(_, SUFFIX))
RL_CLONES static void ITS(loop)(RL_LOOP_PARAMETERS) {
    T k[RL_MAX_NUMBERS];
    for (int i = 0; i < RL_MAX_NUMBERS; i++) k[i] = (T)((const double *)context)[i];
    int dense = 1;
    for (int j = 0; j < N_OPERANDS; j++) dense &= strides[j] == sizeof(T);
    if (dense) {
        T *restrict x = (T *)data[0];
        const T *restrict g = (const T *)data[1];
        T *restrict a = (T *)data[N_OPERANDS > 2 ? 2 : 0], *restrict b = (T *)data[N_OPERANDS > 3 ? 3 : 0], *restrict c = (T *)data[N_OPERANDS > 4 ? 4 : 0];
        (void)a, (void)b, (void)c;
        RL_SIMD
        for (int64_t i = 0; i < n; i++) FORMULA(x + i, g[i], MEMORY(a + i, b + i, c + i) k);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        T *at[RL_MAX_OPERANDS];
        for (int j = 0; j < N_OPERANDS; j++) at[j] = (T *)(data[j] + i * strides[j]);
        FORMULA(at[0], *at[1], MEMORY(at[2], at[3], at[4]) k);
    }
}
#undef FORMULA
