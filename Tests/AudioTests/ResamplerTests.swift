import Audio
import Glibc
import Testing

@Suite struct ResamplerTests {
    /// A sine of another frequency in each of four channels.
    static func sines(rate: Int, frames: Int, hertz: [Double] = [440, 1000, 3000, 200]) -> [Float] {
        (0..<frames).flatMap { n in
            hertz.map { Float(0.5 * sin(2 * .pi * $0 * Double(n) / Double(rate))) }
        }
    }

    /// The whole signal in pieces of `chunk` frames.
    static func resample(_ input: [Float], with resampler: Resampler, chunk: Int) -> [Float] {
        var output: [Float] = []
        var scratch = [Float](repeating: 0, count: resampler.capacity(for: chunk) * 4)
        var position = 0
        let frames = input.count / 4
        while true {
            let end = min(position + chunk, frames)
            var span = scratch.mutableSpan
            let progress = resampler.process(
                input.span.extracting(position * 4..<end * 4), into: &span, isEnd: end == frames)
            output += scratch[..<(progress.produced * 4)]
            position += progress.consumed
            if position == frames, progress.produced == 0 { return output }
        }
    }

    @Test(arguments: [8000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000])
    func sinesKeepFrequencyLevelAndPhase(_ rate: Int) throws {
        let resampler = try Resampler(from: rate)
        let output = Self.resample(Self.sines(rate: rate, frames: rate), with: resampler, chunk: rate / 100)
        let expected = Self.sines(rate: 24_000, frames: 24_000)
        #expect(abs(output.count / 4 - 24_000) <= 1)
        // The edges ring, because the signal starts and ends there.
        var worst: Float = 0
        for index in 400 * 4..<23_600 * 4 { worst = max(worst, abs(output[index] - expected[index])) }
        #expect(worst < 0.002, "at \(rate) Hz the output is \(worst) away from the same sine at 24 kHz")
    }

    @Test func frequenciesAboveTwelveKilohertzDoNotAlias() throws {
        let input = Self.sines(rate: 48_000, frames: 48_000, hertz: [14_000, 16_000, 20_000, 23_000])
        let output = Self.resample(input, with: try Resampler(from: 48_000), chunk: 480)
        #expect(output[400 * 4..<23_600 * 4].allSatisfy { abs($0) < 1e-4 })
    }

    @Test(arguments: [44_100, 48_000, 16_000], [1, 37, 480, 5000])
    func chunksDoNotMatter(_ rate: Int, _ chunk: Int) throws {
        let resampler = try Resampler(from: rate)
        let input = Self.sines(rate: rate, frames: 6000)
        let whole = Self.resample(input, with: resampler, chunk: 6000)
        resampler.reset()
        #expect(Self.resample(input, with: resampler, chunk: chunk) == whole)
    }

    @Test(arguments: [8000, 22_050, 24_000, 44_100, 48_000, 192_000])
    func theDelayIsAsDeclared(_ rate: Int) throws {
        let resampler = try Resampler(from: rate)
        var scratch = [Float](repeating: 0, count: resampler.capacity(for: 100) * 4)
        var consumed = 0
        var produced = 0
        let input = Self.sines(rate: rate, frames: 100)
        var worst = 0
        for _ in 0..<200 {
            var span = scratch.mutableSpan
            let progress = resampler.process(input.span, into: &span)
            #expect(progress.consumed == 100)
            consumed += progress.consumed
            produced += progress.produced
            if consumed >= rate / 10 { worst = max(worst, abs(consumed * 24_000 / rate - produced - resampler.delay)) }
        }
        #expect(worst <= 2, "\(rate) Hz: the output lags by up to \(worst) frames more or less than \(resampler.delay)")
        #expect(rate == 24_000 ? resampler.delay == 0 : (1...300).contains(resampler.delay))
    }

    @Test(arguments: [0, 999, 1_000_000, -48_000])
    func ratesOutOfRangeAreRefused(_ rate: Int) {
        #expect(throws: AudioError.unfitSampleRate(found: rate)) { try Resampler(from: rate) }
    }
}
