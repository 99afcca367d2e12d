/* Clocks and wake-ups: system calls that the capture and analysis threads make while audio runs. */
#ifndef BEARING_SYSTEM_H
#define BEARING_SYSTEM_H

#include "bearing_hot.h"
#include <pthread.h>
#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
BEARING_HOT int64_t bearing_monotonic_nanoseconds(void);

/* Nanoseconds of CLOCK_REALTIME since 1970. */
BEARING_HOT int64_t bearing_wall_nanoseconds(void);

/* Nanoseconds since 1970 at monotonic 0, as the clocks stand now; 0 when the thread was interrupted between them. */
BEARING_HOT int64_t bearing_wall_offset(void);

/* A non-blocking eventfd that closes on exec, or -errno. */
int bearing_event_open(void);

/* Makes the event readable; never blocks. */
BEARING_HOT void bearing_event_signal(int descriptor);

/* Takes all signals so far; never blocks. */
BEARING_HOT void bearing_event_clear(int descriptor);

/* Sleeps until the event is signalled (1) or CLOCK_MONOTONIC reaches the deadline in nanoseconds (0). */
BEARING_HOT int bearing_event_wait(int descriptor, int64_t deadline);

/* Names the calling thread, at most 15 bytes, for `top -H` and debuggers. */
void bearing_thread_name(const char *name);

/* Waits for a thread's end until CLOCK_MONOTONIC reaches the deadline in nanoseconds; whether it has ended. */
int bearing_thread_join(pthread_t thread, int64_t deadline);

/* Processors that this process may use; 0 if the system does not report them. */
int bearing_processor_count(void);

/* Large blocks get mappings of their own from now on, whatever was freed before. */
void bearing_memory_map_large_blocks(void);

/* Gives the system what is free. */
void bearing_memory_give_back(void);

#endif
