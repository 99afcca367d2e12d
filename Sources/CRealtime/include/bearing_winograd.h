/* Transforms of a 3x3 convolution by F(4x4, 3x3) (Lavin and Gray, CVPR 2016): 4x4 outputs of a tile by 36 products, where the
   direct form takes 144. A convolution is the input's transform, 36 matrix products, and the output's transform; the weight's
   gradient is the adjoint of that.

   Values at the 36 points of a tile are [36, tiles, pitch], with `stride` elements from point to point. `pitch` is at least the
   number of channels, rounded up to a vector (bearing_lanes.h); elements beyond the channels are undefined. Tiles are in rows of
   `tile_columns`; tile (r, c) covers times from 4 r and bands from 4 c. */
#ifndef BEARING_WINOGRAD_H
#define BEARING_WINOGRAD_H

#define BEARING_WINOGRAD(real, name)                                                                                          \
    /* points = B^T d B of input [times, bands, channels]; the first tile's neighbours begin at time `first` and band -1, and   \
       are zero outside of the input. */                                                                                       \
    void bearing_winograd_input_##name(                                                                                       \
        real *points, long stride, int pitch, const real *input, int times, int bands, int channels, int first,               \
        int tile_rows, int tile_columns);                                                                                     \
    /* output = A^T m A; output [rows, bands, channels]. */                                                                   \
    void bearing_winograd_output_##name(                                                                                      \
        real *output, int rows, int bands, int channels, const real *points, long stride, int pitch, int tile_rows,           \
        int tile_columns);                                                                                                    \
    /* output = max(0, largest A^T m A of a window + bias); output [rows / window, bands / 2, channels], of windows of      \
       `window` rows, a divisor of `rows`, and two bands; `bands` is even. */                                                 \
    void bearing_winograd_pooled_##name(                                                                                      \
        real *output, int rows, int bands, int channels, int window, const real *bias, const real *points, long stride,       \
        int pitch, int tile_rows, int tile_columns);                                                                          \
    /* points = A y A^T of an output's gradient [rows, bands, channels]. */                                                   \
    void bearing_winograd_output_gradient_##name(                                                                             \
        real *points, long stride, int pitch, const real *gradient, int rows, int bands, int channels, int tile_rows,         \
        int tile_columns);                                                                                                    \
    /* points = G g G^T of weights [3, 3, count]; points [36, count]. */                                                      \
    void bearing_winograd_weight_##name(real *points, long stride, const real *weight, long count);                           \
    /* gradient [3, 3, count] += G^T u G; points [36, count]. */                                                              \
    void bearing_winograd_weight_gradient_##name(real *gradient, const real *points, long stride, long count);

BEARING_WINOGRAD(float, float)
BEARING_WINOGRAD(double, double)
#undef BEARING_WINOGRAD

#endif
