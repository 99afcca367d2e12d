public import Geometry

/// What an array can observe of a direction.
extension ArrayGeometry {
    /// Axes of space along which capsules differ, in place or aim, by a tenth at least of what they differ along another: 3, 2 in a
    /// plane, 1 in a line, 0 of one place and aim.
    public var dimensions: Int {
        let singular = differences.map(\.value)
        return singular[0] > 1e-3 ? singular.count { $0 >= 0.1 * singular[0] } : 0
    }

    /// Whether its capsules lie in a horizontal plane, so that it cannot distinguish above from below.
    public var isHorizontal: Bool { dimensions == 2 && abs(differences[2].vector[2]) > 0.98 }

    /// The meaning of its directions' elevations.
    public var elevation: ElevationSense { isHorizontal ? .unsigned : .signed }

    /// Whether encoding to Ambisonics keeps enough for models of Ambisonics to find more sources than a model for any array: four capsules at
    /// least, not in a plane, within 3 cm of their centre (models/README.md, `array-live`).
    public var suitsEncoding: Bool {
        guard capsules.count >= AudioFormat.channels, dimensions == 3 else { return false }
        let centre = capsules.reduce(SIMD3<Float>.zero) { $0 + $1.position } / Float(capsules.count)
        return capsules.allSatisfy { capsule in
            let place = capsule.position - centre
            return (place * place).sum() <= Self.largestEncoded * Self.largestEncoded
        }
    }

    /// Metres.
    private static let largestEncoded: Float = 0.03

    /// How much capsules differ along three axes at right angles, the largest first, in parts of the array's extent, and the axes.
    var differences: [(value: Double, vector: [Double])] {
        let scale = max(extent, 1e-3)
        let places = Self.centred(capsules.map { [$0.position.x / scale, $0.position.y / scale, $0.position.z / scale] })
        let looks = Self.centred(
            capsules.map { capsule in
                let share = 1 - capsule.directivity
                return [share * capsule.aim.x, share * capsule.aim.y, share * capsule.aim.z]
            })
        // Eigenvalues are squares of the singular values.
        return SymmetricMatrix(outerProductsOf: places + looks, size: 3).eigen.map { (max($0.value, 0).squareRoot(), $0.vector) }
    }

    /// Vectors without their mean.
    private static func centred(_ vectors: [[Float]]) -> [[Double]] {
        let mean = (0..<3).map { axis in vectors.reduce(0) { $0 + $1[axis] } / Float(max(vectors.count, 1)) }
        return vectors.map { vector in (0..<3).map { Double(vector[$0] - mean[$0]) } }
    }
}
