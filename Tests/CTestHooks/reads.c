/* A disk that fails: pread of the calling thread fails after a number of calls. */
#include "CTestHooks.h"

#include <errno.h>
#include <sys/types.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

static _Thread_local int code;
static _Thread_local long left;

void bearing_reads_fail(int with, long after) {
    code = with;
    left = after;
}

/* The C library's own, as of malloc in allocations.c, or the sanitizer's, which has put its own before it. */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
extern ssize_t __interceptor_pread(int, void *, size_t, off_t);
#define system_pread __interceptor_pread
#else
extern ssize_t __pread64(int, void *, size_t, off_t);
#define system_pread __pread64
#endif

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
    if (code != 0 && left-- <= 0) {
        errno = code;
        return -1;
    }
    return system_pread(descriptor, bytes, count, offset);
}
