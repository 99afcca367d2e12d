import Synchronization

/// A queue of interleaved frames between two threads: one writes, one reads, and neither waits for the other.
///
/// The writer publishes frames by a releasing store of its count, the reader returns space by a releasing store of its own;
/// each acquires the other's. Frames that do not fit are dropped and counted, so a slow reader loses its newest frames and
/// never stops the writer. Counts are 64-bit and do not overflow (12 million years at 24 kHz).
@safe
public final class SampleRing: @unchecked Sendable {
    public let channels: Int
    /// Capacity in frames: a power of two.
    public let capacity: Int

    private let storage: UnsafeMutablePointer<Float>
    private let written: PaddedAtomic
    private let consumed: PaddedAtomic
    private let dropped = PaddedAtomic()

    /// - Parameters:
    ///   - frames: minimum capacity; rounded up to a power of two.
    ///   - past: frames that count as already written and read.
    public init(frames: Int, channels: Int = AudioFormat.channels, past: Int = 0) {
        precondition(frames > 0 && channels > 0, "a ring holds at least one frame of one channel")
        written = PaddedAtomic(past)
        consumed = PaddedAtomic(past)
        var capacity = 1
        while capacity < frames { capacity *= 2 }
        self.capacity = capacity
        self.channels = channels
        unsafe storage = .allocate(capacity: capacity * channels)
        // Touched here, so that the writer meets no page fault.
        unsafe storage.initialize(repeating: 0, count: capacity * channels)
    }

    deinit { unsafe storage.deallocate() }

    /// Frames available to read; the writer may add more at any time.
    public var framesAvailable: Int { framesWritten - framesRead }
    public var framesWritten: Int { written.value.load(ordering: .acquiring) }
    public var framesRead: Int { consumed.value.load(ordering: .acquiring) }
    /// Frames dropped because the ring was full.
    public var framesDropped: Int { dropped.value.load(ordering: .relaxed) }

    /// Appends frames; called by the writing thread only.
    ///
    /// - Parameter samples: [frames, channels].
    /// - Returns: the number of frames taken, the first ones; the rest is dropped.
    @discardableResult
    public func write(_ samples: Span<Float>) -> Int {
        let frames = samples.count / channels
        let start = written.value.load(ordering: .relaxed)
        let room = capacity - (start - consumed.value.load(ordering: .acquiring))
        let count = min(frames, room)
        unsafe samples.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            let (offset, first) = pieces(from: start, count: count)
            unsafe (storage + offset).update(from: base, count: first)
            unsafe storage.update(from: base + first, count: count * channels - first)
        }
        written.value.store(start + count, ordering: .releasing)
        if count < frames { dropped.value.add(frames - count, ordering: .relaxed) }
        return count
    }

    /// Removes the oldest frames; called by the reading thread only.
    ///
    /// - Parameter samples: [frames, channels]; receives as many frames as are available and fit.
    /// - Returns: the number of frames.
    public func read(into samples: inout MutableSpan<Float>) -> Int {
        let start = consumed.value.load(ordering: .relaxed)
        let there = written.value.load(ordering: .acquiring) - start
        let count = min(samples.count / channels, there)
        unsafe samples.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            let (offset, first) = pieces(from: start, count: count)
            unsafe base.update(from: storage + offset, count: first)
            unsafe (base + first).update(from: storage, count: count * channels - first)
        }
        consumed.value.store(start + count, ordering: .releasing)
        return count
    }

    /// The position of frame `start`, and the number of samples from there to the end of the buffer.
    private func pieces(from start: Int, count: Int) -> (offset: Int, first: Int) {
        let frame = start & (capacity - 1)
        return (frame * channels, min(count, capacity - frame) * channels)
    }
}
