#include "error.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
    int failing; /* threads at work look at it */
    int in_host;
    char message[2048];
} record;

rl_status rl_fail(const char *format, ...) {
    if (!record.failing) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(record.message, sizeof record.message, format, arguments);
        va_end(arguments);
        __atomic_store_n(&record.failing, 1, __ATOMIC_RELAXED);
    }
    return RL_FAILED;
}

rl_status rl_fail_memory(double bytes) { return rl_fail("not enough memory: a tensor of %.3g GB was asked for", bytes / 1e9); }

rl_status rl_fail_host(void) {
    if (!record.failing) {
        __atomic_store_n(&record.failing, 1, __ATOMIC_RELAXED);
        record.in_host = 1;
    }
    return RL_FAILED;
}

int rl_failing(void) { return __atomic_load_n(&record.failing, __ATOMIC_RELAXED); }

int rl_failed_in_host(void) { return record.in_host; }

const char *rl_error_message(void) { return record.message; }

void rl_error_clear(void) {
    record.failing = 0;
    record.in_host = 0;
}
