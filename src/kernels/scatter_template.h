/* A row of scattering, by NAME; COMBINED is what an element a of self becomes that meets the element b of src. */

static void ITS(row)(char *self, const char *index, const char *src, const int64_t *strides, int64_t n, int64_t size, int64_t stride) {
    if (strides[1] == 0 && strides[0] == sizeof(T) && strides[2] == sizeof(T)) {
        int64_t at = *(const int64_t *)index;
        T *restrict to = (T *)(self + (at < 0 ? at + size : at) * stride);
        const T *restrict from = (const T *)src;
        RL_SIMD for (int64_t i = 0; i < n; i++) {
            T a = to[i], b = from[i];
            to[i] = (T)(COMBINED);
        }
    } else if (strides[1] == 0 && strides[0] == sizeof(T) && strides[2] == 0) {
        int64_t at = *(const int64_t *)index;
        T *restrict to = (T *)(self + (at < 0 ? at + size : at) * stride);
        const T b = *(const T *)src;
        RL_SIMD for (int64_t i = 0; i < n; i++) {
            T a = to[i];
            to[i] = (T)(COMBINED);
        }
    } else if (strides[0] == 0 && strides[1] == sizeof(int64_t) && strides[2] == sizeof(T) && stride == sizeof(T)) {
        T *to = (T *)self;
        const T *from = (const T *)src;
        const int64_t *indices = (const int64_t *)index;
        for (int64_t i = 0; i < n; i++) {
            int64_t at = indices[i] + (indices[i] < 0 ? size : 0);
            T a = to[at], b = from[i];
            to[at] = (T)(COMBINED);
        }
    } else {
        for (int64_t i = 0; i < n; i++) {
            int64_t at = *(const int64_t *)(index + i * strides[1]);
            T *to = (T *)(self + i * strides[0] + (at < 0 ? at + size : at) * stride);
            T a = *to, b = *(const T *)(src + i * strides[2]);
            *to = (T)(COMBINED);
        }
    }
}
