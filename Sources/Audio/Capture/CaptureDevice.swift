/// A capture device that ALSA knows, and what it offers.
public struct CaptureDevice: Sendable, Hashable {
    /// What it offers without conversions by ALSA.
    public struct Offer: Sendable, Hashable {
        public var channels: ClosedRange<Int>
        /// Frames a second, lowest and highest, and those usual ones in between that it has.
        public var rateRange: ClosedRange<Int>
        public var rates: [Int]
        /// Those of `SampleFormat` that it has.
        public var formats: [SampleFormat]

        /// Whether Bearing can use it: four channels or more, of a known format.
        public var isUsable: Bool { channels.upperBound >= AudioFormat.channels && !formats.isEmpty }
    }

    /// What `--source alsa:NAME` takes.
    public var name: String
    public var description: String
    /// What it offers, or why it does not say.
    public var offer: Result<Offer, AudioError>
}
