#include "bearing_fft.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

struct bearing_fft_plan {
    fftwf_plan plan;
};

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

enum direction { FORWARD, INVERSE };

static bearing_fft_plan *make_plan(
    enum direction direction, int points, int count, int stride, float *time, float *real, float *imaginary) {
    bearing_fft_plan *made = malloc(sizeof *made);
    if (made == NULL) return NULL;
    const fftwf_iodim rows = {.n = points, .is = stride, .os = stride};
    const fftwf_iodim columns = {.n = count, .is = 1, .os = 1};
    pthread_mutex_lock(&planner);
    made->plan = direction == FORWARD
        ? fftwf_plan_guru_split_dft_r2c(1, &rows, 1, &columns, time, real, imaginary, FFTW_ESTIMATE)
        : fftwf_plan_guru_split_dft_c2r(1, &rows, 1, &columns, real, imaginary, time, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
    if (made->plan != NULL) return made;
    free(made);
    return NULL;
}

bearing_fft_plan *bearing_fft_plan_forward(
    int points, int count, int stride, float *time, float *real, float *imaginary) {
    return make_plan(FORWARD, points, count, stride, time, real, imaginary);
}

bearing_fft_plan *bearing_fft_plan_inverse(
    int points, int count, int stride, float *time, float *real, float *imaginary) {
    return make_plan(INVERSE, points, count, stride, time, real, imaginary);
}

void bearing_fft_execute(const bearing_fft_plan *plan) { fftwf_execute(plan->plan); }

void bearing_fft_destroy(bearing_fft_plan *plan) {
    if (plan == NULL) return;
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(plan->plan);
    pthread_mutex_unlock(&planner);
    free(plan);
}
