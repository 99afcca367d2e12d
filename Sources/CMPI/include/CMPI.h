#ifndef BEARING_CMPI_H
#define BEARING_CMPI_H

#include <stddef.h>

/* The few calls of MPI that a training needs. Without the trait MPI none of them is there but the first, which says so.
 *
 * All calls are made by one thread, in the same order on all ranks. Errors end all processes, as MPI does by itself. */

/* Whether this program was built with MPI. */
int bearing_mpi_is_built(void);

/* Joins the processes that mpirun has started; their number, or 0 if it fails. From then on rank 0 ends with a line on standard error
 * when mpirun ends it. */
int bearing_mpi_start(int *rank);

/* Leaves them; every process calls it at its end. */
void bearing_mpi_finish(void);

/* Fills in the parts of the other ranks, whose sizes and offsets in `bytes` are given. */
void bearing_mpi_gather(void *bytes, const int *sizes, const int *offsets);

/* Begins to send the parts of `bytes`, one to each rank, and to receive one part of `size` bytes from each. */
void bearing_mpi_begin_exchange(const void *bytes, const int *sizes, const int *offsets, void *received, int size);

/* Continues what was begun; waits for its end. */
void bearing_mpi_progress(void);
void bearing_mpi_end_exchange(void);

#endif
