/* The faults of a virtual microphone: a file of lines KEY=NUMBER, replaced by rename.
 *
 *   gone=1      unplugged: a running stream ends with ENODEV, opening gives ENOENT
 *   open=E      opening fails with the errno E (16 EBUSY, 13 EACCES)
 *   setup=E     the device opens, and setting its format fails with E
 *   xrun=N      each new N makes the stream overrun once (EPIPE)
 *   suspend=N   each new N puts the stream to sleep once (ESTRPIPE)
 *   asleep=1    a suspended stream cannot be resumed yet; libasound says 0 to that, and the state stays
 *   stall=1     the device claims to run and gives nothing
 *   short=K     a read gives at most K frames, every other one none (EAGAIN)
 *   fail=E      the errno for
 *   fails=N     each new N makes one read fail (4 EINTR, 5 EIO, 77 EBADFD)
 *   jump=T      milliseconds for
 *   jumps=N     each new N loses so much sound without an error: the clock of the frames jumps
 *   ppm=P       the device's clock is P parts per million fast
 */
#ifndef BEARING_FAULTS_H
#define BEARING_FAULTS_H

#include <stdio.h>
#include <string.h>

typedef struct {
    int gone, open, setup, xrun, suspend, asleep, stall, shortest, fail, fails, jump, jumps, ppm;
} faults;

/* No file: no faults. */
static inline faults read_faults(const char *path) {
    faults found = {0};
    const struct { const char *name; int *value; } keys[] = {
        {"gone", &found.gone}, {"open", &found.open}, {"setup", &found.setup}, {"xrun", &found.xrun},
        {"suspend", &found.suspend}, {"asleep", &found.asleep},
        {"stall", &found.stall}, {"short", &found.shortest}, {"fail", &found.fail}, {"fails", &found.fails},
        {"jump", &found.jump}, {"jumps", &found.jumps}, {"ppm", &found.ppm},
    };
    char key[32];
    int value;
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file) return found;
    while (fscanf(file, " %31[^=]=%d", key, &value) == 2)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (!strcmp(key, keys[i].name)) *keys[i].value = value;
    fclose(file);
    return found;
}

#endif
