import Glibc

/// A complex number, for responses that are computed once.
struct Complex: Sendable, Hashable {
    var real: Double
    var imaginary: Double

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    /// A turn by an angle in radians.
    init(phase: Double) { self.init(cos(phase), sin(phase)) }

    static let zero = Complex(0)

    var conjugate: Complex { Complex(real, -imaginary) }
    /// The square of the absolute value.
    var power: Double { real * real + imaginary * imaginary }

    static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    static func * (a: Complex, b: Complex) -> Complex {
        Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }
    static func * (a: Double, b: Complex) -> Complex { Complex(a * b.real, a * b.imaginary) }
    static func / (a: Complex, b: Complex) -> Complex { (1 / b.power) * (a * b.conjugate) }
}
