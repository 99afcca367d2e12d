/* A thread that is interrupted between a failure of libsndfile and its reason, which the library keeps for all threads. */
#define _GNU_SOURCE
#include "CTestHooks.h"

#include <dlfcn.h>
#include <unistd.h>

static _Thread_local unsigned pause_length;

void bearing_reasons_wait(unsigned microseconds) { pause_length = microseconds; }

/* The test bundle is an executable, so its definition comes before the library's. */
const char *sf_strerror(void *file);

const char *sf_strerror(void *file) {
    const char *(*reason)(void *);
    *(void **)&reason = dlsym(RTLD_NEXT, "sf_strerror");
    if (pause_length > 0) usleep(pause_length);
    return reason(file);
}
