#include "bearing_winograd.h"
#include "bearing_lanes.h"

#define ROOT_HALF 0.70710678118654752440
#define ROOT_TWO 1.41421356237309504880

#define REAL float
#define LANES float_lanes
#define NAME(function) function##_float
#include "winograd.inc"

#define REAL double
#define LANES double_lanes
#define NAME(function) function##_double
#include "winograd.inc"
