/* What the tests need to know of calls into the C library. */
#ifndef BEARING_TEST_HOOKS_H
#define BEARING_TEST_HOOKS_H

/* Counts the heap allocations of the calling thread, those of C libraries included. */
void bearing_allocations_start(void);

/* How many there were since the start. */
long bearing_allocations_stop(void);

/* Lets pread of the calling thread fail with an error number after a number of calls; 0 ends it. */
void bearing_reads_fail(int code, long after);

/* Lets the calling thread wait before it reads a reason of libsndfile; 0 ends it. */
void bearing_reasons_wait(unsigned microseconds);

#endif
