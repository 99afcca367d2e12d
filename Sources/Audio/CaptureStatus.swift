public import Synchronization

/// Where a capture stands.
public enum CaptureState: Int, Sendable, AtomicRepresentable {
    /// Before the first frame.
    case opening
    case running
    /// The device is gone or refuses; it is being reopened.
    case lost
    /// A file that does not repeat is over.
    case ended
    /// `stop` was called.
    case stopped
}

/// What a capture thread counts; any thread reads it at any time.
public final class CaptureStatus: Sendable {
    private let currentState = Atomic<CaptureState>(.opening)
    private let overrunCount = Atomic<Int>(0)
    private let suspensionCount = Atomic<Int>(0)
    private let stallCount = Atomic<Int>(0)
    private let reopenCount = Atomic<Int>(0)
    private let frameCount = Atomic<Int>(0)
    private let errorNumber = Atomic<Int>(0)

    public init() {}

    public var state: CaptureState { currentState.load(ordering: .acquiring) }
    /// Times that the device's own buffer ran over, because this machine was late to read.
    public var overruns: Int { overrunCount.load(ordering: .relaxed) }
    /// Times that the machine or the device slept.
    public var suspensions: Int { suspensionCount.load(ordering: .relaxed) }
    /// Times that the device claimed to run and gave nothing.
    public var stalls: Int { stallCount.load(ordering: .relaxed) }
    /// Times that the device was opened again after a loss.
    public var reopens: Int { reopenCount.load(ordering: .relaxed) }
    /// 24 kHz frames put into the ring, or dropped before it.
    public var frames: Int { frameCount.load(ordering: .relaxed) }
    /// The errno of the latest fault; 0 without one.
    public var lastError: Int { errorNumber.load(ordering: .relaxed) }

    func enter(_ state: CaptureState) { currentState.store(state, ordering: .releasing) }
    func countOverrun() { overrunCount.add(1, ordering: .relaxed) }
    func countSuspension() { suspensionCount.add(1, ordering: .relaxed) }
    func countStall() { stallCount.add(1, ordering: .relaxed) }
    func countReopen() { reopenCount.add(1, ordering: .relaxed) }
    func count(frames: Int) { frameCount.add(frames, ordering: .relaxed) }
    func note(error: Int32) { errorNumber.store(Int(error), ordering: .relaxed) }
}
