/* Counts the heap allocations of the calling thread, those of C libraries included. */
#ifndef BEARING_ALLOCATION_COUNTER_H
#define BEARING_ALLOCATION_COUNTER_H

void bearing_allocations_start(void);

/* How many there were since the start. */
long bearing_allocations_stop(void);

#endif
