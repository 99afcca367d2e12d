import Audio
import Glibc
import Synchronization
import Testing

@Suite struct SampleRingTests {
    @Test func framesStayInOrderAcrossTheEndOfTheBuffer() {
        let ring = SampleRing(frames: 5)
        #expect(ring.capacity == 8)
        var next: Float = 0
        var expected: Float = 0
        // Every phase of start and length against a ring of 8 frames.
        for turn in 0..<100 {
            let frames = turn % 9
            let input = (0..<frames * 4).map { _ in
                next += 1
                return next
            }
            #expect(ring.write(input.span) == frames)
            #expect(ring.framesAvailable == frames)
            var output = [Float](repeating: 0, count: 9 * 4)
            var span = output.mutableSpan
            #expect(ring.read(into: &span) == frames)
            for sample in output[..<(frames * 4)] {
                expected += 1
                #expect(sample == expected)
            }
        }
        #expect(ring.framesDropped == 0 && ring.framesRead == ring.framesWritten)
    }

    @Test func framesThatDoNotFitAreDroppedAndCounted() {
        let ring = SampleRing(frames: 8, channels: 1)
        let input = (0..<11).map(Float.init)
        #expect(ring.write(input.span) == 8)
        #expect(ring.write(input.span) == 0)
        #expect(ring.framesDropped == 14)
        var output = [Float](repeating: -1, count: 3)
        var span = output.mutableSpan
        #expect(ring.read(into: &span) == 3)
        #expect(output == [0, 1, 2])
        #expect(ring.write(input.span) == 3)
    }

    /// Two threads as fast as they go, with pieces of changing size: each frame carries its number four times.
    @Test func twoThreadsKeepTheOrder() throws {
        let ring = SampleRing(frames: 1000)
        let total = 2_000_000
        let writer = TestThread {
            var next = 0
            var piece = [Float](repeating: 0, count: 300 * 4)
            while next < total {
                let frames = min(1 + next % 300, total - next)
                for i in 0..<frames * 4 { piece[i] = Float(next + i / 4) }
                let taken = ring.write(piece.span.extracting(..<(frames * 4)))
                next += taken
                if taken < frames { sched_yield() }
            }
        }
        var expected = 0
        var wrong = 0
        var output = [Float](repeating: 0, count: 257 * 4)
        while expected < total {
            var span = output.mutableSpan
            let frames = ring.read(into: &span)
            for i in 0..<frames * 4 where output[i] != Float(expected + i / 4) { wrong += 1 }
            expected += frames
            if frames == 0 { sched_yield() }
        }
        writer.join()
        #expect(wrong == 0)
        #expect(ring.framesRead == total && ring.framesAvailable == 0)
    }

    /// The reader never sees half of one publication and half of another.
    @Test func theClockIsNeverReadInconsistently() throws {
        let clock = CaptureClock()
        #expect(clock.moment(ofFrame: 0) == nil)
        let shared = Shared()
        // Each publication puts frame 24000 n at n seconds, each in a segment of its own: one line through all.
        clock.publish(segment: 0, start: 0, anchor: 0, time: 0)
        let reader = TestThread {
            var frame = 0
            while !shared.done.load(ordering: .acquiring) {
                frame = (frame + 7777) % 100_000_000
                guard let moment = clock.moment(ofFrame: frame) else { continue }
                if abs(moment.time - Double(frame) / 24_000) > 1e-4 { shared.wrong.add(1, ordering: .relaxed) }
            }
        }
        for n in 1..<300_000 {
            clock.publish(segment: n, start: 24_000 * n, anchor: 24_000 * n, time: Int64(n) * 1_000_000_000)
        }
        shared.done.store(true, ordering: .releasing)
        reader.join()
        #expect(shared.wrong.load(ordering: .relaxed) == 0)
    }

    @Test func theClockKnowsThePreviousSegment() throws {
        let clock = CaptureClock()
        clock.publish(segment: 0, start: 0, anchor: 240, time: 10_000_000_000)
        clock.publish(segment: 1, start: 480, anchor: 480, time: 20_000_000_000)
        #expect(clock.moment(ofFrame: 0) == CaptureMoment(time: 9.99, segment: 0))
        #expect(clock.moment(ofFrame: 479)?.segment == 0)
        #expect(clock.moment(ofFrame: 480) == CaptureMoment(time: 20, segment: 1))
        #expect(clock.moment(ofFrame: 720) == CaptureMoment(time: 20.01, segment: 1))
    }

    /// Wall time may be set; the age of a frame comes from the monotonic clock.
    @Test func theClockReportsMonotonicTimeToo() {
        let clock = CaptureClock()
        #expect(clock.monotonic(ofFrame: 0) == nil)
        clock.publish(segment: 0, start: 0, anchor: 240, time: 1_700_000_000_000_000_000, monotonic: 5_000_000_000)
        #expect(clock.monotonic(ofFrame: 0) == 4_990_000_000)
        #expect(clock.monotonic(ofFrame: 24_240) == 6_000_000_000)
    }
}

/// State shared by the two threads of a test.
private final class Shared: Sendable {
    let done = Atomic<Bool>(false)
    let wrong = Atomic<Int>(0)
}

/// A thread that runs a closure; `join` waits for its end.
@safe
final class TestThread: @unchecked Sendable {
    private var handle = pthread_t()
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        _ = unsafe pthread_create(
            &handle, nil,
            { context in
                unsafe Unmanaged<TestThread>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, context)
    }

    func join() { pthread_join(handle, nil) }
}
