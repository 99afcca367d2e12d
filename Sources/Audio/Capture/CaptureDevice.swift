import Signal

/// A capture device known to ALSA, and its capabilities.
public struct CaptureDevice: Sendable, Hashable {
    /// Capabilities without conversions by ALSA.
    public struct Offer: Sendable, Hashable {
        public var channels: ClosedRange<Int>
        /// Supported sample rates in Hz: lowest, highest, and common ones in between.
        public var rateRange: ClosedRange<Int>
        public var rates: [Int]
        /// The supported values of `SampleFormat`.
        public var formats: [SampleFormat]

        /// Whether Bearing can use it: at least three channels, in a known format.
        public var isUsable: Bool { channels.upperBound >= FrameLayout.capsules.lowerBound && !formats.isEmpty }
    }

    /// The name for `--source alsa:NAME`.
    public var name: String
    public var description: String
    /// The capabilities, or why they are unknown.
    public var offer: Result<Offer, AudioError>
}
