import Features
import Glibc

/// A rotation about the vertical by any angle, with or without reflections, and what it makes of spherical harmonics: a matrix that mixes
/// those of an order.
public struct HarmonicRotation: Sendable, Hashable {
    /// Rows of the change of a vector in the horizontal plane, and the sign of the vertical.
    private let x, y: SIMD2<Float>
    private let z: Float
    /// [8]: the harmonics that each harmonic becomes.
    let columns: [SIMD8<Float>]

    /// - Parameter random: 32 bits for the angle, one for a reflection.
    init(random: UInt64, z: Float) {
        let angle = Double(random >> 1 & 0xFFFF_FFFF) * 0x1p-32 * 2 * .pi
        self.init(angle: angle, isReflected: random & 1 != 0, z: z)
    }

    /// - Parameters: `angle` in radians, after the reflection of y if there is one; `z`, 1 or -1.
    init(angle: Double, isReflected: Bool, z: Float) {
        let (c, s) = (Float(cos(angle)), Float(sin(angle)))
        x = isReflected ? [c, s] : [c, -s]
        y = isReflected ? [s, -c] : [s, c]
        self.z = z
        let places = Self.quadrature
        var columns = [SIMD8<Float>](repeating: .zero, count: HarmonicMap.harmonics)
        for (direction, weight) in places {
            let before = HarmonicMap.harmonics(of: direction)
            let after = HarmonicMap.harmonics(
                of: [
                    Double(x[0]) * direction.x + Double(x[1]) * direction.y, Double(y[0]) * direction.x + Double(y[1]) * direction.y,
                    Double(z) * direction.z,
                ])
            for j in before.indices { for k in after.indices { columns[j][k] += Float(weight * after[k] * before[j]) } }
        }
        self.columns = columns
    }

    /// A reference vector (x, y, z) of the changed scene.
    func applied(to v: (x: Float, y: Float, z: Float)) -> (x: Float, y: Float, z: Float) {
        (x[0] * v.x + x[1] * v.y, y[0] * v.x + y[1] * v.y, z * v.z)
    }

    /// Directions and weights that integrate products of two harmonics of order 2 exactly: Gauss-Legendre of three nodes by eight azimuths.
    private static let quadrature: [(direction: SIMD3<Double>, weight: Double)] = {
        let root = 0.6.squareRoot()
        return [(-root, 5.0 / 18), (0, 8.0 / 18), (root, 5.0 / 18)].flatMap { height, weight in
            (0..<8).map { step in
                let (azimuth, radius) = (Double(step) * .pi / 4, (1 - height * height).squareRoot())
                return (SIMD3(radius * cos(azimuth), radius * sin(azimuth), height), weight / 8)
            }
        }
    }()
}
