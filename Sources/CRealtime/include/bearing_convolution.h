/* The inner loops of rendering rooms: kernels built from octave bands, spectra multiplied, blocks added. */
#ifndef BEARING_CONVOLUTION_H
#define BEARING_CONVOLUTION_H

#include "bearing_hot.h"

/* Octave bands, and taps of one band's kernel. */
#define BEARING_BANDS 8
#define BEARING_TAPS 64

/* kernel[BEARING_TAPS] = sum over bands of gains[b] * table[b][...], table [BEARING_BANDS, BEARING_TAPS]. */
BEARING_HOT void bearing_band_kernel(
    float *_Nonnull kernel, const float *_Nonnull table, const float *_Nonnull gains);

/* target[i] += gain * source[i] */
BEARING_HOT void bearing_accumulate(float *_Nonnull target, const float *_Nonnull source, float gain, int count);

/* target[i] += (first + i * step) * source[i] */
BEARING_HOT void bearing_accumulate_ramp(
    float *_Nonnull target, const float *_Nonnull source, float first, float step, int count);

/* out = scale * a * b for spectra in split complex form. */
BEARING_HOT void bearing_spectrum_multiply(
    float *_Nonnull out_real, float *_Nonnull out_imaginary, const float *_Nonnull a_real,
    const float *_Nonnull a_imaginary, const float *_Nonnull b_real, const float *_Nonnull b_imaginary, float scale,
    int count);

/* out += scale * a * b for spectra in split complex form. */
BEARING_HOT void bearing_spectrum_multiply_add(
    float *_Nonnull out_real, float *_Nonnull out_imaginary, const float *_Nonnull a_real,
    const float *_Nonnull a_imaginary, const float *_Nonnull b_real, const float *_Nonnull b_imaginary, float scale,
    int count);

#endif
