#include "bearing_half.h"

#include <string.h>

/* The number of 16 bits that equals a float; 0 if there is none. */
static int narrow(float value, uint16_t *half) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = bits >> 16 & 0x8000, fraction = bits & 0x7FFFFF;
    const int exponent = (int)(bits >> 23 & 0xFF) - 127;
    if (exponent == -127 && fraction == 0) {
        *half = (uint16_t)sign;
        return 1;
    }
    if (exponent > 15 || exponent < -24) return 0;
    /* Below the least normal number, there are multiples of 2^-24. */
    const int dropped = exponent >= -14 ? 13 : -1 - exponent;
    const uint32_t digits = fraction | 0x800000;
    if ((digits & ((1u << dropped) - 1)) != 0) return 0;
    *half = (uint16_t)(sign | (exponent >= -14 ? (uint32_t)(exponent + 15) << 10 | fraction >> 13 : digits >> dropped));
    return 1;
}

int bearing_half_from_floats(uint16_t *halves, const float *values, long count) {
    for (long i = 0; i < count; i++)
        if (!narrow(values[i], halves + i)) return 0;
    return 1;
}

static float widen(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 0) return (sign ? -0x1p-24f : 0x1p-24f) * (float)fraction;
    const uint32_t bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void bearing_half_product_slow(float *y, long rows, long columns, const uint16_t *a, const float *x, const float *bias) {
    for (long i = 0; i < rows; i++) {
        float sum = 0;
        for (long k = 0; k < columns; k++) sum += widen(a[i * columns + k]) * x[k];
        y[i] = bias[i] + sum;
    }
}

#if defined(__x86_64__) || defined(__aarch64__)
#if defined(__x86_64__)
#define WIDENING __attribute__((target("avx2,fma,f16c")))
int bearing_half_is_fast(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}
#else
#define WIDENING
int bearing_half_is_fast(void) { return 1; }
#endif

typedef float floats __attribute__((vector_size(32), aligned(4), may_alias));
typedef _Float16 halves __attribute__((vector_size(16), aligned(2), may_alias));

/* How far ahead of its use a weight is requested: 8 kB. Weights that are not in the cache arrive some 15 % faster. */
enum { AHEAD = 4096 };

/* `rows` is a constant wherever this is inlined. Two sums for each row, so that one addition does not wait for the other. */
WIDENING __attribute__((always_inline)) static inline void block(
    int rows, float *y, long columns, const uint16_t *a, const float *x, const float *bias) {
    floats even[4], odd[4];
    for (int i = 0; i < rows; i++) even[i] = odd[i] = (floats){0};
    long k = 0;
    for (; k + 16 <= columns; k += 16) {
        const floats first = *(const floats *)(x + k), second = *(const floats *)(x + k + 8);
        for (int i = 0; i < rows; i++) {
            const uint16_t *row = a + i * columns + k;
            __builtin_prefetch(row + AHEAD);
            even[i] += __builtin_convertvector(*(const halves *)row, floats) * first;
            odd[i] += __builtin_convertvector(*(const halves *)(row + 8), floats) * second;
        }
    }
    for (int i = 0; i < rows; i++) {
        const floats both = even[i] + odd[i];
        float sum = ((both[0] + both[4]) + (both[1] + both[5])) + ((both[2] + both[6]) + (both[3] + both[7]));
        for (long j = k; j < columns; j++) sum += widen(a[i * columns + j]) * x[j];
        y[i] = bias[i] + sum;
    }
}

WIDENING static void product(float *y, long rows, long columns, const uint16_t *a, const float *x, const float *bias) {
    long i = 0;
    for (; i + 4 <= rows; i += 4) block(4, y + i, columns, a + i * columns, x, bias + i);
    for (; i < rows; i++) block(1, y + i, columns, a + i * columns, x, bias + i);
}

void bearing_half_product(float *y, long rows, long columns, const uint16_t *a, const float *x, const float *bias) {
    if (bearing_half_is_fast()) {
        product(y, rows, columns, a, x, bias);
    } else {
        bearing_half_product_slow(y, rows, columns, a, x, bias);
    }
}
#else
int bearing_half_is_fast(void) { return 0; }

void bearing_half_product(float *y, long rows, long columns, const uint16_t *a, const float *x, const float *bias) {
    bearing_half_product_slow(y, rows, columns, a, x, bias);
}
#endif
