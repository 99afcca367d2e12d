/* The sound of a virtual microphone: frames of a WAV or raw file, mapped into memory, and the shape that they have. */
#ifndef BEARING_RECORDING_H
#define BEARING_RECORDING_H

#include <alsa/asoundlib.h>
#include <stdint.h>

typedef struct {
    uint8_t *map;
    size_t map_bytes;
    const uint8_t *frames;
    uint64_t frame_count;
    unsigned frame_bytes;
    /* Of a raw file to be filled in by the caller, of a WAV file by `load_recording`. */
    unsigned rate, channels;
    snd_pcm_format_t format;
} recording;

/* 0 or -errno; -EINVAL for a file that is of a kind that is not played here. */
int load_recording(recording *sound, const char *path);
void unload_recording(recording *sound);

#endif
