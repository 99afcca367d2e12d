#include "bearing_bands.h"

#include <math.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
typedef float sixteen __attribute__((vector_size(64), aligned(4), may_alias));
typedef int sixteen_flags __attribute__((vector_size(64)));
typedef int eight_flags __attribute__((vector_size(32)));
typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));
typedef double eight_doubles __attribute__((vector_size(64), aligned(8), may_alias));

void bearing_channel_products(float *products, const float *real, const float *imaginary, long bins) {
    const sixteen signs = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1};
    for (long bin = 0; bin < bins; bin++) {
        const four re = *(const four *)(real + 4 * bin), im = *(const four *)(imaginary + 4 * bin);
        const sixteen a = __builtin_shufflevector(re, re, 0, 1, 2, 3, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 2);
        const sixteen b = __builtin_shufflevector(re, im, 0, 1, 2, 3, 1, 2, 3, 2, 3, 3, 5, 6, 7, 6, 7, 7);
        const sixteen c = __builtin_shufflevector(im, im, 0, 1, 2, 3, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 2);
        const sixteen d = __builtin_shufflevector(im, re, 0, 1, 2, 3, 1, 2, 3, 2, 3, 3, 5, 6, 7, 6, 7, 7);
        *(sixteen *)(products + BEARING_PRODUCTS * bin) = a * b + signs * (c * d);
    }
}

void bearing_band_products(
    float *sums, const float *products, const long *first_bins, const long *first_weights, const float *weights, long bands) {
    for (long band = 0; band < bands; band++) {
        const float *row = products + BEARING_PRODUCTS * first_bins[band], *weight = weights + first_weights[band];
        const long count = first_weights[band + 1] - first_weights[band];
        sixteen even = {0}, odd = {0};
        long i = 0;
        for (; i + 2 <= count; i += 2) {
            even += *(const sixteen *)(row + BEARING_PRODUCTS * i) * weight[i];
            odd += *(const sixteen *)(row + BEARING_PRODUCTS * (i + 1)) * weight[i + 1];
        }
        if (i < count) even += *(const sixteen *)(row + BEARING_PRODUCTS * i) * weight[i];
        *(sixteen *)(sums + BEARING_PRODUCTS * band) = even + odd;
    }
}

/* Lane by lane a where `first` is set, else b. Not a function, since vectors that registers cannot hold have no calling convention. */
#define CHOOSE(flags, first, a, b) ((__typeof__(a))(((first) & (flags)(a)) | (~(first) & (flags)(b))))

/* The square roots of all lanes. */
#if defined(__clang__)
#define ROOTS(root, square) (root) = __builtin_elementwise_sqrt(square)
#else
#define ROOTS(root, square) \
    for (int lane = 0; lane < 16; lane++) (root)[lane] = __builtin_sqrtf((square)[lane])
#endif

/* The product of a symmetric matrix with itself, by its elements [i][j] with i <= j. */
static inline void square(sixteen m[4][4]) {
    sixteen product[4][4];
    for (int i = 0; i < 4; i++)
        for (int j = i; j < 4; j++) {
            sixteen sum = m[i][0] * m[0][j];
            for (int k = 1; k < 4; k++) sum += m[i][k] * m[k][j];
            product[i][j] = sum;
        }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) m[i][j] = i <= j ? product[i][j] : product[j][i];
}

void bearing_ambisonic_waves(float *directions, const float *rows, long bands, float weight) {
    const sixteen zero = {0}, one = zero + 1;
    for (long first = 0; first < bands; first += 16) {
        sixteen matrix[4][4], power[4][4];
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                for (int lane = 0; lane < 16; lane++) matrix[i][j][lane] = rows[32 * (first + lane) + 4 * i + j];
        const sixteen trace = matrix[0][0] + matrix[1][1] + matrix[2][2] + matrix[3][3], factor = one / trace;
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) power[i][j] = matrix[i][j] *= factor;
        /* In the eighth power the largest eigenvalue dominates so much that each row is nearly its eigenvector. */
        for (int i = 0; i < 3; i++) square(power);
        sixteen row[4], largest = power[0][0];
        for (int j = 0; j < 4; j++) row[j] = power[0][j];
        for (int i = 1; i < 4; i++) {
            const sixteen_flags beats = power[i][i] > largest;
            largest = CHOOSE(sixteen_flags, beats, power[i][i], largest);
            for (int j = 0; j < 4; j++) row[j] = CHOOSE(sixteen_flags, beats, power[i][j], row[j]);
        }
        const sixteen norm = row[0] * row[0] + row[1] * row[1] + row[2] * row[2] + row[3] * row[3];
        sixteen length;
        ROOTS(length, norm);
        const sixteen scale = one / length;
        for (int j = 0; j < 4; j++) row[j] *= scale;
        sixteen share = zero;
        for (int j = 0; j < 4; j++) {
            const sixteen turned = row[0] * matrix[0][j] + row[1] * matrix[1][j] + row[2] * matrix[2][j] + row[3] * matrix[3][j];
            share = j == 0 ? row[0] * turned : share + row[j] * turned;
        }
        const sixteen dipoles = row[3] * row[3] + row[1] * row[1] + row[2] * row[2];
        ROOTS(length, dipoles);
        const sixteen divisor = CHOOSE(sixteen_flags, row[0] < zero, -length, length), squared = share * share;
        /* Omnidirectional sound is not a plane wave. */
        const sixteen_flags is_there = (trace > zero) & (length > zero + 0.1f);
        const sixteen result[4] = {
            row[3] / divisor, row[1] / divisor, row[2] / divisor, CHOOSE(sixteen_flags, squared > one, one, squared) * weight};
        for (int j = 0; j < 4; j++) {
            const sixteen value = CHOOSE(sixteen_flags, is_there, result[j], zero);
            for (int lane = 0; lane < 16; lane++) directions[4 * (first + lane) + j] = value[lane];
        }
    }
}

void bearing_share_bands(
    float *sums, const float *directions, long bands, const float *means, const float *active, int slots, float concentration,
    float farthest, float elsewhere) {
    const float *x = directions, *y = x + bands, *z = y + bands, *weights = z + bands;
    const sixteen zero = {0};
    for (long first = 0; first < bands; first += 16) {
        const sixteen x16 = *(const sixteen *)(x + first), y16 = *(const sixteen *)(y + first), z16 = *(const sixteen *)(z + first);
        sixteen cosines[4];
        sixteen_flags near = {0};
        for (int slot = 0; slot < slots; slot++) {
            const float *mean = means + 4 * slot;
            cosines[slot] = mean[0] * x16 + mean[1] * y16 + mean[2] * z16;
            near |= cosines[slot] > zero + farthest;
        }
        near &= *(const sixteen *)(weights + first) > zero;
        int some = 0;
        for (int i = 0; i < 16; i++) some |= near[i];
        if (!some) continue;
        for (int i = 0; i < 16; i++) {
            if (!near[i]) continue;
            float shares[4] = {0}, total = 0;
            for (int slot = 0; slot < slots; slot++) {
                if (cosines[slot][i] > farthest) shares[slot] = active[slot] * expf(concentration * (cosines[slot][i] - 1));
                total += shares[slot];
            }
            const float factor = weights[first + i] / (total + elsewhere);
            for (int slot = 0; slot < slots; slot++) {
                const float share = shares[slot] * factor;
                sums[4 * slot] += share * x[first + i];
                sums[4 * slot + 1] += share * y[first + i];
                sums[4 * slot + 2] += share * z[first + i];
            }
        }
    }
}

void bearing_standardize(float *values, const float *mean, const float *deviation, long count) {
    for (long i = 0; i < count; i++) values[i] = (values[i] - mean[i]) / deviation[i];
}

void bearing_multiply(float *product, const float *a, const float *b, long count) {
    for (long i = 0; i < count; i++) product[i] = a[i] * b[i];
}

/* `channels` is a constant wherever this is inlined. */
__attribute__((always_inline)) static inline void add_frames(
    double *sums, float *extremes, const float *samples, long frames, int channels) {
    eight_doubles sum = *(eight_doubles *)sums, squares = *(eight_doubles *)(sums + 8), differences[4];
    for (int place = 0; place < 4; place++) differences[place] = *(eight_doubles *)(sums + 16 + 8 * place);
    eight low = *(eight *)extremes, high = *(eight *)(extremes + 8);
    for (long frame = 0; frame < frames; frame++) {
        eight values = {0};
        if (channels == 4) {
            const four part = *(const four *)(samples + 4 * frame);
            values = __builtin_shufflevector(part, (four){0}, 0, 1, 2, 3, 4, 5, 6, 7);
        } else {
            for (int channel = 0; channel < channels; channel++) values[channel] = samples[channels * frame + channel];
        }
        const eight_doubles x = __builtin_convertvector(values, eight_doubles);
        sum += x;
        squares += x * x;
        eight_doubles other = x;
        for (int place = 0; place < (channels < 5 ? channels - 1 : 4); place++) {
            other = __builtin_shufflevector(other, other, 1, 2, 3, 4, 5, 6, 7, 0);
            const eight_doubles difference = x - other;
            differences[place] += difference * difference;
        }
        low = CHOOSE(eight_flags, values < low, values, low);
        high = CHOOSE(eight_flags, values > high, values, high);
    }
    *(eight_doubles *)sums = sum;
    *(eight_doubles *)(sums + 8) = squares;
    for (int place = 0; place < 4; place++) *(eight_doubles *)(sums + 16 + 8 * place) = differences[place];
    *(eight *)extremes = low;
    *(eight *)(extremes + 8) = high;
}

void bearing_block_sums(double *sums, float *extremes, const float *samples, long frames, int channels) {
    if (channels == 4) {
        add_frames(sums, extremes, samples, frames, 4);
    } else {
        add_frames(sums, extremes, samples, frames, channels);
    }
}
