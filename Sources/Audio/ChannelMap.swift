import Signal

/// The channels of a source to use, three to eight, with their order and polarity.
public struct ChannelMap: Sendable, Hashable {
    /// What a map is, as messages say it.
    public static let expected =
        "\(FrameLayout.capsules.lowerBound) to \(FrameLayout.capsules.upperBound) different channel numbers from 0 up"

    /// Output channel c is the source's channel `indices[c]`.
    public let indices: [Int]
    /// Output channels whose polarity is inverted.
    public let inverted: [Int]

    /// The first channels in their order.
    public static func identity(_ count: Int = AudioFormat.channels) -> ChannelMap {
        precondition(FrameLayout.capsules.contains(count), "a map of 3 to 8 channels")
        return ChannelMap(unchecked: Array(0..<count))
    }

    /// - Parameters:
    ///   - indices: three to eight different channel numbers, counted from 0.
    ///   - inverted: those of the output channels to multiply by -1, counted from 0.
    /// - Throws: `AudioError.unfitChannelMap`.
    public init(_ indices: [Int], inverted: [Int] = []) throws(AudioError) {
        guard FrameLayout.capsules.contains(indices.count), Set(indices).count == indices.count,
            indices.allSatisfy({ $0 >= 0 && $0 < 256 })
        else { throw .unfitChannelMap(reason: "\(indices)") }
        guard Set(inverted).count == inverted.count, inverted.allSatisfy(indices.indices.contains) else {
            throw .unfitChannelMap(reason: "inverted \(inverted)")
        }
        self.init(unchecked: indices, inverted: inverted)
    }

    private init(unchecked indices: [Int], inverted: [Int] = []) {
        self.indices = indices
        self.inverted = inverted
        count = indices.count
        for (channel, index) in indices.enumerated() { places[channel] = index }
        for channel in inverted { signs[channel] = -1 }
        isIdentity = inverted.isEmpty && indices == Array(indices.indices)
    }

    // The arrays again as stored properties, so that the live path touches no reference count.
    /// Number of output channels.
    public let count: Int
    private var places = SIMD8<Int>.zero
    private var signs = SIMD8<Float>(repeating: 1)
    private var isIdentity = false

    /// Number of channels that a source must have.
    public var channelsNeeded: Int { places.max() + 1 }

    /// Copies the selected channels of interleaved frames.
    ///
    /// - Parameters:
    ///   - input: [frames, channels], channels at least `channelsNeeded`.
    ///   - output: space for [frames, count].
    /// - Returns: the number of frames.
    @discardableResult
    public func select(_ input: Span<Float>, channels: Int, into output: inout MutableSpan<Float>) -> Int {
        precondition(channels >= channelsNeeded, "the source has every channel of the map")
        let frames = input.count / channels
        precondition(output.count >= frames * count, "the output has space for all frames")
        if channels == count, isIdentity {
            unsafe input.withUnsafeBufferPointer { source in
                unsafe output.withUnsafeMutableBufferPointer { target in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    unsafe to.update(from: from, count: frames * count)
                }
            }
            return frames
        }
        for channel in 0..<count {
            let (place, sign) = (places[channel], signs[channel])
            for frame in 0..<frames { output[frame * count + channel] = sign * input[frame * channels + place] }
        }
        return frames
    }
}
