public import Audio
import Features
import Geometry
import Glibc

/// A rotation of the scene about the vertical axis, or a reflection in a plane through it, optionally with up and down
/// exchanged, that only permutes the capsules of an array: each is mapped to a capsule with the same directivity, aim, gain and delay.
public struct CapsuleSymmetry: Sendable, Hashable {
    /// The new x and the new y, as sums of the old x and y.
    public let x: SIMD2<Float>
    public let y: SIMD2<Float>
    /// 1, or -1 if up and down are exchanged.
    public let z: Float
    /// Capsule c receives from the changed scene the signal that capsule `permutation[c]` received from the original one.
    public let permutation: [Int]

    /// nil if a capsule would be mapped to a position or aim without a capsule.
    public init?(_ reflection: AxisReflection, of array: ArrayGeometry) {
        let (first, second) = (reflection.applied(to: (1, 0, 0)), reflection.applied(to: (0, 1, 0)))
        self.init(x: [first.x, second.x], y: [first.y, second.y], z: reflection.z, of: array)
    }

    private init?(x: SIMD2<Float>, y: SIMD2<Float>, z: Float, of array: ArrayGeometry) {
        (self.x, self.y, self.z) = (x, y, z)
        let places = array.capsules
        // Capsules this close receive the same signal: at most 3 microseconds apart, far less than their distances to the
        // others.
        let near = max(min(1e-3, 0.02 * array.extent), 1e-5)
        var permutation: [Int] = []
        for place in places {
            let found = places.firstIndex { other in
                let moved = Self.applied(x, y, z, to: (other.position.x, other.position.y, other.position.z))
                let apart = SIMD3(moved.x, moved.y, moved.z) - place.position
                let aim = Self.applied(x, y, z, to: (other.aim.x, other.aim.y, other.aim.z))
                let looksThere = Direction(unit: aim.x, aim.y, aim.z).angle(to: place.aim) < 1
                let isEqual =
                    abs(other.directivity - place.directivity) < 1e-3 && abs(other.gain - place.gain) < 1
                    && abs(other.delay - place.delay) < 3e-6
                return (apart * apart).sum() < near * near && isEqual
                    && (looksThere || place.directivity > 0.999)
            }
            guard let found else { return nil }
            permutation.append(found)
        }
        guard Set(permutation).count == places.count else { return nil }
        self.permutation = permutation
    }

    /// A reference vector (x, y, z) of the changed scene.
    public func applied(to v: (x: Float, y: Float, z: Float)) -> (x: Float, y: Float, z: Float) { Self.applied(x, y, z, to: v) }

    private static func applied(
        _ x: SIMD2<Float>, _ y: SIMD2<Float>, _ z: Float, to v: (x: Float, y: Float, z: Float)
    ) -> (x: Float, y: Float, z: Float) {
        (x[0] * v.x + x[1] * v.y, y[0] * v.x + y[1] * v.y, z * v.z)
    }

    /// All symmetries of an array, the identity first: those of the axes in the order of their bits, then those by other
    /// angles, such as for three capsules in a ring. An array that any rotation preserves, such as a vertical line, has only
    /// those of the axes.
    public static func all(of array: ArrayGeometry) -> [CapsuleSymmetry] {
        var found = (0..<16).compactMap { CapsuleSymmetry(AxisReflection(bits: UInt64($0)), of: array) }
        let azimuths = bearings(of: array)
        for (from, to) in azimuths.flatMap({ from in azimuths.map { (from, $0) } }) {
            for (turn, isReflected) in [(to - from, false), (to + from, true)] {
                let (c, s) = (Float(cos(turn)), Float(sin(turn)))
                for z in [1, -1] as [Float] {
                    let isKnown = found.contains { other in
                        let apart = [other.x[0] - c, other.y[0] - s, other.x[1] - (isReflected ? s : -s)]
                        return other.z == z && apart.allSatisfy { abs($0) < 0.1 }
                    }
                    if isKnown { continue }
                    let symmetry = CapsuleSymmetry(
                        x: [c, isReflected ? s : -s], y: [s, isReflected ? -c : c], z: z, of: array)
                    if let symmetry { found.append(symmetry) }
                }
            }
        }
        return found
    }

    /// Azimuths in radians of the positions and aims of capsules, without those on the vertical axis.
    private static func bearings(of array: ArrayGeometry) -> [Double] {
        array.capsules.flatMap { capsule in
            let aim: SIMD2<Float> = [capsule.aim.x, capsule.aim.y]
            let place: SIMD2<Float> = [capsule.position.x, capsule.position.y] / max(array.extent, 1e-3)
            return (capsule.directivity > 0.999 ? [place] : [place, aim]).filter { ($0 * $0).sum() > 1e-3 }
                .map { atan2(Double($0.y), Double($0.x)) }
        }
    }
}

extension FeatureKind {
    /// The effect of a symmetry on each channel of a feature frame.
    func channels(under symmetry: CapsuleSymmetry) -> [FeatureChannel] {
        let p = symmetry.permutation
        let levels = p.map { FeatureChannel(source: $0) }
        switch self {
        case .foaIntensity, .foaCovariance, .micHarmonics:
            preconditionFailure("only capsules change places")
        case .micPhase:
            return levels + (1...3).map { FeatureChannel(source: 3 + p[$0]) }
        case .micGCCPHAT:
            return levels
                + Self.pairs.map { i, j in
                    FeatureChannel(source: 4 + Self.pair(p[i], p[j]), reversesLags: p[i] > p[j])
                }
        case .micCoherence:
            return levels + Self.pairs.map { i, j in FeatureChannel(source: 4 + Self.pair(p[i], p[j])) }
                + Self.pairs.map { i, j in
                    FeatureChannel(source: 10 + Self.pair(p[i], p[j]), sign: p[i] > p[j] ? -1 : 1)
                }
        }
    }

    /// Capsule pairs in the order of their channels.
    private static let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]

    private static func pair(_ i: Int, _ j: Int) -> Int {
        guard let index = pairs.firstIndex(where: { $0 == (min(i, j), max(i, j)) }) else {
            preconditionFailure("two different capsules of four")
        }
        return index
    }
}
