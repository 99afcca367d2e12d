/* Compares the vectorised kernels with the scalar ones (prefix scalar_), and the mathematics with double precision; prints what was compared
 * and ends with 1 if anything differs. Run by tools/portability/aarch64. */
#include "bearing_convolution.h"
#include "bearing_half.h"
#include "bearing_math.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void scalar_bearing_band_kernel(float *, const float *, const float *);
void scalar_bearing_accumulate(float *, const float *, float, int);
void scalar_bearing_accumulate_ramp(float *, const float *, float, float, int);
void scalar_bearing_spectrum_multiply(float *, float *, const float *, const float *, const float *, const float *, float, int);
void scalar_bearing_spectrum_multiply_add(float *, float *, const float *, const float *, const float *, const float *, float, int);

enum { most = 200, margin = 4 };

static uint32_t state = 1;
static int compared, different;

/* -1...1 */
static float draw(void) {
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / (1 << 23) - 1;
}

static void fill(float *values, int count) {
    for (int i = 0; i < count; i++) values[i] = draw();
}

/* To the last bit: the order of the sums is the same. */
static void compare(const char *name, int count, const float *a, const float *b, int values) {
    compared++;
    if (memcmp(a, b, (size_t)values * sizeof *a) == 0) return;
    if (different++ > 10) return;
    for (int i = 0; i < values; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0) {
            printf("%s of %d: element %d: expected %a, found %a\n", name, count, i, (double)b[i], (double)a[i]);
            return;
        }
}

/* Whole numbers, whose sums are exact in any order. */
static void compare_halves(int rows, int columns) {
    static float matrix[most * most], x[most], bias[most], y[most], expected[most];
    static uint16_t halves[most * most];
    for (int i = 0; i < rows * columns; i++) matrix[i] = rintf(100 * draw());
    for (int i = 0; i < columns; i++) x[i] = rintf(100 * draw());
    for (int i = 0; i < rows; i++) bias[i] = rintf(100 * draw());
    if (!bearing_half_from_floats(halves, matrix, (long)rows * columns)) different++;
    bearing_half_product(y, rows, columns, halves, x, bias);
    bearing_half_product_slow(expected, rows, columns, halves, x, bias);
    compare("half_product", columns, y, expected, rows);
}

static void compare_kernels(int count, int offset) {
    float a[4][most + margin], targets[4][most + margin], copies[4][most + margin];
    for (int i = 0; i < 4; i++) {
        fill(a[i], most + margin);
        fill(targets[i], most + margin);
        memcpy(copies[i], targets[i], sizeof targets[i]);
    }
    const float gain = draw(), step = draw() / 100;
    bearing_accumulate(targets[0] + offset, a[0], gain, count);
    scalar_bearing_accumulate(copies[0] + offset, a[0], gain, count);
    compare("accumulate", count, targets[0], copies[0], most + margin);
    bearing_accumulate_ramp(targets[1] + offset, a[1], gain, step, count);
    scalar_bearing_accumulate_ramp(copies[1] + offset, a[1], gain, step, count);
    compare("accumulate_ramp", count, targets[1], copies[1], most + margin);
    for (int adds = 0; adds < 2; adds++) {
        (adds ? bearing_spectrum_multiply_add : bearing_spectrum_multiply)(
            targets[2] + offset, targets[3] + offset, a[0], a[1], a[2], a[3], gain, count);
        (adds ? scalar_bearing_spectrum_multiply_add : scalar_bearing_spectrum_multiply)(
            copies[2] + offset, copies[3] + offset, a[0], a[1], a[2], a[3], gain, count);
        for (int part = 2; part < 4; part++)
            compare(adds ? "spectrum_multiply_add" : "spectrum_multiply", count, targets[part], copies[part], most + margin);
    }
}

static void compare_band_kernel(void) {
    float table[BEARING_BANDS * BEARING_TAPS], gains[BEARING_BANDS], kernel[BEARING_TAPS], copy[BEARING_TAPS];
    fill(table, BEARING_BANDS * BEARING_TAPS);
    fill(gains, BEARING_BANDS);
    bearing_band_kernel(kernel, table, gains);
    scalar_bearing_band_kernel(copy, table, gains);
    compare("band_kernel", BEARING_TAPS, kernel, copy, BEARING_TAPS);
}

static void check(const char *name, double found, double expected) {
    compared++;
    if (fabs(found - expected) <= 4e-6 * fmax(1, fabs(expected))) return;
    different++;
    printf("%s: expected %g, found %g\n", name, expected, found);
}

static void check_mathematics(void) {
    for (int i = 0; i < 1000; i++) {
        const float x = draw(), y = draw(), power = expf(20 * draw());
        check("decibels", bearing_decibels(power), 10 * log10((double)power));
        check("power", bearing_power(10 * x), pow(10, (double)x));
        check("square_root", bearing_square_root(power), sqrt((double)power));
        check("atan2", bearing_atan2(y, x), atan2((double)y, (double)x));
    }
}

int main(void) {
    for (int count = 0; count <= most; count++)
        for (int offset = 0; offset < margin; offset++) compare_kernels(count, offset);
    for (int trial = 0; trial < 100; trial++) compare_band_kernel();
    for (int rows = 1; rows <= 9; rows++)
        for (int columns = 1; columns <= 70; columns++) compare_halves(rows, columns);
    check_mathematics();
    printf("%d comparisons, %d differences\n", compared, different);
    return different != 0;
}
