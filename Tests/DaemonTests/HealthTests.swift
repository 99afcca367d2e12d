import Glibc
import Testing
import Tracking

@testable import Audio
@testable import Daemon
@testable import TrackFeed

@Suite struct HealthTests {
    @Test(arguments: [
        (0, nil), (Int(EPIPE), "overrun"), (Int(ESTRPIPE), "suspended"), (Int(ETIMEDOUT), "stalled"), (Int(ENODEV), "disappeared"),
        (Int(EBUSY), "another program"), (Int(E2BIG), "Argument list too long"), (99_999, "Unknown error"),
    ])
    func faultsAreDescribedInWords(_ code: Int, _ words: String?) {
        let text = CaptureFault.text(of: code)
        #expect(words.map { text?.contains($0) == true } ?? (text == nil), "\(text ?? "nothing")")
    }

    /// Names of events are keys of the status line, metrics' labels and words of a table.
    @Test func everyEventHasANameOfItsOwn() {
        let status = Health().status(of: CaptureStream(), mailbox: Mailbox())
        let names = status.events.map(\.name)
        #expect(Set(names).count == names.count && names.contains("overruns"))
        #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z_]{1,40}/) != nil })
        #expect(status.events.allSatisfy { $0.count == 0 } && status.error == nil)
    }

    @Test func lossesAreCountedByPlace() {
        let (stream, mailbox, health) = (CaptureStream(frames: 4096), Mailbox(capacity: 1), Health())
        stream.ring.write([Float](repeating: 0.1, count: 4 * (4096 + 5000)).span)
        for sequence in 0..<4 { mailbox.post(FeedBlock(sequence: sequence, time: 0, tracks: .init())) }
        health.countBlock(load: 1, power: SIMD8(1, 0.01, 0, 1e-4, 0, 0, 0, 0))
        let status = health.status(of: stream, mailbox: mailbox)
        #expect(status.droppedFrames == 5000 && status.lostBlocks == 3 && status.droppedBlocks == 5)
        #expect(status.blocks == 1 && abs(status.load - 0.1) < 1e-6)
        #expect(zip(status.levels, [0, -20, -200, -40]).allSatisfy { abs($0 - $1) < 1e-4 }, "\(status.levels)")
    }
}
