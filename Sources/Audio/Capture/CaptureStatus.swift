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
    private let suspendCount = Atomic<Int>(0)
    private let stallCount = Atomic<Int>(0)
    private let lossCount = Atomic<Int>(0)
    private let reopenCount = Atomic<Int>(0)
    private let refusalCount = Atomic<Int>(0)
    private let busyCount = Atomic<Int>(0)
    private let shortReadCount = Atomic<Int>(0)
    private let interruptCount = Atomic<Int>(0)
    private let emptyWakeCount = Atomic<Int>(0)
    private let clockJumpCount = Atomic<Int>(0)
    private let clockStepCount = Atomic<Int>(0)
    private let unsoundSampleCount = Atomic<Int>(0)
    private let frameCount = Atomic<Int>(0)
    private let errorNumber = Atomic<Int>(0)
    private let driftBits = Atomic<UInt64>(0)

    public init() {}

    public var state: CaptureState { currentState.load(ordering: .acquiring) }
    /// Times that the device's own buffer ran over, because this machine was late to read.
    public var overruns: Int { overrunCount.load(ordering: .relaxed) }
    /// Times that the machine or the device slept.
    public var suspends: Int { suspendCount.load(ordering: .relaxed) }
    /// Times that the device claimed to run and gave nothing for half a second.
    public var stalls: Int { stallCount.load(ordering: .relaxed) }
    /// Times that a running device was unplugged or broke.
    public var losses: Int { lossCount.load(ordering: .relaxed) }
    /// Times that audio came again from a device that had been lost and was opened anew.
    public var reopens: Int { reopenCount.load(ordering: .relaxed) }
    /// Attempts to open a lost device that failed, those included that found it in use.
    public var refusals: Int { refusalCount.load(ordering: .relaxed) }
    /// Attempts to open a lost device that found it in use by another program.
    public var busy: Int { busyCount.load(ordering: .relaxed) }
    /// Reads that gave fewer frames than the device had said were there.
    public var shortReads: Int { shortReadCount.load(ordering: .relaxed) }
    /// Waits and reads that a signal interrupted.
    public var interrupts: Int { interruptCount.load(ordering: .relaxed) }
    /// Wake-ups and reads that brought no frame.
    public var emptyWakes: Int { emptyWakeCount.load(ordering: .relaxed) }
    /// Times that the device's time jumped against the machine's: frames were lost or doubled and no error told.
    public var clockJumps: Int { clockJumpCount.load(ordering: .relaxed) }
    /// Times that the wall clock was set, or that the machine slept, and the times of blocks followed.
    public var clockSteps: Int { clockStepCount.load(ordering: .relaxed) }
    /// Samples that were not finite or beyond any sound, and were taken for silence.
    public var unsoundSamples: Int { unsoundSampleCount.load(ordering: .relaxed) }
    /// Parts per million by which the device's clock is faster than the machine's, over the present stretch without a gap; 0
    /// for its first seconds.
    public var drift: Double { Double(bitPattern: driftBits.load(ordering: .relaxed)) }
    /// 24 kHz frames put into the ring, or dropped before it.
    public var frames: Int { frameCount.load(ordering: .relaxed) }
    /// The errno of the latest fault; 0 without one.
    public var lastError: Int { errorNumber.load(ordering: .relaxed) }

    func enter(_ state: CaptureState) { currentState.store(state, ordering: .releasing) }
    func countOverrun() { overrunCount.add(1, ordering: .relaxed) }
    func countSuspend() { suspendCount.add(1, ordering: .relaxed) }
    func countStall() { stallCount.add(1, ordering: .relaxed) }
    func countLoss() { lossCount.add(1, ordering: .relaxed) }
    func countReopen() { reopenCount.add(1, ordering: .relaxed) }
    func countRefusal() { refusalCount.add(1, ordering: .relaxed) }
    func countBusy() { busyCount.add(1, ordering: .relaxed) }
    func countShortRead() { shortReadCount.add(1, ordering: .relaxed) }
    func countInterrupt() { interruptCount.add(1, ordering: .relaxed) }
    func countEmptyWake() { emptyWakeCount.add(1, ordering: .relaxed) }
    func countClockJump() { clockJumpCount.add(1, ordering: .relaxed) }
    func countClockStep() { clockStepCount.add(1, ordering: .relaxed) }
    func count(unsoundSamples: Int) { unsoundSampleCount.add(unsoundSamples, ordering: .relaxed) }
    func count(frames: Int) { frameCount.add(frames, ordering: .relaxed) }
    func note(error: Int32) { errorNumber.store(Int(error), ordering: .relaxed) }
    func note(drift: Double) { driftBits.store(drift.bitPattern, ordering: .relaxed) }
}
