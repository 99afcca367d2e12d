/// A block of samples of fixed size that a stage owns and lends as spans; allocated once.
@safe
final class FrameBuffer {
    private let samples: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
        unsafe samples = .allocate(capacity: count)
        unsafe samples.initialize(repeating: 0)
    }

    deinit { unsafe samples.deallocate() }

    var count: Int { unsafe samples.count }

    /// The first sample, for calls of C functions.
    @unsafe var base: UnsafeMutablePointer<Float> { unsafe samples.baseAddress! }

    /// Samples of `range`, for reading.
    @_lifetime(borrow self)
    func span(_ range: Range<Int>) -> Span<Float> {
        unsafe _overrideLifetime(UnsafeBufferPointer(rebasing: samples[range]).span, borrowing: self)
    }

    /// Samples of `range`, for writing; one such span at a time.
    @_lifetime(borrow self)
    func mutableSpan(_ range: Range<Int>) -> MutableSpan<Float> {
        unsafe _overrideLifetime(UnsafeMutableBufferPointer(rebasing: samples[range]).mutableSpan, borrowing: self)
    }
}
