#define _GNU_SOURCE
#include "bearing_system.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bearing_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

int64_t bearing_wall_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }

int64_t bearing_wall_offset(void) {
    int64_t before = bearing_monotonic_nanoseconds();
    int64_t wall = bearing_wall_nanoseconds();
    int64_t after = bearing_monotonic_nanoseconds();
    return after - before > 1000000 ? 0 : wall - before - (after - before) / 2;
}

int bearing_thread_join(pthread_t thread, int64_t deadline) {
#if __has_feature(thread_sanitizer)
    /* The sanitizer does not know pthread_clockjoin_np, and ends the process when a joined thread's number comes again. */
    deadline += bearing_wall_nanoseconds() - bearing_monotonic_nanoseconds();
    struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
#else
    struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0;
#endif
}

int bearing_event_open(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

void bearing_event_signal(int descriptor) {
    uint64_t one = 1;
    /* Only a counter near 2^64 refuses, and then the event is signalled anyway. */
    ssize_t written = write(descriptor, &one, sizeof one);
    (void)written;
}

void bearing_event_clear(int descriptor) {
    uint64_t count;
    ssize_t taken = read(descriptor, &count, sizeof count);
    (void)taken;
}

int bearing_event_wait(int descriptor, int64_t deadline) {
    struct pollfd event = {.fd = descriptor, .events = POLLIN};
    for (;;) {
        int64_t left = deadline - bearing_monotonic_nanoseconds();
        if (left < 0) left = 0;
        struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
        int ready = ppoll(&event, 1, &timeout, NULL);
        if (ready > 0) return 1;
        /* A signal handler may have run: look at the clock again. */
        if (ready == 0 || errno != EINTR) return 0;
    }
}

void bearing_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int bearing_processor_count(void) {
    /* Larger than cpu_set_t, which the kernel refuses on machines with more than 1024 processors. */
    enum { most = 16384 };
    cpu_set_t *set = CPU_ALLOC(most);
    if (!set) return 0;
    size_t size = CPU_ALLOC_SIZE(most);
    CPU_ZERO_S(size, set);
    int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    return count;
}

void bearing_memory_map_large_blocks(void) {
#ifdef __GLIBC__
    /* Once it is set, the threshold no longer grows with the blocks that are freed. */
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

void bearing_memory_give_back(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
