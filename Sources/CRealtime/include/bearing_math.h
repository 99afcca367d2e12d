/* Transcendental functions of the C library, marked for the hot path. */
#ifndef BEARING_MATH_H
#define BEARING_MATH_H

#include "bearing_hot.h"

/* 10 log10(power). */
BEARING_HOT float bearing_decibels(float power);

/* 10^(decibels / 10). */
BEARING_HOT float bearing_power(float decibels);

/* One instruction; Swift's own squareRoot() is not known to be free of locks. */
BEARING_HOT static inline float bearing_square_root(float x) { return __builtin_sqrtf(x); }

BEARING_HOT float bearing_atan2(float y, float x);

#endif
