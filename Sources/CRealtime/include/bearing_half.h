/* Products of a matrix and one vector, whose time is that of reading the matrix: with numbers of 16 bits (IEEE 754, binary16), which
   registers widen to 32, it is half as long. */
#ifndef BEARING_HALF_H
#define BEARING_HALF_H

#include "bearing_hot.h"
#include <stdint.h>

/* Whether the processor widens numbers of 16 bits in registers; otherwise a product takes longer than with 32. */
int bearing_half_is_fast(void);

/* Whether all values are numbers of 16 bits; only then all of `halves` are written. */
int bearing_half_from_floats(uint16_t *_Nonnull halves, const float *_Nonnull values, long count);

/* y[rows] = bias[rows] + a[rows x columns] x, sums in 32 bits. */
BEARING_HOT void bearing_half_product(
    float *_Nonnull y, long rows, long columns, const uint16_t *_Nonnull a, const float *_Nonnull x, const float *_Nonnull bias);

/* The same without the processor's help. */
BEARING_HOT void bearing_half_product_slow(
    float *_Nonnull y, long rows, long columns, const uint16_t *_Nonnull a, const float *_Nonnull x, const float *_Nonnull bias);

#endif
