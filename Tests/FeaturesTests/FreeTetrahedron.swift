import Features
import Geometry
import Glibc

/// Four capsules in free air: a tetrahedron of 4 cm.
enum FreeTetrahedron {
    /// Seconds by which the capsules hear a wave earlier than their centre.
    static func leads(of source: Direction) -> [Float] {
        let places: [Direction] = [(45, 35), (-45, -35), (135, -35), (-135, 35)].map { Direction(azimuth: $0.0, elevation: $0.1) }
        return places.map { 0.04 / 343 * ($0.x * source.x + $0.y * source.y + $0.z * source.z) }
    }

    static let steering: SteeringVectors = {
        // A Fibonacci spiral.
        let directions = (0..<1000).map { index in
            let z = 1 - 2 * (Float(index) + 0.5) / 1000
            let angle = 2.3999632 * Float(index)
            return SIMD3((1 - z * z).squareRoot() * sinf(angle + .pi / 2), (1 - z * z).squareRoot() * sinf(angle), z)
        }
        return SteeringVectors(directions: directions) { frequency in
            directions.map { direction in
                var (real, imaginary) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
                for (channel, lead) in leads(of: Direction(unit: direction.x, direction.y, direction.z)).enumerated() {
                    let phase = Float(2 * Double.pi * frequency * Double(lead))
                    (real[channel], imaginary[channel]) = (Double(sinf(phase + .pi / 2)), Double(sinf(phase)))
                }
                return (real, imaginary)
            }
        }
    }()
}
