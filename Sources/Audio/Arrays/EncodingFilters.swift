/// What makes first-order Ambisonics (ACN, SN3D) of four channels: a filter from each of them to each of W, Y, Z, X.
public struct EncodingFilters: Sendable, Hashable {
    /// [4 outputs, 4 inputs, taps]
    let coefficients: [Float]
    let taps: Int
    /// Frames by which the output is later than the input.
    public let delay: Int
    /// Hz up to which a plane wave from any direction is encoded within 3 degrees and 1 dB.
    public let limit: Float

    init(coefficients: [Float], taps: Int, delay: Int, limit: Float) {
        precondition(coefficients.count == AudioFormat.channels * AudioFormat.channels * taps, "a filter for each pair of channels")
        self.coefficients = coefficients
        self.taps = taps
        self.delay = delay
        self.limit = limit
    }

    /// What makes AmbiX of another order and scaling.
    /// - Returns: nil for AmbiX.
    public init?(from convention: AmbisonicConvention) {
        guard convention != .ambix else { return nil }
        let (order, gains) = (convention.order, convention.gains)
        let pairs = (0..<4).flatMap { output in (0..<4).map { (output, $0) } }
        self.init(
            coefficients: pairs.map { $1 == order[$0] ? gains[$0] : 0 }, taps: 1, delay: 0,
            limit: Float(AudioFormat.sampleRate) / 2)
    }
}
