/* Fourier transforms of real data by FFTW, single precision. */
#ifndef BEARING_FFT_H
#define BEARING_FFT_H

#include "bearing_hot.h"

/* A transform bound to the buffers that it was planned for. */
typedef struct bearing_fft_plan bearing_fft_plan;

/* `count` transforms side by side, each of `points` real values (even), in split complex form: time is [points, stride],
   real and imaginary are [points / 2 + 1, stride], with stride >= count floats a row and transform c in column c.
   Forward reads time and writes the rest; inverse the other way round, unnormalised, and destroys its input.
   All three buffers are aligned to 64 bytes and outlive the plan. Planning takes a process-wide lock, since FFTW's planner
   is not thread safe, and measures nothing, so that equal sizes give equal plans and equal bits. NULL when it fails. */
bearing_fft_plan *_Nullable bearing_fft_plan_forward(
    int points, int count, int stride, float *_Nonnull time, float *_Nonnull real, float *_Nonnull imaginary);
bearing_fft_plan *_Nullable bearing_fft_plan_inverse(
    int points, int count, int stride, float *_Nonnull time, float *_Nonnull real, float *_Nonnull imaginary);

BEARING_HOT void bearing_fft_execute(const bearing_fft_plan *_Nonnull plan);

void bearing_fft_destroy(bearing_fft_plan *_Nullable plan);

#endif
