/// Filters from the channels of a source to first-order Ambisonics (ACN, SN3D): one from each channel to each of W, Y, Z, X.
public struct EncodingFilters: Sendable, Hashable {
    /// [4 outputs, inputs, taps]
    let coefficients: [Float]
    /// Channels of the source.
    public let inputs: Int
    let taps: Int
    /// Delay of the output in frames.
    public let delay: Int
    /// Frequency in Hz up to which a plane wave from any direction is encoded within 3 degrees and 1 dB.
    public let limit: Float

    init(coefficients: [Float], inputs: Int, taps: Int, delay: Int, limit: Float) {
        precondition(coefficients.count == AudioFormat.channels * inputs * taps, "a filter for each pair of channels")
        self.coefficients = coefficients
        self.inputs = inputs
        self.taps = taps
        self.delay = delay
        self.limit = limit
    }

    /// The conversion of another order and scaling to AmbiX.
    /// - Returns: nil for AmbiX.
    public init?(from convention: AmbisonicConvention) {
        guard convention != .ambix else { return nil }
        let (order, gains) = (convention.order, convention.gains)
        let pairs = (0..<4).flatMap { output in (0..<4).map { (output, $0) } }
        self.init(
            coefficients: pairs.map { $1 == order[$0] ? gains[$0] : 0 }, inputs: AudioFormat.channels, taps: 1, delay: 0,
            limit: Float(AudioFormat.sampleRate) / 2)
    }
}
