#include "bearing_math.h"

#include <math.h>

float bearing_decibels(float power) { return 10.0f * log10f(power); }

float bearing_atan2(float y, float x) { return atan2f(y, x); }
