#include "bearing_math.h"

#include <math.h>

float bearing_decibels(float power) { return 10.0f * log10f(power); }

/* log2(10) / 10 */
float bearing_power(float decibels) { return exp2f(0.33219281f * decibels); }

float bearing_atan2(float y, float x) { return atan2f(y, x); }
