/* The inner loops of features and of the checks of channels, in vectors over channels or bands. Every sum has the order of its
   description, without fused operations: so results are the same on every processor. */
#ifndef BEARING_BANDS_H
#define BEARING_BANDS_H

#include "bearing_hot.h"

/* Products of four channels: their powers; the real parts of conj(m) n for the pairs 01, 02, 03, 12, 13, 23; the imaginary parts. */
#define BEARING_PRODUCTS 16

/* products[bins, 16] of spectra [bins, 4]. */
BEARING_HOT void bearing_channel_products(
    float *_Nonnull products, const float *_Nonnull real, const float *_Nonnull imaginary, long bins);

/* sums[bands, 16] of products[bins, 16]: band b has the bins from first_bins[b] on, by weights[first_weights[b]] and so on up to
   first_weights[b + 1]. The sum of the even bins of a band is added to that of the odd ones. */
BEARING_HOT void bearing_band_products(
    float *_Nonnull sums, const float *_Nonnull products, const long *_Nonnull first_bins, const long *_Nonnull first_weights,
    const float *_Nonnull weights, long bands);

/* The dominant plane wave of Ambisonics in each band: directions[bands, 4] are x, y, z of unit length and `weight` times the square of the
   wave's share of the power; all 0 without power, or without a direction. `rows` is [bands, 8, 4]: four rows of a real symmetric matrix
   over W, Y, Z, X in N3D, and four that are not read. `bands` is a multiple of 16. */
BEARING_HOT void bearing_ambisonic_waves(float *_Nonnull directions, const float *_Nonnull rows, long bands, float weight);

/* A step of expectation: adds `bands` directions to sums[slots, 4], each in shares of the outputs near it. `directions` [4, bands] are
   x, y, z and the weight (0: no direction); the likelihood of an output is its `active` times
   e^(concentration (cosine - 1)), and none at a cosine up to `farthest`; `elsewhere` is that of other sources. Slots: up to 4;
   `means` [slots, 4]; `bands` is a multiple of 16. */
BEARING_HOT void bearing_share_bands(
    float *_Nonnull sums, const float *_Nonnull directions, long bands, const float *_Nonnull means, const float *_Nonnull active,
    int slots, float concentration, float farthest, float elsewhere);

/* values[i] = (values[i] - mean[i]) / deviation[i] */
BEARING_HOT void bearing_standardize(
    float *_Nonnull values, const float *_Nonnull mean, const float *_Nonnull deviation, long count);

/* product[i] = a[i] b[i] */
BEARING_HOT void bearing_multiply(float *_Nonnull product, const float *_Nonnull a, const float *_Nonnull b, long count);

/* Adds frames of 2 to 8 channels to sums[6, 8]: of x; of x x; and of the squares of the differences between channel c and that 1, 2, 3
   and 4 places further, modulo 8; channels that are not there are 0. `extremes` [2, 8] are the lowest and the highest x. */
void bearing_block_sums(
    double *_Nonnull sums, float *_Nonnull extremes, const float *_Nonnull samples, long frames, int channels);

#endif
