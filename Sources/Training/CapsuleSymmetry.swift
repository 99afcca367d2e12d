import Audio
import Features

/// A reflection of the scene under which the capsules of an array only change places.
struct CapsuleSymmetry {
    let reflection: AxisReflection
    /// Capsule c hears of the reflected scene what capsule `permutation[c]` heard of the scene as it was.
    let permutation: [Int]

    /// nil where a capsule would come to lie where there is none.
    init?(_ reflection: AxisReflection, of array: ArrayGeometry) {
        let places = array.capsules.map(\.position)
        var permutation: [Int] = []
        for place in places {
            let found = places.firstIndex { other in
                let moved = reflection.applied(to: (other.x, other.y, other.z))
                let apart = SIMD3(moved.x, moved.y, moved.z) - place
                return (apart * apart).sum() < 1e-6
            }
            guard let found else { return nil }
            permutation.append(found)
        }
        self.reflection = reflection
        self.permutation = permutation
    }
}

extension FeatureKind {
    /// The reflections of the axes, the vertical kept, that can be done to features of this kind: all 16 to Ambisonics, to
    /// capsules those that only exchange them, 8 with a tetrahedron; delays against capsule 0 know but those that leave it.
    func reflections(array: ArrayGeometry) -> [AxisReflection] {
        let all = (0..<16).map { AxisReflection(bits: UInt64($0)) }
        guard !isAmbisonic else { return all }
        return all.filter { reflection in
            guard let symmetry = CapsuleSymmetry(reflection, of: array) else { return false }
            return self != .micPhase || symmetry.permutation[0] == 0
        }
    }

    /// What a symmetry makes of the channels of a feature frame, one after another.
    func channels(under symmetry: CapsuleSymmetry) -> [FeatureChannel] {
        let p = symmetry.permutation
        let levels = p.map { FeatureChannel(source: $0) }
        switch self {
        case .foaIntensity, .foaCovariance:
            preconditionFailure("Ambisonics has no capsules")
        case .micPhase:
            return levels + (1...3).map { FeatureChannel(source: 3 + p[$0]) }
        case .micGCCPHAT:
            return levels + Self.pairs.map { i, j in
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

/// Where a channel of changed features comes from.
struct FeatureChannel {
    var source: Int
    var sign: Float = 1
    /// Whether lag n comes from lag -n; bands are lags then.
    var reversesLags = false
}
