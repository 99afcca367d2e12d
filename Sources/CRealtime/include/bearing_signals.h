/* Signals, from before any library has started a thread to the end of the process.
 *
 * In every command that has this file, standard descriptors that were closed are open, and SIGPIPE and SIGXFSZ do nothing: the write
 * fails. The rest is the daemon's.
 *
 * Handlers and not masks: a library's own thread, such as OpenBLAS's, may be the one that gets a signal, and a program that is
 * started from here must not inherit a mask. */
#ifndef BEARING_SIGNALS_H
#define BEARING_SIGNALS_H

#include <pthread.h>
#include <stdint.h>

/* Milliseconds from the first SIGTERM or SIGINT to the end of the process, whatever still hangs. */
enum { BEARING_SIGNALS_PATIENCE = 1800 };

/* The command that writes the recordings of `bearing run`, which ends it by the end of its input and by nothing else. */
#define BEARING_RECORD_COMMAND "write-recordings"

/* From now on SIGHUP, SIGTERM and SIGINT are noted, and an end that was asked for comes within
   BEARING_SIGNALS_PATIENCE, with status 0. `bearing run` has it from before `main`; a second call changes nothing. */
void bearing_signals_watch(void);

/* Readable after a signal; below 0 without a watcher or a descriptor. */
int bearing_signals_event(void);

/* Whether SIGHUP came since the last call. */
int bearing_signals_take_hangup(void);

/* Whether SIGTERM or SIGINT came. */
int bearing_signals_ending(void);

/* Whether standard input was a terminal when watching began: its end is a SIGHUP too. */
int bearing_signals_had_terminal(void);

/* As pthread_create, for a thread that leaves signals to the main thread: its waits are not interrupted. */
int bearing_thread_start(pthread_t *thread, void *(*body)(void *), void *context);

#endif
