/* A row of gathering: out, x, index. What is out of range is read from the first place, and told of afterwards. */

static void OF(gather)(char *const *data, const int64_t *strides, int64_t n, const void *context) {
    const range *r = context;
    const uint64_t size = (uint64_t)r->size;
    int bad = 0;
    if (strides[2] == 0) {
        int64_t at = *(const int64_t *)data[2];
        at += at < 0 ? r->size : 0;
        bad = (uint64_t)at >= size;
        const char *x = data[1] + (bad ? 0 : at * r->stride);
        if (strides[0] == sizeof(T) && strides[1] == sizeof(T))
            memcpy(data[0], x, (size_t)n * sizeof(T));
        else
            for (int64_t i = 0; i < n; i++) *(T *)(data[0] + i * strides[0]) = *(const T *)(x + i * strides[1]);
    } else if (strides[0] == sizeof(T) && strides[1] == 0 && strides[2] == sizeof(int64_t) && r->stride == sizeof(T)) {
        T *to = (T *)data[0];
        const T *x = (const T *)data[1];
        const int64_t *index = (const int64_t *)data[2];
        for (int64_t i = 0; i < n; i++) {
            uint64_t at = (uint64_t)(index[i] + (index[i] < 0 ? r->size : 0));
            bad |= at >= size;
            to[i] = x[at < size ? at : 0];
        }
    } else {
        for (int64_t i = 0; i < n; i++) {
            int64_t at = *(const int64_t *)(data[2] + i * strides[2]);
            at += at < 0 ? r->size : 0;
            bad |= (uint64_t)at >= size;
            *(T *)(data[0] + i * strides[0]) = *(const T *)(data[1] + i * strides[1] + ((uint64_t)at < size ? at * r->stride : 0));
        }
    }
    tell(r, bad ? BAD : 0);
}
