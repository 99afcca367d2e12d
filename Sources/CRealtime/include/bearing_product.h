/* Matrix products without OpenBLAS's copies of their operands, which cost more than they save where a dimension is small. The
   right operand should fit into the cache. */
#ifndef BEARING_PRODUCT_H
#define BEARING_PRODUCT_H

/* c[m x n] = a[m x k] b[k x n], or c += a b where `adds`. The rows of b and c are contiguous, and begin `row_b` and `row_c`
   elements apart; element (i, l) of a is at i row_a + l column_a. Sums run over k in order. */
void bearing_product_float(
    long m, long n, long k, const float *a, long row_a, long column_a, const float *b, long row_b, int adds, float *c,
    long row_c);
void bearing_product_double(
    long m, long n, long k, const double *a, long row_a, long column_a, const double *b, long row_b, int adds, double *c,
    long row_c);

#endif
