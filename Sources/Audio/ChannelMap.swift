/// The four channels of a source to use, with their order and polarity.
public struct ChannelMap: Sendable, Hashable {
    /// Output channel c is the source's channel `indices[c]`.
    public let indices: [Int]
    /// Output channels whose polarity is inverted.
    public let inverted: [Int]

    public static let identity = ChannelMap(unchecked: [0, 1, 2, 3])

    /// - Parameters:
    ///   - indices: four different channel numbers, counted from 0.
    ///   - inverted: those of the four to multiply by -1: different numbers from 0 to 3.
    /// - Throws: `AudioError.unfitChannelMap`.
    public init(_ indices: [Int], inverted: [Int] = []) throws(AudioError) {
        guard indices.count == AudioFormat.channels, Set(indices).count == indices.count,
            indices.allSatisfy({ $0 >= 0 && $0 < 256 })
        else { throw .unfitChannelMap(reason: "\(indices)") }
        guard Set(inverted).count == inverted.count, inverted.allSatisfy({ (0..<AudioFormat.channels).contains($0) }) else {
            throw .unfitChannelMap(reason: "inverted \(inverted)")
        }
        self.init(unchecked: indices, inverted: inverted)
    }

    private init(unchecked indices: [Int], inverted: [Int] = []) {
        self.indices = indices
        self.inverted = inverted
        for channel in inverted { signs[channel] = -1 }
        first = indices[0]
        second = indices[1]
        third = indices[2]
        fourth = indices[3]
    }

    // The array again as stored properties, so that the live path touches no reference count.
    private let first, second, third, fourth: Int
    private var signs = SIMD4<Float>(repeating: 1)

    /// Number of channels that a source must have.
    public var channelsNeeded: Int { max(max(first, second), max(third, fourth)) + 1 }

    /// Copies the selected channels of interleaved frames.
    ///
    /// - Parameters:
    ///   - input: [frames, channels], channels at least `channelsNeeded`.
    ///   - output: space for [frames, 4].
    /// - Returns: the number of frames.
    @discardableResult
    public func select(_ input: Span<Float>, channels: Int, into output: inout MutableSpan<Float>) -> Int {
        precondition(channels >= channelsNeeded, "the source has every channel of the map")
        let frames = input.count / channels
        precondition(output.count >= frames * 4, "the output has space for all frames")
        for frame in 0..<frames {
            let from = frame * channels
            let to = frame * 4
            output[to] = signs[0] * input[from + first]
            output[to + 1] = signs[1] * input[from + second]
            output[to + 2] = signs[2] * input[from + third]
            output[to + 3] = signs[3] * input[from + fourth]
        }
        return frames
    }
}
