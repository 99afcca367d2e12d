/* Who closes a descriptor twice closes, sooner or later, one that another thread has opened meanwhile: a socket goes silent, a
   file cannot be read, and nothing says why. In the test process the second close ends it all, with a stack in a debugger. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

/* The C library's own, as of malloc in allocations.c, or that of the thread sanitizer, which has put its own before it. */
#if __has_feature(thread_sanitizer)
extern int __interceptor_close(int);
#define system_close __interceptor_close
#else
extern int __close(int);
#define system_close __close
#endif

int close(int descriptor) {
    int result = system_close(descriptor);
    if (result != 0 && errno == EBADF && descriptor >= 0) {
        fprintf(stderr, "close(%d): expected an open descriptor, found none: it was closed before, by this or by mistake\n", descriptor);
        abort();
    }
    return result;
}
