#include "bearing_blas.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
/* Present where OpenBLAS chooses its kernels at run time, as Debian's does. */
__attribute__((weak)) void gotoblas_dynamic_init(void);
__attribute__((weak)) void gotoblas_dynamic_quit(void);

/* An OpenBLAS that is older than the processor does not know its model and falls back to kernels of 2004, five times
   slower than what the processor's instructions allow. Then it has to choose again, by instructions. */
static void choose_kernels_by_instructions(void) {
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || getenv("OPENBLAS_CORETYPE")) return;
    if (strcmp(openblas_get_corename(), "Prescott") != 0) return;
    const char *core = NULL;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) core = "Haswell";
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
        core = "SkylakeX";
    if (!core) return;
    setenv("OPENBLAS_CORETYPE", core, 0);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
}
#else
static void choose_kernels_by_instructions(void) {}
#endif

/* Before main: no product has run yet, and no product ever starts OpenBLAS's own threads beside ours. */
__attribute__((constructor)) static void prepare_blas(void) {
    choose_kernels_by_instructions();
    openblas_set_num_threads(1);
}

const char *bearing_blas_kernels(void) { return openblas_get_corename(); }

static enum CBLAS_TRANSPOSE order(int transposed) { return transposed ? CblasTrans : CblasNoTrans; }

void bearing_sgemm(int transposed_a, int transposed_b, int m, int n, int k, float alpha, const float *a, int stride_a,
                   const float *b, int stride_b, float beta, float *c, int stride_c) {
    cblas_sgemm(CblasRowMajor, order(transposed_a), order(transposed_b), m, n, k, alpha, a, stride_a, b, stride_b,
                beta, c, stride_c);
}

void bearing_dgemm(int transposed_a, int transposed_b, int m, int n, int k, double alpha, const double *a, int stride_a,
                   const double *b, int stride_b, double beta, double *c, int stride_c) {
    cblas_dgemm(CblasRowMajor, order(transposed_a), order(transposed_b), m, n, k, alpha, a, stride_a, b, stride_b,
                beta, c, stride_c);
}

void bearing_sgemv(int rows, int columns, float alpha, const float *a, int stride, const float *x, float beta,
                   float *y) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, columns, alpha, a, stride, x, 1, beta, y, 1);
}

void bearing_dgemv(int rows, int columns, double alpha, const double *a, int stride, const double *x, double beta,
                   double *y) {
    cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, columns, alpha, a, stride, x, 1, beta, y, 1);
}
