#include "bearing_convolution.h"

void bearing_band_kernel(float *kernel, const float *table, const float *gains) {
    float sum[BEARING_TAPS] = {0};
    for (int band = 0; band < BEARING_BANDS; band++) {
        const float gain = gains[band];
        const float *row = table + band * BEARING_TAPS;
        for (int tap = 0; tap < BEARING_TAPS; tap++) sum[tap] += gain * row[tap];
    }
    for (int tap = 0; tap < BEARING_TAPS; tap++) kernel[tap] = sum[tap];
}

void bearing_accumulate(float *target, const float *source, float gain, int count) {
    float *restrict t = target;
    const float *restrict s = source;
    for (int i = 0; i < count; i++) t[i] += gain * s[i];
}

void bearing_accumulate_ramp(float *target, const float *source, float first, float step, int count) {
    float *restrict t = target;
    const float *restrict s = source;
    for (int i = 0; i < count; i++) t[i] += (first + (float)i * step) * s[i];
}

void bearing_spectrum_multiply(
    float *out_real, float *out_imaginary, const float *a_real, const float *a_imaginary, const float *b_real,
    const float *b_imaginary, float scale, int count) {
    float *restrict re = out_real, *restrict im = out_imaginary;
    for (int i = 0; i < count; i++) {
        re[i] = scale * (a_real[i] * b_real[i] - a_imaginary[i] * b_imaginary[i]);
        im[i] = scale * (a_real[i] * b_imaginary[i] + a_imaginary[i] * b_real[i]);
    }
}

void bearing_spectrum_multiply_add(
    float *out_real, float *out_imaginary, const float *a_real, const float *a_imaginary, const float *b_real,
    const float *b_imaginary, float scale, int count) {
    float *restrict re = out_real, *restrict im = out_imaginary;
    for (int i = 0; i < count; i++) {
        re[i] += scale * (a_real[i] * b_real[i] - a_imaginary[i] * b_imaginary[i]);
        im[i] += scale * (a_real[i] * b_imaginary[i] + a_imaginary[i] * b_real[i]);
    }
}
