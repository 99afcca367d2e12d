package import Audio
import Geometry
import Glibc
import Signal

/// Covariance of an array's channels in a diffuse field: plane waves from all directions, equally strong and
/// independent.
package enum DiffuseCovariance {
    /// Mean of a wave's response in channel a times the conjugate of that in channel b, [channels][channels], for unit pressure power.
    package static func matrix(of response: ArrayResponse, frequency: Double) -> [[Complex]] {
        let channels = 0..<response.channels
        if response.format == .foa {
            return channels.map { a in channels.map { Complex($0 != a ? 0 : a == 0 ? 1 : 1 / 3) } }
        }
        let wave = max(2 * .pi * frequency / Double(Acoustics.speedOfSound), 1e-2)
        let capsules = response.geometry.capsules
        let deviations = capsules.map { $0.deviation(frequency: frequency) }
        let covariance: [[Complex]]
        switch response.geometry.mount {
        case .open: covariance = capsules.map { a in capsules.map { open(a, $0, wave: wave) } }
        case .rigidSphere:
            let coefficients = RigidSphere.coefficients(wave * response.radius)
            covariance = capsules.map { a in
                capsules.map {
                    Complex(RigidSphere.diffuseCovariance(coefficients, cosine: dot(a.direction, $0.direction)))
                }
            }
        }
        return channels.map { a in channels.map { b in covariance[a][b] * (deviations[a] * deviations[b].conjugate) } }
    }

    /// Two capsules in open air, in closed form: means over the sphere of exp(j x u.s) times 1, s and s s', which are
    /// j0, j j1 u and j1/x I - j2 u u' (spherical Bessel functions of x, wave number times distance; u the direction from b to a).
    private static func open(_ a: ArrayGeometry.Capsule, _ b: ArrayGeometry.Capsule, wave: Double) -> Complex {
        let apart = a.position - b.position
        let u = Direction(towards: apart.x, apart.y, apart.z)
        let x = wave * Double((apart * apart).sum().squareRoot())
        let (j0, j1, slope, j2) = bessel(x)
        let (p, q) = (Double(a.directivity), Double(b.directivity))
        let (along, against) = (dot(a.aim, u), dot(b.aim, u))
        let real = p * q * j0 + (1 - p) * (1 - q) * (slope * dot(a.aim, b.aim) - j2 * along * against)
        let imaginary = j1 * (p * (1 - q) * against + q * (1 - p) * along)
        return Complex(real, imaginary)
    }

    /// Spherical Bessel functions of order 0 and 1, j1(x) / x, and order 2.
    private static func bessel(_ x: Double) -> (j0: Double, j1: Double, slope: Double, j2: Double) {
        // Series where the closed forms cancel; the next terms are below 1e-8.
        guard x > 0.05 else {
            return (1 - x * x / 6, x / 3 - x * x * x / 30, 1.0 / 3 - x * x / 30, x * x / 15)
        }
        let j0 = sin(x) / x
        let j1 = (j0 - cos(x)) / x
        return (j0, j1, j1 / x, 3 * j1 / x - j0)
    }

    private static func dot(_ a: Direction, _ b: Direction) -> Double { Double(a.x * b.x + a.y * b.y + a.z * b.z) }

    /// The lower triangular factor L of a covariance L L*; values that are negative by rounding are taken as 0.
    static func factor(_ covariance: [[Complex]]) -> [[Complex]] {
        let count = covariance.count
        var factor = [[Complex]](repeating: [Complex](repeating: .zero, count: count), count: count)
        for row in 0..<count {
            for column in 0...row {
                var sum = covariance[row][column]
                for other in 0..<column { sum = sum - factor[row][other] * factor[column][other].conjugate }
                if row == column {
                    factor[row][row] = Complex(max(sum.real, 0).squareRoot())
                } else if factor[column][column].real > 1e-5 {
                    factor[row][column] = (1 / factor[column][column].real) * sum
                }
            }
        }
        return factor
    }
}
