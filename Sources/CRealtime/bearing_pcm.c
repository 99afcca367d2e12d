#define _GNU_SOURCE
#include "bearing_pcm.h"
#include "bearing_system.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <time.h>

int bearing_pcm_watch(bearing_pcm *pcm, struct _snd_pcm *handle, int stop_descriptor) {
    int count = snd_pcm_poll_descriptors_count(handle);
    if (count < 0) return count;
    if (count > BEARING_PCM_DESCRIPTORS) return -E2BIG;
    count = snd_pcm_poll_descriptors(handle, pcm->descriptors, (unsigned)count);
    if (count < 0) return count;
    pcm->handle = handle;
    pcm->count = count;
    pcm->descriptors[count] = (struct pollfd){.fd = stop_descriptor, .events = POLLIN};
    return 0;
}

int bearing_pcm_wait(bearing_pcm *pcm, int64_t nanoseconds) {
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int ready = ppoll(pcm->descriptors, (nfds_t)pcm->count + 1, &timeout, NULL);
    if (ready == 0) return BEARING_PCM_TIMEOUT;
    /* The caller's own clock says how long is left. */
    if (ready < 0) return errno == EINTR ? BEARING_PCM_INTERRUPTED : -errno;
    if (pcm->descriptors[pcm->count].revents) return BEARING_PCM_STOP;
    unsigned short events = 0;
    int result = snd_pcm_poll_descriptors_revents(pcm->handle, pcm->descriptors, (unsigned)pcm->count, &events);
    if (result < 0) return result;
    return events ? BEARING_PCM_READY : BEARING_PCM_NOTHING;
}

long bearing_pcm_read(bearing_pcm *pcm, void *frames, unsigned long count) {
    return snd_pcm_readi(pcm->handle, frames, count);
}

/* Where no frame can be had, what the state of the PCM says of it; libasound's count of frames is not always right. */
static long reason(bearing_pcm *pcm, long available) {
    switch (snd_pcm_state(pcm->handle)) {
    case SND_PCM_STATE_DISCONNECTED: return -ENODEV;
    case SND_PCM_STATE_SUSPENDED: return -ESTRPIPE;
    case SND_PCM_STATE_XRUN: return available < 0 ? available : -EPIPE;
    default: return available;
    }
}

long bearing_pcm_available(bearing_pcm *pcm, int64_t *moment) {
    snd_pcm_uframes_t available = 0;
    snd_htimestamp_t stamp = {0};
    snd_pcm_sframes_t now_available = snd_pcm_avail_update(pcm->handle);
    int64_t now = bearing_monotonic_nanoseconds();
    *moment = now;
    if (now_available <= 0) return reason(pcm, now_available);
    if (snd_pcm_htimestamp(pcm->handle, &available, &stamp) < 0) return now_available;
    int64_t stamped = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
    /* A stamp by another clock, or none at all. */
    if (stamped < now - 200000000 || stamped > now + 20000000) return now_available;
    *moment = stamped;
    return (long)available;
}

int bearing_pcm_start(bearing_pcm *pcm) {
    int result = snd_pcm_prepare(pcm->handle);
    if (result < 0) return result;
    /* Some plugins run as soon as they are prepared, and starting them again is an error. */
    return snd_pcm_state(pcm->handle) == SND_PCM_STATE_RUNNING ? 0 : snd_pcm_start(pcm->handle);
}

int bearing_pcm_resume(bearing_pcm *pcm) {
    int result = snd_pcm_resume(pcm->handle);
    if (result < 0) return result;
    /* libasound returns 0 here before it asks its plugins: the state is what counts. */
    if (snd_pcm_state(pcm->handle) == SND_PCM_STATE_SUSPENDED) return -EAGAIN;
    return snd_pcm_state(pcm->handle) == SND_PCM_STATE_RUNNING ? 0 : snd_pcm_start(pcm->handle);
}

static void say_nothing(const char *file, int line, const char *function, int code, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)code, (void)format;
}

void bearing_pcm_silence(void) { snd_lib_error_set_handler(say_nothing); }
