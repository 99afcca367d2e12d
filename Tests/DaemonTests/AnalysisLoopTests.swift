import Features
import Kernels
import Networks
import Pipeline
import Testing
import Tracking

@testable import Audio
@testable import Daemon
@testable import TrackFeed

@Suite struct AnalysisLoopTests {
    private func pipeline(_ encoding: EncodingFilters?) -> LocalizationPipeline {
        let kind = FeatureKind.foaIntensity
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.channels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2, lookAhead: 0)
        let count = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        return LocalizationPipeline(
            parameters: DOAnetParameters(architecture, seed: 3), scaler: scaler, gate: GateSettings(), encoding: encoding)
    }

    /// Blocks are told with the time at which they ended by either clock, however long an encoder takes.
    @Test(arguments: [false, true]) func timesAreThoseOfTheBlocks(isEncoded: Bool) {
        let encoding = isEncoded ? AFormatEncoder.filters(for: .tetrahedral) : nil
        let (stream, mailbox, timings) = (CaptureStream(), Mailbox(), FeedTimings())
        let loop = AnalysisLoop(
            stream: stream, pipeline: pipeline(encoding), mailbox: mailbox, health: Health(), timings: timings)
        loop.warmUp()
        let offset: Int64 = 1_000_000_000_000
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: offset)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 5_000_000_000)
        var (times, ends): ([Double], [Double]) = ([], [])
        // Pieces as they come from a device.
        for frames in [1000, 1400, 7, 2400, 2396, 5] {
            let samples = [Float](repeating: 0.01, count: 4 * frames)
            _ = stream.ring.write(samples.span)
            stream.wake.signal()
            loop.pass()
            while let block = mailbox.take() {
                times.append(block.time)
                ends.append(Double(block.ended ?? 0) * 1e-9)
            }
        }
        // 7208 frames are three blocks, the third of which needs the encoder's delay beyond its end.
        let expected = [5.1, 5.2, 5.3].prefix(isEncoded ? 2 : 3)
        #expect(times.count == expected.count && zip(times, expected).allSatisfy { abs($0 - $1 - 1000) < 1e-6 }, "\(times)")
        #expect(ends.count == expected.count && zip(ends, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(ends)")
        // Frames that are analysed in full, whether or not the encoder has let their tracks through.
        let computing = timings.computing.sinceStart()
        #expect(computing.count == expected.count && computing.p50 > 0)
    }
}
