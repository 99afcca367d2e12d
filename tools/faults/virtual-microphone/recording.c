#include "recording.h"

#include <sys/mman.h>
#include <sys/stat.h>

static uint32_t little(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

/* Takes shape and frames from a RIFF WAVE file; -EINVAL for another kind of file, or for a format that is not supported here. */
static int parse_wave(recording *sound) {
    const uint8_t *at = sound->map + 12, *end = sound->map + sound->map_bytes;
    unsigned kind = 0, bits = 0;
    if (sound->map_bytes < 44 || memcmp(sound->map, "RIFF", 4) || memcmp(sound->map + 8, "WAVE", 4)) return -EINVAL;
    while (end - at >= 8) {
        uint32_t bytes = little(at + 4, 4), there = (uint32_t)(end - at - 8);
        if (!memcmp(at, "fmt ", 4) && bytes >= 16 && there >= bytes) {
            kind = little(at + 8, 2), sound->channels = little(at + 10, 2);
            sound->rate = little(at + 12, 4), bits = little(at + 22, 2);
            /* WAVE_FORMAT_EXTENSIBLE: the kind stands at the head of its GUID. */
            if (kind == 0xFFFE && bytes >= 40) kind = little(at + 32, 2);
        } else if (!memcmp(at, "data", 4)) {
            sound->format = kind == 3 && bits == 32   ? SND_PCM_FORMAT_FLOAT_LE
                          : kind == 1 && bits == 16 ? SND_PCM_FORMAT_S16_LE
                          : kind == 1 && bits == 24 ? SND_PCM_FORMAT_S24_3LE
                          : kind == 1 && bits == 32 ? SND_PCM_FORMAT_S32_LE
                                                    : SND_PCM_FORMAT_UNKNOWN;
            if (sound->format == SND_PCM_FORMAT_UNKNOWN || !sound->channels || !sound->rate) return -EINVAL;
            sound->frames = at + 8;
            sound->frame_bytes = sound->channels * bits / 8;
            sound->frame_count = (bytes < there ? bytes : there) / sound->frame_bytes;
            return sound->frame_count ? 0 : -EINVAL;
        }
        if (there < bytes) return -EINVAL;
        at += 8 + bytes + bytes % 2;
    }
    return -EINVAL;
}

int load_recording(recording *sound, const char *path) {
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        sound->map_bytes = (size_t)status.st_size;
        sound->map = mmap(NULL, sound->map_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
        if (sound->map == MAP_FAILED) sound->map = NULL;
    }
    close(descriptor);
    if (!sound->map) return -EINVAL;
    if (sound->map_bytes >= 4 && !memcmp(sound->map, "RIFF", 4)) return parse_wave(sound);
    int bits = snd_pcm_format_physical_width(sound->format);
    if (bits <= 0 || sound->channels < 1 || sound->rate < 1) return -EINVAL;
    sound->frames = sound->map;
    sound->frame_bytes = sound->channels * (unsigned)bits / 8;
    sound->frame_count = sound->map_bytes / sound->frame_bytes;
    return sound->frame_count ? 0 : -EINVAL;
}

void unload_recording(recording *sound) {
    if (sound->map) munmap(sound->map, sound->map_bytes);
    sound->map = NULL;
}
