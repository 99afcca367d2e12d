/// Which four of a source's channels are used, in which order.
public struct ChannelMap: Sendable, Hashable {
    /// Output channel c is the source's channel `indices[c]`.
    public let indices: [Int]

    public static let identity = ChannelMap(unchecked: [0, 1, 2, 3])

    /// - Parameter indices: four different channel numbers, counted from 0.
    /// - Throws: `AudioError.unfitChannelMap`.
    public init(_ indices: [Int]) throws(AudioError) {
        guard indices.count == AudioFormat.channels, Set(indices).count == indices.count,
            indices.allSatisfy({ $0 >= 0 && $0 < 256 })
        else { throw .unfitChannelMap(reason: "\(indices)") }
        self.init(unchecked: indices)
    }

    private init(unchecked indices: [Int]) {
        self.indices = indices
        first = indices[0]
        second = indices[1]
        third = indices[2]
        fourth = indices[3]
    }

    // The array again as fields, so that the hot path touches no reference count.
    private let first, second, third, fourth: Int

    /// Channels that a source must at least have.
    public var channelsNeeded: Int { max(max(first, second), max(third, fourth)) + 1 }

    /// Copies the chosen channels of interleaved frames.
    ///
    /// - Parameters:
    ///   - input: [frames, channels], channels at least `channelsNeeded`.
    ///   - output: room for [frames, 4].
    /// - Returns: the number of frames.
    @discardableResult
    public func select(_ input: Span<Float>, channels: Int, into output: inout MutableSpan<Float>) -> Int {
        precondition(channels >= channelsNeeded, "the source has every channel of the map")
        let frames = input.count / channels
        precondition(output.count >= frames * 4, "the output has room for all frames")
        for frame in 0..<frames {
            let from = frame * channels
            let to = frame * 4
            output[to] = input[from + first]
            output[to + 1] = input[from + second]
            output[to + 2] = input[from + third]
            output[to + 3] = input[from + fourth]
        }
        return frames
    }
}
