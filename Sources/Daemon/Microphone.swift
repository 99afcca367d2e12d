public import Audio
public import Diagnosis

/// What the four channels of the source should be.
public struct Microphone: Sendable, Hashable {
    public var kind: MicrophoneKind
    /// Of Ambisonics.
    public var convention: AmbisonicConvention

    public init(_ kind: MicrophoneKind, convention: AmbisonicConvention = .ambix) {
        self.kind = kind
        self.convention = convention
    }
}
