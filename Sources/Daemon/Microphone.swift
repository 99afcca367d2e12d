public import Audio
public import Diagnosis

/// The expected meaning of the source's channels.
public struct Microphone: Sendable, Hashable {
    public var kind: MicrophoneKind
    /// For Ambisonics.
    public var convention: AmbisonicConvention

    public init(_ kind: MicrophoneKind, convention: AmbisonicConvention = .ambix) {
        self.kind = kind
        self.convention = convention
    }
}
