#include "CMPI.h"

#ifdef BEARING_MPI

#include <mpi.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* The exchange that was begun, on a communicator of its own, since others are called before it ends. */
static MPI_Comm exchanges;
static MPI_Request request = MPI_REQUEST_NULL;
static int count;
static int *received_sizes, *received_offsets;

int bearing_mpi_is_built(void) { return 1; }

/* mpirun ends all ranks when one has ended, and says nothing itself with --quiet. */
static void end(int number) {
    static const char line[] =
        "bearing: expected all ranks to train to the end, found that mpirun ended them: one has failed, or it was interrupted; "
        "the same command continues after the last epoch\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    _exit(128 + number);
}

int bearing_mpi_start(int *rank) {
    int level;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS || level < MPI_THREAD_FUNNELED) return 0;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    if (*rank == 0) signal(SIGTERM, end);
    MPI_Comm_dup(MPI_COMM_WORLD, &exchanges);
    received_sizes = calloc((size_t)count, sizeof *received_sizes);
    received_offsets = calloc((size_t)count, sizeof *received_offsets);
    return received_sizes && received_offsets ? count : 0;
}

void bearing_mpi_finish(void) { MPI_Finalize(); }

void bearing_mpi_gather(void *bytes, const int *sizes, const int *offsets) {
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes, sizes, offsets, MPI_BYTE, MPI_COMM_WORLD);
}

void bearing_mpi_begin_exchange(const void *bytes, const int *sizes, const int *offsets, void *received, int size) {
    for (int rank = 0; rank < count; rank++) {
        received_sizes[rank] = size;
        received_offsets[rank] = rank * size;
    }
    MPI_Ialltoallv(
        bytes, sizes, offsets, MPI_BYTE, received, received_sizes, received_offsets, MPI_BYTE, exchanges, &request);
}

void bearing_mpi_progress(void) {
    int done;
    if (request != MPI_REQUEST_NULL) MPI_Test(&request, &done, MPI_STATUS_IGNORE);
}

void bearing_mpi_end_exchange(void) { MPI_Wait(&request, MPI_STATUS_IGNORE); }

#else

int bearing_mpi_is_built(void) { return 0; }
int bearing_mpi_start(int *rank) {
    *rank = 0;
    return 0;
}
void bearing_mpi_finish(void) {}
void bearing_mpi_gather(void *bytes, const int *sizes, const int *offsets) { (void)bytes, (void)sizes, (void)offsets; }
void bearing_mpi_begin_exchange(const void *bytes, const int *sizes, const int *offsets, void *received, int size) {
    (void)bytes, (void)sizes, (void)offsets, (void)received, (void)size;
}
void bearing_mpi_progress(void) {}
void bearing_mpi_end_exchange(void) {}

#endif
