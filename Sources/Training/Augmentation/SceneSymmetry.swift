public import Audio
public import Features

/// A rotation or reflection of the scene whose effect on the features follows from the features themselves.
public enum SceneSymmetry: Sendable, Hashable {
    /// Of Ambisonics; also the identity of capsules.
    case axes(AxisReflection)
    case capsules(CapsuleSymmetry)
    case harmonics(HarmonicRotation)

    public static let identity = SceneSymmetry.axes(.identity)

    /// A reference vector (x, y, z) of the changed scene.
    public func applied(to v: (x: Float, y: Float, z: Float)) -> (x: Float, y: Float, z: Float) {
        switch self {
        case .axes(let reflection): reflection.applied(to: v)
        case .capsules(let symmetry): symmetry.applied(to: v)
        case .harmonics(let rotation): rotation.applied(to: v)
        }
    }
}

extension FeatureKind {
    /// The rotations and reflections, keeping the vertical axis, that apply to features of this kind, the identity first.
    /// Ambisonics has all 16 of the axes, capsules those that only permute them; delays relative to capsule 0 only those that
    /// keep it.
    /// - Parameter array: nil for Ambisonics, and for unknown capsules, which have only the identity.
    public func symmetries(array: ArrayGeometry?) -> [SceneSymmetry] {
        if isAmbisonic { return (0..<16).map { .axes(AxisReflection(bits: UInt64($0))) } }
        // Rotated by any angle besides; an array that cannot distinguish above from below is not turned upside down.
        if isArrayIndependent { return array?.isHorizontal ?? true ? [.identity] : [.identity, .axes(AxisReflection(bits: 8))] }
        guard let array else { return [.identity] }
        let others = CapsuleSymmetry.all(of: array).dropFirst().filter { self != .micPhase || $0.permutation[0] == 0 }
        return [.identity] + others.map { .capsules($0) }
    }

    /// The effect of a symmetry on each channel of a feature frame.
    func channels(under symmetry: SceneSymmetry) -> [FeatureChannel] {
        if isArrayIndependent { return (0..<inputChannels).map { FeatureChannel(source: $0) } }
        switch symmetry {
        case .axes(let reflection) where isAmbisonic: return ambisonicChannels(under: reflection)
        case .capsules(let symmetry) where !isAmbisonic: return channels(under: symmetry)
        default:
            precondition(symmetry == .identity, "only capsules are permuted")
            return (0..<channels).map { FeatureChannel(source: $0) }
        }
    }
}
