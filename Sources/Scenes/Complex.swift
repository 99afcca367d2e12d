import Glibc

/// A complex number, for responses that are computed once.
package struct Complex: Sendable, Hashable {
    package var real: Double
    package var imaginary: Double

    package init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    /// A turn by an angle in radians.
    package init(phase: Double) { self.init(cos(phase), sin(phase)) }

    package static let zero = Complex(0)

    package var conjugate: Complex { Complex(real, -imaginary) }
    /// The square of the absolute value.
    package var power: Double { real * real + imaginary * imaginary }

    package static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    package static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }
    package static func * (a: Complex, b: Complex) -> Complex {
        Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }
    package static func * (a: Double, b: Complex) -> Complex { Complex(a * b.real, a * b.imaginary) }
    package static func / (a: Complex, b: Complex) -> Complex { (1 / b.power) * (a * b.conjugate) }
}
