/* A microphone made of a file: an ALSA external I/O plugin that captures a WAV or raw file at the pace of the clock.
 *
 *   pcm_type.bearingmic { lib "/path/libasound_module_pcm_bearingmic.so" }
 *   pcm.array {
 *       type bearingmic
 *       file "/path/scene.wav"     # WAV, PCM of 16, 24 or 32 bits or 32-bit float; or raw frames with the fields below
 *       loop 1                     # begin again at the file's end, else silence follows
 *       control "/path/control"    # faults, see faults.h; looked at whenever the device is
 *       log "/path/log"            # what was read, see below
 *       rate 48000  channels 4  format "S16_LE"        # of a raw file only
 *   }
 *
 * The device has exactly the rate, the channels and the format of its file, as a USB microphone has its own. Frame 0 of
 * the file is frame 0 of the stream; after an overrun or a sleep the sound has gone on, as it does in a room, and a device
 * that is opened again begins with frame 0.
 *
 * The log gets lines, times in nanoseconds of CLOCK_MONOTONIC: "open", "start TIME", "frames FIRST COUNT": so many frames
 * of the file (of the endless loop) were read, from that one on.
 */
#include "faults.h"
#include "recording.h"

#include <alsa/pcm_external.h>
#include <sys/timerfd.h>
#include <time.h>

typedef struct {
    snd_pcm_ioplug_t io;
    recording sound;
    char *control;
    FILE *log;
    int loop;
    /* The clock: `base` frames had passed at the moment `since`, nanoseconds, 0 before the first start. */
    int64_t since;
    uint64_t base;
    int ppm;
    /* The stream's frame 0 is the file's frame `offset`. */
    int64_t offset;
    int running;
    /* Counters of faults that have been had, and whether the next read of a short pair gives nothing. */
    faults seen;
    int was_short;
    /* Frames of the file that were read and are not yet in the log. */
    int64_t piece;
    uint64_t piece_count;
} microphone;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void log_frames(microphone *mic) {
    if (mic->log && mic->piece_count)
        fprintf(mic->log, "frames %lld %llu\n", (long long)mic->piece, (unsigned long long)mic->piece_count);
    mic->piece_count = 0;
    if (mic->log) fflush(mic->log);
}

static void log_start(microphone *mic) {
    log_frames(mic);
    if (mic->log) fprintf(mic->log, "start %lld\n", (long long)now()), fflush(mic->log);
}

/* Frames that have passed since the file's first. */
static int64_t elapsed(const microphone *mic) {
    __int128 parts = (__int128)(now() - mic->since) * mic->sound.rate * (1000000 + mic->ppm);
    return (int64_t)(mic->base + (uint64_t)(parts / 1000000000 / 1000000));
}

/* The timer wakes the reader once a period, so that faults are noticed too while no frame comes. */
static void set_timer(microphone *mic, int on) {
    int64_t period = on ? (int64_t)mic->io.period_size * 1000000000 / mic->sound.rate : 0;
    struct timespec time = {period / 1000000000, period % 1000000000};
    struct itimerspec timer = {.it_value = time, .it_interval = time};
    timerfd_settime(mic->io.poll_fd, 0, &timer, NULL);
}

static void end_with(microphone *mic, snd_pcm_state_t state) {
    mic->running = 0;
    snd_pcm_ioplug_set_state(&mic->io, state);
}

/* From now on, stream frame `position` is captured. */
static void run_from(microphone *mic, snd_pcm_uframes_t position) {
    if (!mic->since) mic->since = now();
    mic->offset = elapsed(mic) - (int64_t)position;
    mic->running = 1;
    set_timer(mic, 1);
    log_start(mic);
}

static int on_start(snd_pcm_ioplug_t *io) {
    run_from(io->private_data, 0);
    return 0;
}

static int on_stop(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    mic->running = 0;
    set_timer(mic, 0);
    log_frames(mic);
    return 0;
}

static int on_prepare(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    mic->running = 0;
    return read_faults(mic->control).gone ? -ENODEV : 0;
}

/* As many drivers do, a resumed stream runs at once. */
static int on_resume(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    faults fault = read_faults(mic->control);
    if (fault.gone) return -ENODEV;
    if (fault.asleep) return -EAGAIN;
    run_from(mic, io->hw_ptr);
    return snd_pcm_ioplug_set_state(io, SND_PCM_STATE_RUNNING);
}

static int on_setup(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *parameters) {
    (void)parameters;
    return -read_faults(((microphone *)io->private_data)->control).setup;
}

/* What changes the clock: another speed, and sound that goes missing. */
static void steer(microphone *mic, const faults *fault) {
    if (fault->ppm != mic->ppm) {
        if (mic->since) mic->base = (uint64_t)elapsed(mic), mic->since = now();
        mic->ppm = fault->ppm;
    }
    if (fault->jumps > mic->seen.jumps) mic->offset += (int64_t)fault->jump * mic->sound.rate / 1000;
}

/* Frames that the device has captured since the start: what ALSA calls the hardware pointer. */
static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    faults fault = read_faults(mic->control);
    if (!mic->running) return io->state == SND_PCM_STATE_XRUN ? -EPIPE : (snd_pcm_sframes_t)io->hw_ptr;
    steer(mic, &fault);
    int overran = fault.xrun > mic->seen.xrun, slept = fault.suspend > mic->seen.suspend;
    fault.fails = mic->seen.fails;
    mic->seen = fault;
    if (fault.gone || slept) {
        end_with(mic, fault.gone ? SND_PCM_STATE_DISCONNECTED : SND_PCM_STATE_SUSPENDED);
        return (snd_pcm_sframes_t)io->hw_ptr;
    }
    if (fault.stall) return (snd_pcm_sframes_t)io->hw_ptr;
    int64_t captured = elapsed(mic) - mic->offset;
    /* After a jump it waits until the sound has caught up. */
    if (captured < (int64_t)io->hw_ptr) captured = (int64_t)io->hw_ptr;
    if (overran || captured - (int64_t)io->appl_ptr > (int64_t)io->buffer_size) {
        end_with(mic, SND_PCM_STATE_XRUN);
        return -EPIPE;
    }
    return captured;
}

/* How many frames a read gets, or its error. */
static snd_pcm_sframes_t granted(microphone *mic, snd_pcm_uframes_t size) {
    faults fault = read_faults(mic->control);
    if (fault.fails > mic->seen.fails) {
        mic->seen.fails = fault.fails;
        return -fault.fail;
    }
    if (!fault.shortest) return (snd_pcm_sframes_t)size;
    mic->was_short = !mic->was_short;
    if (!mic->was_short) return -EAGAIN;
    return size < (snd_pcm_uframes_t)fault.shortest ? (snd_pcm_sframes_t)size : fault.shortest;
}

static snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                     snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    microphone *mic = io->private_data;
    const recording *sound = &mic->sound;
    snd_pcm_sframes_t count = granted(mic, size);
    uint8_t *to = (uint8_t *)areas[0].addr + (areas[0].first + offset * areas[0].step) / 8;
    int64_t frame = mic->offset + (int64_t)io->appl_ptr;
    if (count <= 0) return count;
    if (frame != mic->piece + (int64_t)mic->piece_count) log_frames(mic);
    if (!mic->piece_count) mic->piece = frame;
    mic->piece_count += (uint64_t)count;
    for (snd_pcm_sframes_t i = 0; i < count; i++, frame++, to += sound->frame_bytes) {
        uint64_t from = mic->loop ? (uint64_t)frame % sound->frame_count : (uint64_t)frame;
        if (from < sound->frame_count) memcpy(to, sound->frames + from * sound->frame_bytes, sound->frame_bytes);
        else memset(to, 0, sound->frame_bytes);
    }
    return count;
}

static int on_revents(snd_pcm_ioplug_t *io, struct pollfd *polled, unsigned count, unsigned short *events) {
    microphone *mic = io->private_data;
    uint64_t ticks;
    (void)count;
    *events = 0;
    if (!(polled[0].revents & POLLIN)) return 0;
    if (read(io->poll_fd, &ticks, sizeof ticks) < 0) return 0;
    snd_pcm_sframes_t captured = on_pointer(io);
    /* As the kernel does. */
    if (io->state == SND_PCM_STATE_DISCONNECTED) *events = POLLERR | POLLNVAL;
    else if (captured < 0 || !mic->running) *events = POLLIN | POLLERR;
    else if ((snd_pcm_uframes_t)captured > io->appl_ptr) *events = POLLIN;
    return 0;
}

static int on_close(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    if (io->poll_fd >= 0) close(io->poll_fd);
    log_frames(mic);
    if (mic->log) fclose(mic->log);
    unload_recording(&mic->sound);
    free(mic->control);
    free(mic);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = on_start,       .stop = on_stop,           .prepare = on_prepare, .pointer = on_pointer,
    .transfer = on_transfer, .poll_revents = on_revents, .close = on_close,    .resume = on_resume,
    .hw_params = on_setup,
};

/* One value for each property of the hardware; periods and buffers of any reasonable size. */
static int constrain(microphone *mic) {
    snd_pcm_ioplug_t *io = &mic->io;
    unsigned access = SND_PCM_ACCESS_RW_INTERLEAVED, format = (unsigned)mic->sound.format;
    unsigned bytes = mic->sound.frame_bytes;
    int code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
    if (code >= 0) code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
    if (code >= 0) code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, &mic->sound.channels);
    if (code >= 0) code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, 1, &mic->sound.rate);
    if (code >= 0)
        code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 16 * bytes, 65536 * bytes);
    if (code >= 0) code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
    return code;
}

/* Takes the device's fields; those of a raw file's shape go to `sound`. */
static int configure(snd_config_t *conf, const char **path, const char **control, const char **log, long *loop,
                     recording *sound) {
    snd_config_iterator_t i, next;
    const char *format = "S16_LE";
    long rate = 24000, channels = 4;
    snd_config_for_each(i, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(i);
        const char *id;
        int code = 0;
        if (snd_config_get_id(entry, &id) < 0) continue;
        if (!strcmp(id, "type") || !strcmp(id, "comment") || !strcmp(id, "hint")) continue;
        if (!strcmp(id, "file")) code = snd_config_get_string(entry, path);
        else if (!strcmp(id, "control")) code = snd_config_get_string(entry, control);
        else if (!strcmp(id, "log")) code = snd_config_get_string(entry, log);
        else if (!strcmp(id, "format")) code = snd_config_get_string(entry, &format);
        else if (!strcmp(id, "loop")) code = snd_config_get_integer(entry, loop);
        else if (!strcmp(id, "rate")) code = snd_config_get_integer(entry, &rate);
        else if (!strcmp(id, "channels")) code = snd_config_get_integer(entry, &channels);
        else code = -EINVAL;
        if (code < 0) {
            SNDERR("bearingmic: field %s is unknown or of the wrong type", id);
            return -EINVAL;
        }
    }
    sound->rate = (unsigned)rate, sound->channels = (unsigned)channels;
    sound->format = snd_pcm_format_value(format);
    if (*path) return 0;
    SNDERR("bearingmic: no file to play");
    return -EINVAL;
}

SND_PCM_PLUGIN_DEFINE_FUNC(bearingmic) {
    const char *path = NULL, *control = NULL, *log = NULL;
    long loop = 0;
    (void)root;
    if (stream != SND_PCM_STREAM_CAPTURE) return -EINVAL;
    microphone *mic = calloc(1, sizeof *mic);
    if (!mic) return -ENOMEM;
    mic->io.poll_fd = -1;
    mic->io.private_data = mic;
    int code = configure(conf, &path, &control, &log, &loop, &mic->sound);
    mic->control = control && *control ? strdup(control) : NULL;
    mic->loop = loop != 0;
    mic->seen = read_faults(mic->control);
    if (code >= 0) code = mic->seen.gone ? -ENOENT : mic->seen.open ? -mic->seen.open : load_recording(&mic->sound, path);
    if (code >= 0 && log && *log) {
        mic->log = fopen(log, "ae");
        if (mic->log) fputs("open\n", mic->log);
    }
    if (code >= 0) {
        mic->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (mic->io.poll_fd < 0) code = -errno;
    }
    mic->io.version = SND_PCM_IOPLUG_VERSION;
    mic->io.name = "Virtual microphone of Bearing";
    mic->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    mic->io.poll_events = POLLIN;
    mic->io.callback = &callbacks;
    mic->ppm = mic->seen.ppm;
    if (code >= 0) code = snd_pcm_ioplug_create(&mic->io, name, stream, mode);
    if (code < 0) {
        on_close(&mic->io);
        return code;
    }
    code = constrain(mic);
    if (code < 0) {
        snd_pcm_ioplug_delete(&mic->io); /* calls on_close */
        return code;
    }
    *pcmp = mic->io.pcm;
    return 0;
}
SND_PCM_PLUGIN_SYMBOL(bearingmic);
