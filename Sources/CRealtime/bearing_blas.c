#include "bearing_blas.h"

#include <cblas.h>

/* Before main, so that no product ever starts OpenBLAS's own threads beside ours. */
__attribute__((constructor)) static void hold_blas_to_one_thread(void) { openblas_set_num_threads(1); }

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
