import Glibc

/// Sound pressure on the surface of a rigid sphere in a plane wave (Morse and Ingard, Theoretical Acoustics, section 8.2;
/// time factor exp(+j omega t), phase against the sphere's centre in free air).
public enum RigidSphere {
    /// Coefficients of the Legendre series: (2n + 1) j^n times the surface factor of mode n, which by the Wronskian is -j /
    /// (x^2 h_n'(x)), with h_n the spherical Hankel function of the second kind.
    ///
    /// - Parameter x: wave number times radius; positive.
    /// - Returns: real and imaginary parts, until they fall below 1e-10.
    public static func coefficients(_ x: Double) -> [(real: Double, imaginary: Double)] {
        var result: [(real: Double, imaginary: Double)] = []
        // Spherical Bessel functions of both kinds, orders n and n + 1, by upward recurrence. Where that is unstable for the
        // first kind, the second kind is so much larger that the error is negligible.
        var (j, jNext) = (sin(x) / x, sin(x) / (x * x) - cos(x) / x)
        var (y, yNext) = (-cos(x) / x, -cos(x) / (x * x) - sin(x) / x)
        for n in 0..<60 {
            let order = Double(n)
            let jSlope = order / x * j - jNext
            let ySlope = order / x * y - yNext
            // -j / (x^2 (j' - j y')), times 2n + 1.
            let scale = (2 * order + 1) / (x * x * (jSlope * jSlope + ySlope * ySlope))
            let (a, b) = (scale * ySlope, -scale * jSlope)
            switch n % 4 {
            case 0: result.append((a, b))
            case 1: result.append((-b, a))
            case 2: result.append((-a, -b))
            default: result.append((b, -a))
            }
            if order > x, a * a + b * b < 1e-20 { break }
            (j, jNext) = (jNext, (2 * order + 3) / x * jNext - j)
            (y, yNext) = (yNext, (2 * order + 3) / x * yNext - y)
        }
        return result
    }

    /// The pressure for an angle between the directions of the capsule and of the wave's origin.
    public static func pressure(
        _ coefficients: [(real: Double, imaginary: Double)], cosine: Double
    ) -> (real: Double, imaginary: Double) {
        var sum = (real: 0.0, imaginary: 0.0)
        var (legendre, next) = (1.0, cosine)
        for (n, c) in coefficients.enumerated() {
            sum.real += c.real * legendre
            sum.imaginary += c.imaginary * legendre
            (legendre, next) = (next, (Double(2 * n + 3) * cosine * next - Double(n + 1) * legendre) / Double(n + 2))
        }
        return sum
    }

    /// Cross-power of two capsules in a diffuse field of unit power, by the addition theorem.
    ///
    /// - Parameter cosine: of the angle between the capsules.
    public static func diffuseCovariance(
        _ coefficients: [(real: Double, imaginary: Double)], cosine: Double
    ) -> Double {
        var sum = 0.0
        var (legendre, next) = (1.0, cosine)
        for (n, c) in coefficients.enumerated() {
            sum += (c.real * c.real + c.imaginary * c.imaginary) / Double(2 * n + 1) * legendre
            (legendre, next) = (next, (Double(2 * n + 3) * cosine * next - Double(n + 1) * legendre) / Double(n + 2))
        }
        return sum
    }
}
