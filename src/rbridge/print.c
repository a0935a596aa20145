/* The printed form of tensors: PyTorch's rules for widths, scales and columns, line by line, so that what is not shown is not
 * formatted either. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../tensor/interrupt.h"
#include "entries.h"

enum { LINE_WIDTH = 80, PRECISION = 4, SCIENTIFIC_WIDTH = PRECISION + 7 };
/* A format is chosen from so many elements at most; of more, from what is shown. */
enum { MOST_MEASURED = 10000000 };

typedef struct {
    char *text;
    size_t used, room;
    int64_t lines, limit;  /* how many are full, and how many may be; limit < 0: all */
    int64_t width, digits; /* of a line; behind the point */
    char style;            /* of numbers, as for printf: e, f or g */
    int precision;         /* stays what it was set to last, from one matrix to the next */
} printer;

/* ---- text ---- */

static rl_status put_text(printer *p, const char *text) {
    size_t length = strlen(text);
    if (p->used + length + 1 > p->room) {
        size_t room = 2 * (p->room + length) + 1024;
        char *larger = rl_scope_memory(room, 1);
        if (!larger) return RL_FAILED;
        if (p->used) memcpy(larger, p->text, p->used);
        p->text = larger;
        p->room = room;
    }
    memcpy(p->text + p->used, text, length + 1);
    p->used += length;
    return RL_OK;
}

static rl_status put_number(printer *p, int width, double value) {
    char text[400], format[] = "%*.*g";
    format[4] = p->style;
    snprintf(text, sizeof text, format, width, p->precision, isnan(value) ? fabs(value) : value); /* without NaN's sign */
    return put_text(p, text);
}

static int is_integer(const rl_tensor *x) { return !rl_dtype_is_floating((rl_dtype)x->dtype); }

static rl_status put_element(printer *p, int width, const rl_tensor *x, int64_t at, double scale) {
    char text[64];
    if (!is_integer(x)) return put_number(p, width, rl_element(x, at).as_double / scale);
    snprintf(text, sizeof text, "%*lld", width, (long long)rl_element(x, at).as_int);
    return put_text(p, text);
}

static rl_status end_line(printer *p) {
    p->lines++;
    RL_TRY(rl_listen());
    return put_text(p, "\n");
}

static int is_full(const printer *p) { return p->limit >= 0 && p->lines >= p->limit; }

/* ---- numbers ---- */

static double printed_value(const rl_tensor *x, int64_t at) { return rl_element(x, at).as_double; }

/* A matrix within a tensor; a vector is one of a single column. */
typedef struct {
    const rl_tensor *x;
    int64_t start, rows, columns, row_stride, column_stride;
} matrix;

typedef struct {
    int whole;        /* all finite elements are integers */
    int seen;         /* there is a finite element */
    double low, high; /* magnitudes; `high` is only raised by positive elements, as PyTorch does */
} extent;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* The elements that a format is chosen from: those of an expanded dimension once. */
static matrix measured(const printer *p, matrix m) {
    if (m.row_stride == 0) m.rows = least(m.rows, 1);
    if (m.column_stride == 0) m.columns = least(m.columns, 1);
    if (p->limit < 0 || m.rows == 0 || m.columns <= MOST_MEASURED / m.rows) return m;
    int64_t left = p->limit - p->lines > 1 ? p->limit - p->lines - 1 : 1; /* the last line only tells that there is more */
    m.rows = least(m.rows, left);
    m.columns = least(m.columns, (left / m.rows + 1) * (LINE_WIDTH / 3));
    return m;
}

static extent measure(const matrix *m) {
    extent e = {1, 0, 0, 0};
    int64_t count = 0;
    for (int64_t i = 0; i < m->rows; i++) {
        for (int64_t j = 0; j < m->columns; j++) {
            if ((++count & 0xffff) == 0 && rl_listen() != RL_OK) return e;
            double value = printed_value(m->x, m->start + i * m->row_stride + j * m->column_stride), size = fabs(value);
            if (!isfinite(value)) continue;
            if (value != ceil(value)) e.whole = 0;
            if (!e.seen) e.low = e.high = size;
            e.seen = 1;
            if (size < e.low) e.low = size;
            if (value > e.high) e.high = size;
        }
    }
    return e;
}

static double digits_before_point(double size) { return size != 0 ? floor(log10(size)) + 1 : 1; }

/* How numbers are written: sets the style, tells the width and what they are divided by. */
static int choose_format(printer *p, const matrix *m, double *scale) {
    matrix of = measured(p, *m);
    extent e = measure(&of);
    double low = e.seen ? digits_before_point(e.low) : 1, high = e.seen ? digits_before_point(e.high) : 1;
    *scale = 1;
    if (is_integer(m->x)) return (int)high + 1;
    if (e.whole && high <= 9) {
        p->style = 'g';
        return (int)high + 1;
    }
    p->precision = (int)p->digits;
    const int more = p->precision - PRECISION;
    if (e.whole || high - low > 4) {
        p->style = 'e';
        return SCIENTIFIC_WIDTH + more + (!e.whole && (fabs(high) > 99 || fabs(low) > 99));
    }
    p->style = 'f';
    if (high > 5 || high < 0) {
        *scale = pow(10, high - 1);
        return 7 + more;
    }
    return (high == 0 ? 7 : (int)high + 6) + more;
}

static rl_status put_scale(printer *p, double scale) {
    char style = p->style;
    p->style = 'g';
    RL_TRY(put_number(p, 0, scale));
    p->style = style;
    RL_TRY(put_text(p, " *"));
    return end_line(p);
}

static rl_status put_vector(printer *p, const rl_tensor *x) {
    matrix m = {x, x->offset, x->sizes[0], 1, x->strides[0], 0};
    double scale;
    int width = choose_format(p, &m, &scale);
    if (scale != 1) RL_TRY(put_scale(p, scale));
    for (int64_t i = 0; i < m.rows && !is_full(p); i++) {
        RL_TRY(put_element(p, width, x, m.start + i * m.row_stride, scale));
        RL_TRY(end_line(p));
    }
    return RL_OK;
}

static rl_status put_row(printer *p, const matrix *m, int64_t row, int64_t first, int64_t last, int width, double scale) {
    for (int64_t j = first; j <= last; j++) {
        if (j > first) RL_TRY(put_text(p, " "));
        RL_TRY(put_element(p, width, m->x, m->start + row * m->row_stride + j * m->column_stride, scale));
    }
    return end_line(p);
}

static rl_status put_matrix(printer *p, const matrix *m, const char *indent) {
    double scale;
    int width = choose_format(p, m, &scale);
    int64_t at_once = (p->width - (int64_t)strlen(indent)) / (width + 1);
    if (at_once < 1) at_once = 1;
    RL_TRY(put_text(p, indent));
    for (int64_t first = 0; first < m->columns; first += at_once) {
        int64_t last = first + at_once <= m->columns ? first + at_once - 1 : m->columns - 1;
        if (at_once < m->columns) {
            char heading[80];
            if (first) RL_TRY(end_line(p));
            snprintf(heading, sizeof heading, "Columns %lld to %lld%s", (long long)first + 1, (long long)last + 1, indent);
            RL_TRY(put_text(p, heading));
        }
        if (scale != 1) {
            RL_TRY(put_scale(p, scale));
            RL_TRY(put_text(p, indent));
        }
        for (int64_t i = 0; i < m->rows; i++) {
            if (is_full(p)) return RL_OK;
            RL_TRY(put_row(p, m, i, first, last, width, scale));
            if (i < m->rows - 1) {
                RL_TRY(put_text(p, indent));
                if (scale != 1) RL_TRY(put_text(p, " "));
            }
        }
    }
    return RL_OK;
}

/* Matrix after matrix, the first dimension counted fastest. */
static rl_status put_matrices(printer *p, const rl_tensor *x) {
    int outer = x->ndim - 2;
    int64_t index[RL_MAX_DIMS] = {0};
    for (int first = 1, d = 0; d < outer && !is_full(p); first = 0) {
        matrix m = {x, x->offset, x->sizes[outer], x->sizes[outer + 1], x->strides[outer], x->strides[outer + 1]};
        char number[32];
        if (!first) RL_TRY(end_line(p));
        RL_TRY(put_text(p, "("));
        for (int k = 0; k < outer; k++) {
            m.start += index[k] * x->strides[k];
            snprintf(number, sizeof number, "%lld,", (long long)index[k] + 1);
            RL_TRY(put_text(p, number));
        }
        RL_TRY(put_text(p, ".,.) = "));
        RL_TRY(end_line(p));
        if (!is_full(p)) RL_TRY(put_matrix(p, &m, " "));
        for (d = 0; d < outer && ++index[d] == x->sizes[d]; d++) index[d] = 0;
    }
    return RL_OK;
}

static rl_status put_values(printer *p, const rl_tensor *x) {
    p->precision = 6;
    p->style = 'g';
    if (x->numel == 0) return RL_OK;
    if (x->ndim == 1) return put_vector(p, x);
    if (x->ndim > 2) return put_matrices(p, x);
    if (x->ndim == 2) {
        matrix m = {x, x->offset, x->sizes[0], x->sizes[1], x->strides[0], x->strides[1]};
        return put_matrix(p, &m, "");
    }
    if (p->digits != PRECISION) p->precision = (int)p->digits + 2;
    RL_TRY(put_element(p, 0, x, x->offset, 1));
    return end_line(p);
}

/* ---- the last line ---- */

static rl_status put_footer(printer *p, rl_tensor *x) {
    char text[400];
    rl_node *node;
    snprintf(text, sizeof text, "[ CPU%sType{", rl_dtype_name((rl_dtype)x->dtype));
    RL_TRY(put_text(p, text));
    for (int k = 0; k < x->ndim; k++) {
        snprintf(text, sizeof text, k ? ",%lld" : "%lld", (long long)x->sizes[k]);
        RL_TRY(put_text(p, text));
    }
    RL_TRY(put_text(p, "} ]"));
    RL_TRY(rl_gradient_node(x, &node));
    if (node) {
        char name[256];
        rl_node_name(node, name, sizeof name);
        snprintf(text, sizeof text, "[ grad_fn = <%s> ]", name);
        return put_text(p, text);
    }
    return rl_requires_grad(x) ? put_text(p, "[ requires_grad = TRUE ]") : RL_OK;
}

static rl_status print_tensor(printer *p, rl_tensor *x) {
    if (!x->storage) return put_text(p, "[ Tensor (undefined) ]");
    int64_t limit = p->limit;
    if (limit >= 0) p->limit = limit + 1; /* one more, to know whether there is more */
    RL_TRY(put_values(p, x));
    if (limit >= 0 && p->lines > limit) {
        size_t end = 0;
        for (int64_t line = 0; line < limit; line++) end += strcspn(p->text + end, "\n") + 1;
        p->text[p->used = end] = 0;
        RL_TRY(put_text(p, "... [the output was truncated (use n=-1 to disable)]\n"));
    }
    return put_footer(p, x);
}

static rl_status setting(SEXP x, const char *argument, int64_t least, int64_t most, int64_t *value) {
    if (Rf_isNull(x)) return RL_OK;
    RL_TRY(rb_integer(x, argument, value));
    if (*value >= least && *value <= most) return RL_OK;
    return rl_fail("`%s` must be from %lld to %lld; it is %lld", argument, (long long)least, (long long)most, (long long)*value);
}

/* The lines that show a tensor, in one string; n < 0: all of them */
SEXP ffi_format(SEXP self, SEXP n, SEXP digits, SEXP width) {
    rb_call call = rb_begin();
    printer p = {.text = NULL, .width = LINE_WIDTH, .digits = PRECISION};
    rl_tensor *tensor = rb_unwrap_any(self, "x");
    SEXP text = R_NilValue;
    int given =
        rb_integer(n, "n", &p.limit) == RL_OK && setting(digits, "digits", 0, 20, &p.digits) == RL_OK && setting(width, "width", 1, 10000, &p.width) == RL_OK;
    if (tensor && given && print_tensor(&p, tensor) == RL_OK) text = Rf_mkString(p.text);
    return rb_end(call, text);
}
