#include "bearing_product.h"
#include "bearing_lanes.h"

/* Two vectors of sums for each row, and what they are computed from, fit into the registers. */
#if defined(__AVX512F__) || defined(__aarch64__)
#define BEARING_PRODUCT_ROWS 8
#else
#define BEARING_PRODUCT_ROWS 6
#endif

#define REAL float
#define LANES float_lanes
#define NAME(function) function##_float
#include "product.inc"

#define REAL double
#define LANES double_lanes
#define NAME(function) function##_double
#include "product.inc"
