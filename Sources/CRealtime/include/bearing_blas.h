/* Row-major matrix products by OpenBLAS, which is held to the calling thread: our own WorkerTeam splits the work. */
#ifndef BEARING_BLAS_H
#define BEARING_BLAS_H

#include "bearing_hot.h"

/* c[m x n] = alpha a[m x k] b[k x n] + beta c. A transposed operand is stored as [k x m] or [n x k]; the strides
   (elements from row to row) are those of the stored matrices. */
BEARING_HOT void bearing_sgemm(int transposed_a, int transposed_b, int m, int n, int k, float alpha, const float *a,
                               int stride_a, const float *b, int stride_b, float beta, float *c, int stride_c);
BEARING_HOT void bearing_dgemm(int transposed_a, int transposed_b, int m, int n, int k, double alpha, const double *a,
                               int stride_a, const double *b, int stride_b, double beta, double *c, int stride_c);

/* y[rows] = alpha a[rows x columns] x + beta y. */
BEARING_HOT void bearing_sgemv(int rows, int columns, float alpha, const float *a, int stride, const float *x,
                               float beta, float *y);
BEARING_HOT void bearing_dgemv(int rows, int columns, double alpha, const double *a, int stride, const double *x,
                               double beta, double *y);

/* The name of the processor generation whose kernels OpenBLAS uses; static. */
const char *bearing_blas_kernels(void);

#endif
