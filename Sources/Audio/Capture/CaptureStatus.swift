public import Synchronization

/// The state of a capture.
public enum CaptureState: Int, Sendable, AtomicRepresentable {
    /// Before the first frame.
    case opening
    case running
    /// The device is missing or fails; it is being reopened.
    case lost
    /// A file that is not repeated has ended.
    case ended
    /// `stop` was called.
    case stopped
}

/// Counters of a capture thread; readable from any thread at any time.
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
    /// Overruns of the device's buffer, because this machine read too late.
    public var overruns: Int { overrunCount.load(ordering: .relaxed) }
    /// Suspensions of the machine or the device.
    public var suspends: Int { suspendCount.load(ordering: .relaxed) }
    /// Stalls: the device claimed to run and delivered nothing for half a second.
    public var stalls: Int { stallCount.load(ordering: .relaxed) }
    /// Losses: a running device was unplugged or failed.
    public var losses: Int { lossCount.load(ordering: .relaxed) }
    /// Recoveries: a lost device was reopened and delivered audio again.
    public var reopens: Int { reopenCount.load(ordering: .relaxed) }
    /// Failed attempts to open a lost device, including those that found it in use.
    public var refusals: Int { refusalCount.load(ordering: .relaxed) }
    /// Attempts to open a lost device that found it in use by another program.
    public var busy: Int { busyCount.load(ordering: .relaxed) }
    /// Reads that returned fewer frames than the device had announced.
    public var shortReads: Int { shortReadCount.load(ordering: .relaxed) }
    /// Waits and reads that a signal interrupted.
    public var interrupts: Int { interruptCount.load(ordering: .relaxed) }
    /// Wake-ups and reads without a frame.
    public var emptyWakes: Int { emptyWakeCount.load(ordering: .relaxed) }
    /// Jumps of the device's time against the machine's: frames were lost or doubled without an error.
    public var clockJumps: Int { clockJumpCount.load(ordering: .relaxed) }
    /// Steps of the wall clock, or suspensions of the machine; the times of blocks were adjusted.
    public var clockSteps: Int { clockStepCount.load(ordering: .relaxed) }
    /// Samples that were not finite or above the limit, and were replaced by silence.
    public var unsoundSamples: Int { unsoundSampleCount.load(ordering: .relaxed) }
    /// Deviation of the device's clock from the machine's in parts per million, positive if fast, over the present segment; 0
    /// in its first seconds.
    public var drift: Double { Double(bitPattern: driftBits.load(ordering: .relaxed)) }
    /// 24 kHz frames put into the ring, or dropped before it.
    public var frames: Int { frameCount.load(ordering: .relaxed) }
    /// The errno of the latest error; 0 without one.
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
