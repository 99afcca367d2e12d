public import Audio
public import Features

/// A change of directions that features can follow: what they would be of the scene so rotated or reflected, they themselves tell.
public enum SceneSymmetry: Sendable, Hashable {
    /// Of Ambisonics; the identity of capsules too.
    case axes(AxisReflection)
    case capsules(CapsuleSymmetry)

    public static let identity = SceneSymmetry.axes(.identity)

    /// A reference vector (x, y, z) of the changed scene.
    public func applied(to v: (x: Float, y: Float, z: Float)) -> (x: Float, y: Float, z: Float) {
        switch self {
        case .axes(let reflection): reflection.applied(to: v)
        case .capsules(let symmetry): symmetry.applied(to: v)
        }
    }
}

extension FeatureKind {
    /// The rotations and reflections, the vertical axis kept, that can be done to features of this kind, the identity first: all 16 of the
    /// axes to Ambisonics, to capsules those under which they only change places; delays against capsule 0 know but those that leave it.
    /// - Parameter array: nil for Ambisonics, and for capsules of which nothing is known: these have the identity alone.
    public func symmetries(array: ArrayGeometry?) -> [SceneSymmetry] {
        if isAmbisonic { return (0..<16).map { .axes(AxisReflection(bits: UInt64($0))) } }
        guard let array else { return [.identity] }
        let others = CapsuleSymmetry.all(of: array).dropFirst().filter { self != .micPhase || $0.permutation[0] == 0 }
        return [.identity] + others.map { .capsules($0) }
    }

    /// What a symmetry makes of the channels of a feature frame, one after another.
    func channels(under symmetry: SceneSymmetry) -> [FeatureChannel] {
        switch symmetry {
        case .axes(let reflection) where isAmbisonic: return ambisonicChannels(under: reflection)
        case .capsules(let symmetry) where !isAmbisonic: return channels(under: symmetry)
        default:
            precondition(symmetry == .identity, "capsules change places, Ambisonics does not")
            return (0..<channels).map { FeatureChannel(source: $0) }
        }
    }
}
