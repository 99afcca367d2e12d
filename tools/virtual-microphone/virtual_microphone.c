/* A microphone made of a file: an ALSA external I/O plugin that captures a WAV or raw file at the pace of the clock.
 *
 *   cc -shared -fPIC -O2 -Wall -o libasound_module_pcm_bearingmic.so virtual_microphone.c -lasound
 *
 *   pcm_type.bearingmic { lib "/path/libasound_module_pcm_bearingmic.so" }
 *   pcm.array {
 *       type bearingmic
 *       file "/path/scene.wav"     # WAV, PCM of 16, 24 or 32 bits or 32-bit float; or raw frames with the fields below
 *       loop 1                     # begin again at the file's end, else silence follows
 *       control "/path/control"    # faults, see below
 *       rate 48000  channels 4  format "S16_LE"        # of a raw file only
 *   }
 *
 * The device has exactly the rate, the channels and the format of its file, as a USB microphone has its own. Frame 0 of
 * the file is frame 0 of the stream; after an overrun the sound has gone on, as it does in a room.
 *
 * The control file holds lines KEY=NUMBER and is looked at whenever the device is (replace it by rename):
 *   gone=1    unplugged: a running stream ends with ENODEV, opening gives ENOENT
 *   xrun=N    each new N makes the stream overrun once (EPIPE)
 *   stall=1   the device claims to run and gives nothing
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>

typedef struct {
    snd_pcm_ioplug_t io;
    char *control;
    int loop;
    /* The file. */
    uint8_t *map;
    size_t map_bytes;
    const uint8_t *frames;
    uint64_t frame_count;
    unsigned frame_bytes;
    /* The shape of the file and so of the device. */
    unsigned rate, channels;
    snd_pcm_format_t format;
    /* The clock: file frame 0 was at `epoch` nanoseconds; the stream's frame 0 is the file's frame `offset`. */
    int64_t epoch;
    uint64_t offset;
    int running;
    int overruns_seen;
} microphone;

typedef struct { int gone, xrun, stall; } faults;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static faults read_control(const char *path) {
    faults found = {0};
    char key[32];
    int value;
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file) return found;
    while (fscanf(file, " %31[^=]=%d", key, &value) == 2) {
        if (!strcmp(key, "gone")) found.gone = value;
        if (!strcmp(key, "xrun")) found.xrun = value;
        if (!strcmp(key, "stall")) found.stall = value;
    }
    fclose(file);
    return found;
}

/* Frames that have passed since the file's first. */
static uint64_t elapsed(const microphone *mic) {
    int64_t time = now() - mic->epoch;
    return (uint64_t)(time / 1000000000) * mic->rate + (uint64_t)(time % 1000000000) * mic->rate / 1000000000;
}

/* The timer wakes the reader once a period, so that faults are noticed too while no frame comes. */
static void set_timer(microphone *mic, int on) {
    int64_t period = on ? (int64_t)mic->io.period_size * 1000000000 / mic->rate : 0;
    struct itimerspec timer = {
        .it_value = {period / 1000000000, period % 1000000000},
        .it_interval = {period / 1000000000, period % 1000000000},
    };
    timerfd_settime(mic->io.poll_fd, 0, &timer, NULL);
}

static void end_with(microphone *mic, snd_pcm_state_t state) {
    mic->running = 0;
    snd_pcm_ioplug_set_state(&mic->io, state);
}

static int on_start(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    if (!mic->epoch) mic->epoch = now();
    mic->offset = elapsed(mic);
    mic->running = 1;
    set_timer(mic, 1);
    return 0;
}

static int on_stop(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    mic->running = 0;
    set_timer(mic, 0);
    return 0;
}

static int on_prepare(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    mic->running = 0;
    return read_control(mic->control).gone ? -ENODEV : 0;
}

/* Frames that the device has captured since the start: what ALSA calls the hardware pointer. */
static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    faults fault = read_control(mic->control);
    if (fault.gone) {
        end_with(mic, SND_PCM_STATE_DISCONNECTED);
        return -ENODEV;
    }
    if (!mic->running) return io->state == SND_PCM_STATE_XRUN ? -EPIPE : 0;
    if (fault.stall) return (snd_pcm_sframes_t)io->hw_ptr;
    uint64_t captured = elapsed(mic) - mic->offset;
    int forced = fault.xrun > mic->overruns_seen;
    mic->overruns_seen = fault.xrun;
    if (forced || captured - io->appl_ptr > io->buffer_size) {
        end_with(mic, SND_PCM_STATE_XRUN);
        return -EPIPE;
    }
    return (snd_pcm_sframes_t)captured;
}

static snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                     snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    microphone *mic = io->private_data;
    uint8_t *to = (uint8_t *)areas[0].addr + (areas[0].first + offset * areas[0].step) / 8;
    uint64_t frame = mic->offset + io->appl_ptr;
    for (snd_pcm_uframes_t i = 0; i < size; i++, frame++, to += mic->frame_bytes) {
        uint64_t from = mic->loop ? frame % mic->frame_count : frame;
        if (from < mic->frame_count) memcpy(to, mic->frames + from * mic->frame_bytes, mic->frame_bytes);
        else memset(to, 0, mic->frame_bytes);
    }
    return (snd_pcm_sframes_t)size;
}

static int on_revents(snd_pcm_ioplug_t *io, struct pollfd *polled, unsigned count, unsigned short *events) {
    uint64_t ticks;
    (void)count;
    *events = 0;
    if (!(polled[0].revents & POLLIN)) return 0;
    if (read(io->poll_fd, &ticks, sizeof ticks) < 0) return 0;
    snd_pcm_sframes_t captured = on_pointer(io);
    if (captured < 0) *events = POLLIN | POLLERR;
    else if ((snd_pcm_uframes_t)captured > io->appl_ptr) *events = POLLIN;
    return 0;
}

static int on_close(snd_pcm_ioplug_t *io) {
    microphone *mic = io->private_data;
    if (io->poll_fd >= 0) close(io->poll_fd);
    if (mic->map) munmap(mic->map, mic->map_bytes);
    free(mic->control);
    free(mic);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = on_start,       .stop = on_stop,         .prepare = on_prepare,         .pointer = on_pointer,
    .transfer = on_transfer, .poll_revents = on_revents, .close = on_close,
};

static uint32_t little(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

/* Takes shape and frames from a RIFF WAVE file; -EINVAL when it is none, or of a kind that is not played here. */
static int parse_wave(microphone *mic) {
    const uint8_t *at = mic->map + 12, *end = mic->map + mic->map_bytes;
    unsigned kind = 0, bits = 0;
    if (mic->map_bytes < 44 || memcmp(mic->map, "RIFF", 4) || memcmp(mic->map + 8, "WAVE", 4)) return -EINVAL;
    while (end - at >= 8) {
        uint32_t bytes = little(at + 4, 4), there = (uint32_t)(end - at - 8);
        if (!memcmp(at, "fmt ", 4) && bytes >= 16 && there >= bytes) {
            kind = little(at + 8, 2), mic->channels = little(at + 10, 2);
            mic->rate = little(at + 12, 4), bits = little(at + 22, 2);
            /* WAVE_FORMAT_EXTENSIBLE: the kind stands at the head of its GUID. */
            if (kind == 0xFFFE && bytes >= 40) kind = little(at + 32, 2);
        } else if (!memcmp(at, "data", 4)) {
            mic->format = kind == 3 && bits == 32   ? SND_PCM_FORMAT_FLOAT_LE
                          : kind == 1 && bits == 16 ? SND_PCM_FORMAT_S16_LE
                          : kind == 1 && bits == 24 ? SND_PCM_FORMAT_S24_3LE
                          : kind == 1 && bits == 32 ? SND_PCM_FORMAT_S32_LE
                                                    : SND_PCM_FORMAT_UNKNOWN;
            if (mic->format == SND_PCM_FORMAT_UNKNOWN || !mic->channels || !mic->rate) return -EINVAL;
            mic->frames = at + 8;
            mic->frame_bytes = mic->channels * bits / 8;
            mic->frame_count = (bytes < there ? bytes : there) / mic->frame_bytes;
            return mic->frame_count ? 0 : -EINVAL;
        }
        if (there < bytes) return -EINVAL;
        at += 8 + bytes + bytes % 2;
    }
    return -EINVAL;
}

static int load(microphone *mic, const char *path) {
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        mic->map_bytes = (size_t)status.st_size;
        mic->map = mmap(NULL, mic->map_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
        if (mic->map == MAP_FAILED) mic->map = NULL;
    }
    close(descriptor);
    if (!mic->map) return -EINVAL;
    if (mic->map_bytes >= 4 && !memcmp(mic->map, "RIFF", 4)) return parse_wave(mic);
    int bits = snd_pcm_format_physical_width(mic->format);
    if (bits <= 0 || mic->channels < 1 || mic->rate < 1) return -EINVAL;
    mic->frames = mic->map;
    mic->frame_bytes = mic->channels * (unsigned)bits / 8;
    mic->frame_count = mic->map_bytes / mic->frame_bytes;
    return mic->frame_count ? 0 : -EINVAL;
}

/* One value for each property of the hardware; periods and buffers of any reasonable size. */
static int constrain(microphone *mic) {
    snd_pcm_ioplug_t *io = &mic->io;
    unsigned access = SND_PCM_ACCESS_RW_INTERLEAVED, format = (unsigned)mic->format;
    int code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
    if (code >= 0) code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
    if (code >= 0) code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, &mic->channels);
    if (code >= 0) code = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, 1, &mic->rate);
    if (code >= 0)
        code = snd_pcm_ioplug_set_param_minmax(
            io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 16 * mic->frame_bytes, 65536 * mic->frame_bytes);
    if (code >= 0) code = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
    return code;
}

SND_PCM_PLUGIN_DEFINE_FUNC(bearingmic) {
    snd_config_iterator_t i, next;
    const char *path = NULL, *control = NULL, *format = "S16_LE";
    long loop = 0, rate = 24000, channels = 4;
    (void)root;
    if (stream != SND_PCM_STREAM_CAPTURE) return -EINVAL;
    snd_config_for_each(i, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(i);
        const char *id;
        int code = 0;
        if (snd_config_get_id(entry, &id) < 0) continue;
        if (!strcmp(id, "type") || !strcmp(id, "comment") || !strcmp(id, "hint")) continue;
        if (!strcmp(id, "file")) code = snd_config_get_string(entry, &path);
        else if (!strcmp(id, "control")) code = snd_config_get_string(entry, &control);
        else if (!strcmp(id, "format")) code = snd_config_get_string(entry, &format);
        else if (!strcmp(id, "loop")) code = snd_config_get_integer(entry, &loop);
        else if (!strcmp(id, "rate")) code = snd_config_get_integer(entry, &rate);
        else if (!strcmp(id, "channels")) code = snd_config_get_integer(entry, &channels);
        else code = -EINVAL;
        if (code < 0) {
            SNDERR("bearingmic: field %s is unknown or of the wrong type", id);
            return -EINVAL;
        }
    }
    if (!path) {
        SNDERR("bearingmic: no file to play");
        return -EINVAL;
    }
    microphone *mic = calloc(1, sizeof *mic);
    if (!mic) return -ENOMEM;
    mic->control = control && *control ? strdup(control) : NULL;
    mic->loop = loop != 0;
    mic->rate = (unsigned)rate, mic->channels = (unsigned)channels;
    mic->format = snd_pcm_format_value(format);
    mic->io.poll_fd = -1;
    mic->io.private_data = mic;
    faults fault = read_control(mic->control);
    mic->overruns_seen = fault.xrun;
    int code = fault.gone ? -ENOENT : load(mic, path);
    if (code >= 0) {
        mic->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (mic->io.poll_fd < 0) code = -errno;
    }
    if (code < 0) {
        on_close(&mic->io);
        return code;
    }
    mic->io.version = SND_PCM_IOPLUG_VERSION;
    mic->io.name = "Virtual microphone of Bearing";
    mic->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    mic->io.poll_events = POLLIN;
    mic->io.callback = &callbacks;
    code = snd_pcm_ioplug_create(&mic->io, name, stream, mode);
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
