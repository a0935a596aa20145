#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int rl_is_failing;

static struct {
    int in_host;
    char message[2048];
} record;

/* Of how many bytes the character is that begins there; 0 if what is there is no UTF-8. */
static size_t character(const unsigned char *at) {
    size_t n = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;
    for (size_t k = 1; k < n; k++)
        if ((at[k] & 0xc0) != 0x80) return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90)) return 0; /* longer than need be */
    return (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f) ? 0 : n;
}

/* A message may hold a text of the user's: what was cut within a character loses the rest of it, and other bytes that are no UTF-8
 * become question marks. */
static void tidy(char *text, int was_cut) {
    unsigned char *at = (unsigned char *)text;
    while (*at) {
        size_t n = character(at);
        if (!n && was_cut && strlen((char *)at) < 4 && at[0] >= 0xc2) {
            *at = 0;
            return;
        }
        if (!n) *at = '?';
        at += n ? n : 1;
    }
}

rl_status rl_fail(const char *format, ...) {
    if (!rl_is_failing) {
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(record.message, sizeof record.message, format, arguments);
        va_end(arguments);
        tidy(record.message, length >= (int)sizeof record.message);
        __atomic_store_n(&rl_is_failing, 1, __ATOMIC_RELAXED);
    }
    return RL_FAILED;
}

rl_status rl_fail_memory(double bytes) { return rl_fail("not enough memory: a tensor of %.3g GB was asked for", bytes / 1e9); }

rl_status rl_fail_no_loop(const char *dtype) { return rl_fail("this is not defined for %s tensors; convert them to another dtype", dtype); }

rl_status rl_fail_host(void) {
    if (!rl_is_failing) {
        __atomic_store_n(&rl_is_failing, 1, __ATOMIC_RELAXED);
        record.in_host = 1;
    }
    return RL_FAILED;
}

int rl_failed_in_host(void) { return record.in_host; }

const char *rl_error_message(void) { return record.message; }

void rl_error_clear(void) {
    rl_is_failing = 0;
    record.in_host = 0;
}
