import Audio
import Glibc
import Platform
import TestSupport
import Testing

/// Each fault of a device is counted as itself only and recovered, and no frame is torn or repeated.
@Suite(.enabled(if: VirtualMicrophone.problem == nil, "no C compiler for the virtual microphone"))
struct CaptureFaultTests {
    struct Counts: Equatable {
        var overruns = 0
        var suspends = 0
        var stalls = 0
        var losses = 0
        var reopens = 0
        var clockJumps = 0

        init(overruns: Int = 0, suspends: Int = 0, stalls: Int = 0, losses: Int = 0, reopens: Int = 0, clockJumps: Int = 0) {
            self.overruns = overruns
            self.suspends = suspends
            self.stalls = stalls
            self.losses = losses
            self.reopens = reopens
            self.clockJumps = clockJumps
        }

        init(_ status: CaptureStatus) {
            self.init(
                overruns: status.overruns, suspends: status.suspends, stalls: status.stalls, losses: status.losses,
                reopens: status.reopens, clockJumps: status.clockJumps)
        }
    }

    struct Fault: CustomTestStringConvertible {
        var name: String
        /// The command to the device, and the command that ends the fault; nil if it ends without one.
        var begin: String
        var end: String?
        var counts: Counts
        /// Whether every frame arrives nevertheless.
        var isLossless = false
        /// Another thing that must have been counted.
        var counted: @Sendable (CaptureStatus) -> Bool = { _ in true }

        var testDescription: String { name }
    }

    static let faults = [
        Fault(name: "EPIPE", begin: "xrun=1", counts: Counts(overruns: 1)),
        Fault(name: "ESTRPIPE", begin: "suspend=1", counts: Counts(suspends: 1)),
        Fault(name: "ESTRPIPE, asleep", begin: "suspend=1\nasleep=1", end: "suspend=1", counts: Counts(suspends: 1)),
        Fault(name: "ENODEV without a state", begin: "fail=19\nfails=1", counts: Counts(losses: 1, reopens: 1)),
        Fault(name: "EIO", begin: "fail=5\nfails=1", counts: Counts(losses: 1, reopens: 1)),
        Fault(name: "EBADFD", begin: "fail=77\nfails=1", counts: Counts(losses: 1, reopens: 1)),
        Fault(name: "EINTR", begin: "fail=4\nfails=1", counts: Counts(), isLossless: true) { $0.interrupts > 0 },
        Fault(name: "short reads", begin: "short=97", end: "", counts: Counts(), isLossless: true) {
            $0.shortReads > 0 && $0.emptyWakes > 0
        },
        Fault(name: "unplugged", begin: "gone=1", end: "", counts: Counts(losses: 1, reopens: 1)) {
            $0.refusals > 0 && $0.busy == 0
        },
        Fault(name: "stalled", begin: "stall=1", end: "", counts: Counts(stalls: 1, reopens: 1)),
        Fault(name: "clock jumps", begin: "jump=200\njumps=1", counts: Counts(clockJumps: 1)),
    ]

    @Test(arguments: faults)
    func theFaultIsCountedAndRecovered(_ fault: Fault) throws {
        let folder = TemporaryFolder()
        let path = try ALSACaptureTests.counterFile(folder, frames: 200_000)
        let control = folder.put([], as: "control")
        let capture = ALSACapture(
            device: VirtualMicrophone.device(playing: path, control: control), stream: CaptureStream())
        try capture.start()
        let status = capture.stream.status
        var samples = ALSACaptureTests.collect(capture.stream, frames: 2400)
        _ = folder.put(Array(fault.begin.utf8), as: "control")
        if let end = fault.end {
            // Until all of it is noticed.
            #expect(
                ALSACaptureTests.wait(seconds: 5) {
                    fault.counted(status) && (fault.counts.reopens == 0 || status.state == .lost)
                        && status.suspends == fault.counts.suspends
                })
            usleep(50_000)
            _ = folder.put(Array(end.utf8), as: "control")
        }
        #expect(ALSACaptureTests.wait(seconds: 5) { Counts(status) == fault.counts && fault.counted(status) })
        #expect(ALSACaptureTests.wait(seconds: 5) { status.state == .running })
        let at = capture.stream.ring.framesWritten
        samples += ALSACaptureTests.collect(capture.stream, frames: at + 2400 - samples.count / 4)
        let began = MonotonicTime.now
        capture.stop()
        #expect(MonotonicTime.now - began < ALSACaptureTests.second)
        #expect(Counts(status) == fault.counts && fault.counted(status))

        let numbers = ALSACaptureTests.numbers(samples)
        #expect(numbers.allSatisfy { $0 != nil })
        // Frames never repeat or go back, except after the device was reopened.
        let back = zip(numbers, numbers.dropFirst()).count { $0! >= $1! }
        #expect(back == fault.counts.reopens)
        if fault.isLossless { #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0! + 1 == $1! }) }
    }

    @Test func aDeviceInUseWhenItIsReopenedIsCounted() throws {
        let folder = TemporaryFolder()
        let path = try ALSACaptureTests.counterFile(folder, frames: 200_000)
        let control = folder.put([], as: "control")
        let capture = ALSACapture(
            device: VirtualMicrophone.device(playing: path, control: control), stream: CaptureStream())
        try capture.start()
        let status = capture.stream.status
        _ = ALSACaptureTests.collect(capture.stream, frames: 1200)
        _ = folder.put(Array("fail=5\nfails=1\nopen=16".utf8), as: "control")
        #expect(ALSACaptureTests.wait(seconds: 5) { status.busy > 1 && status.refusals == status.busy })
        #expect(status.lastError == Int(EBUSY) && status.state == .lost)
        _ = folder.put(Array("fails=1".utf8), as: "control")
        #expect(ALSACaptureTests.wait(seconds: 5) { status.state == .running && status.reopens == 1 })
        capture.stop()
    }

    /// A suspended device does not delay the stop.
    @Test func aSuspendedDeviceIsStoppedAtOnce() throws {
        let folder = TemporaryFolder()
        let path = try ALSACaptureTests.counterFile(folder, frames: 200_000)
        let control = folder.put([], as: "control")
        let capture = ALSACapture(
            device: VirtualMicrophone.device(playing: path, control: control), stream: CaptureStream())
        try capture.start()
        _ = ALSACaptureTests.collect(capture.stream, frames: 1200)
        _ = folder.put(Array("suspend=1\nasleep=1".utf8), as: "control")
        #expect(ALSACaptureTests.wait(seconds: 5) { capture.stream.status.suspends == 1 })
        let began = MonotonicTime.now
        capture.stop()
        #expect(MonotonicTime.now - began < ALSACaptureTests.second / 2)
    }

    /// A thread that hangs in a library is abandoned.
    @Test func aStuckThreadDoesNotDelayTheStop() {
        let thread = NamedThread(name: "stuck")
        let release = WakeEvent()
        thread.start { _ = release.wait(until: MonotonicTime.now + 10 * MonotonicTime.second) }
        let began = MonotonicTime.now
        #expect(thread.stop(patience: MonotonicTime.second / 10) == .abandoned)
        #expect(MonotonicTime.now - began < 2 * MonotonicTime.second)
        release.signal()
        let other = NamedThread(name: "ready")
        other.start {}
        #expect(other.stop(patience: 10 * MonotonicTime.second) == .ended)
        #expect(other.stop(patience: 0) == .none)
    }
}
