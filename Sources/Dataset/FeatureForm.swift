import Features

/// How a feature file keeps its frames. Files of different forms have different names, so all may be in one folder.
public struct FeatureForm: Sendable {
    /// Of each number. 32: float32. 16: IEEE 754 binary16, rounded to the nearest number, ties to the even one.
    public enum Bits: Int, Sendable, CaseIterable {
        case half = 16
        case single = 32

        var bytes: Int { rawValue / 8 }
    }

    public let bits: Bits
    /// The map that frames have gone through; nil: as the extractor makes them.
    public let map: ArrayMap?

    /// What an evaluation needs, and other programs read.
    public static let exact = FeatureForm()

    /// - Parameter map: for array-independent features only.
    public init(bits: Bits = .single, map: ArrayMap? = nil) {
        (self.bits, self.map) = (bits, map)
    }

    /// Channels of a band, of audio with some channels.
    func channels(of kind: FeatureKind, audio channels: Int) -> Int {
        precondition(map == nil || kind.isArrayIndependent, "only array-independent features are mapped")
        return map == nil ? kind.frameChannels(of: channels) : kind.inputChannels
    }

    /// The end of a file's name.
    var suffix: String { (map == nil ? "" : ".mapped") + (bits == .half ? ".f16" : "") + ".features" }

    /// Bits of the header's first word, above the version.
    var flags: UInt64 { (bits == .half ? 1 << 32 : 0) | (map == nil ? 0 : 1 << 33) }
}
