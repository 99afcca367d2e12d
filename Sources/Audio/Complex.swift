import Glibc

/// A complex number, for responses and filters that are computed once.
package struct Complex: Sendable, Hashable {
    package var real, imaginary: Double

    package init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    /// The unit number of an angle in radians.
    package init(phase: Double) { self.init(cos(phase), sin(phase)) }

    package static let zero = Complex(0)

    package var conjugate: Complex { Complex(real, -imaginary) }
    /// The square of the absolute value.
    package var power: Double { real * real + imaginary * imaginary }

    package static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    package static func += (a: inout Complex, b: Complex) { a = a + b }
    package static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }
    package static func * (a: Complex, b: Complex) -> Complex {
        Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }
    package static func * (a: Double, b: Complex) -> Complex { Complex(a * b.real, a * b.imaginary) }
    package static func / (a: Complex, b: Complex) -> Complex { (1 / b.power) * (a * b.conjugate) }

    /// X of X A = B for a Hermitian, positive definite A (Gauss-Jordan elimination).
    /// - Parameters: `b` [rows, n]; `a` [n, n].
    static func solve(_ b: [[Complex]], dividedBy a: [[Complex]]) -> [[Complex]] {
        // X A = B equals A X* = B*, since A is Hermitian.
        let size = a.count
        var left = a
        var right = (0..<size).map { row in b.map { $0[row].conjugate } }
        for column in 0..<size {
            let pivot = left[column][column]
            for i in 0..<size { left[column][i] = left[column][i] / pivot }
            for i in 0..<b.count { right[column][i] = right[column][i] / pivot }
            for row in 0..<size where row != column {
                let factor = left[row][column]
                for i in 0..<size { left[row][i] = left[row][i] - factor * left[column][i] }
                for i in 0..<b.count { right[row][i] = right[row][i] - factor * right[column][i] }
            }
        }
        return b.indices.map { row in (0..<size).map { right[$0][row].conjugate } }
    }
}
