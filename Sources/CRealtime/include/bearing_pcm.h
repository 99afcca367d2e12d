/* The calls on a running ALSA capture stream; opening and negotiation are cold and stay in Swift. */
#ifndef BEARING_PCM_H
#define BEARING_PCM_H

#include "bearing_hot.h"
#include <poll.h>
#include <stdint.h>

struct _snd_pcm;

enum { BEARING_PCM_DESCRIPTORS = 16 };

/* An open PCM and what must be polled for it; the last descriptor is the one that stops the wait. */
typedef struct bearing_pcm {
    struct _snd_pcm *handle;
    int count;
    struct pollfd descriptors[BEARING_PCM_DESCRIPTORS + 1];
} bearing_pcm;

/* What ended a wait; below 0 it is -errno of a device that says so before any read. */
enum {
    BEARING_PCM_TIMEOUT,
    BEARING_PCM_STOP,
    /* Frames are there, or a fault that the next read returns. */
    BEARING_PCM_READY,
    /* A descriptor woke up for nothing: some plugins do, thousands of times a second. */
    BEARING_PCM_NOTHING,
    /* A signal handler ran. */
    BEARING_PCM_INTERRUPTED
};

/* Fetches the descriptors of an open PCM, to be done after every open; 0 or -errno. */
int bearing_pcm_watch(bearing_pcm *pcm, struct _snd_pcm *handle, int stop_descriptor);

/* Waits at most so long. */
BEARING_HOT int bearing_pcm_wait(bearing_pcm *pcm, int64_t nanoseconds);

/* Frames read without waiting, or -errno. */
BEARING_HOT long bearing_pcm_read(bearing_pcm *pcm, void *frames, unsigned long count);

/* Frames that can be read, or -errno; *moment is the monotonic time in nanoseconds at which they were that many,
   by the driver where its stamp makes sense, else the time of the call. */
BEARING_HOT long bearing_pcm_available(bearing_pcm *pcm, int64_t *moment);

/* Prepares and starts; 0 or -errno. */
int bearing_pcm_start(bearing_pcm *pcm);

/* Tries once to wake a sleeping device, and starts it where it does not run by itself; 0 or -errno, -EAGAIN while it
   still sleeps. */
int bearing_pcm_resume(bearing_pcm *pcm);

/* libasound prints what it finds odd on standard error, also where a caller only tries: end that. */
void bearing_pcm_silence(void);

#endif
