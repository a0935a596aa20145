/* Turns a tile, or a part of one, of elements IN to OUT, which has four bytes: NAME. */

RL_CLONES static void NAME(TURN_PARAMETERS) {
    if (rows < TILE || columns < TILE) {
        TURN_BY_ONE(IN, OUT)
        return;
    }
    for (int i = 0; i < TILE; i += 4) {
        for (int j = 0; j < TILE; j += 4) {
            const char *in = from + j * from_column + i * (int64_t)sizeof(IN);
            char *out = to + i * to_row + j * (int64_t)sizeof(OUT);
            VECTOR_OF(OUT) a = READ_VECTOR(in), b = READ_VECTOR(in + from_column), c = READ_VECTOR(in + 2 * from_column), d = READ_VECTOR(in + 3 * from_column);
            VECTOR_OF(OUT) low_ab = MIX(a, b, 0, 4, 1, 5), low_cd = MIX(c, d, 0, 4, 1, 5);
            VECTOR_OF(OUT) high_ab = MIX(a, b, 2, 6, 3, 7), high_cd = MIX(c, d, 2, 6, 3, 7);
            WRITE_VECTOR(out, MIX(low_ab, low_cd, 0, 1, 4, 5));
            WRITE_VECTOR(out + to_row, MIX(low_ab, low_cd, 2, 3, 6, 7));
            WRITE_VECTOR(out + 2 * to_row, MIX(high_ab, high_cd, 0, 1, 4, 5));
            WRITE_VECTOR(out + 3 * to_row, MIX(high_ab, high_cd, 2, 3, 6, 7));
        }
    }
}
