import Kernels
import Tensor
import Testing

@Suite struct ProductTests {
    /// Every remainder of rows and columns, both orders of the left operand, in both types: equal to BLAS up to rounding.
    @Test(arguments: [1, 5, 8, 15], [1, 16, 33, 70]) func smallProductsAgreeWithBLAS(rows: Int, columns: Int) {
        func difference<Scalar: KernelScalar>(transposed: Bool, adding: Bool, _: Scalar.Type) -> Scalar {
            let inner = 9
            var arena = Arena<Scalar>(capacity: 1 << 13)
            let (a, b) = (arena.take(Shape(rows, inner)), arena.take(Shape(inner, columns)))
            let results = (0..<2).map { _ in arena.take(Shape(rows, columns)) }
            a.copy(from: noise(a.count, seed: 1).map { Scalar($0) })
            b.copy(from: noise(b.count, seed: 2).map { Scalar($0) })
            for result in results { result.copy(from: noise(result.count, seed: 3).map { Scalar($0) }) }
            let stride = transposed ? rows : inner
            unsafe Scalar.multiply(
                rows, columns, inner, a.unsafeBase, stride, transposedA: transposed, b.unsafeBase, columns, transposedB: false,
                beta: adding ? 1 : 0, results[0].unsafeBase, columns)
            unsafe Scalar.multiplySmall(
                rows, columns, inner, a.unsafeBase, rowA: transposed ? 1 : inner, columnA: transposed ? rows : 1, b.unsafeBase,
                columns, adding: adding, results[1].unsafeBase, columns)
            return (0..<rows * columns).map { abs(results[0][$0] - results[1][$0]) }.max() ?? .infinity
        }
        for (transposed, adding) in [(false, false), (false, true), (true, false), (true, true)] {
            #expect(difference(transposed: transposed, adding: adding, Float.self) < 1e-5)
            #expect(difference(transposed: transposed, adding: adding, Double.self) < 1e-14)
        }
    }
}
