import Features
import Tensor
import TestSupport
import Testing

/// Against librosa and scipy: tools/oracles/features.py.
@Suite("Features against librosa and scipy")
struct OracleTests {
    let oracle: OracleFixture

    init() throws { oracle = try oracleFixture("Features/features.safetensors") }

    @Test("STFT")
    func stft() {
        let audio = oracle.floats("audio")
        let (real, imaginary) = (oracle.floats("stft_real"), oracle.floats("stft_imaginary"))
        #expect(oracle.shape("stft_real") == [3, 513, 4])
        let largest = real.reduce(0) { max($0, abs($1)) }
        var stft = STFT()
        var (start, frame) = (0, 0)
        var worst: Float = 0
        while stft.advance(audio.span, from: &start) {
            if frame >= 2 {
                for bin in 0..<513 {
                    for c in 0..<4 {
                        let i = ((frame - 2) * 513 + bin) * 4 + c
                        worst = max(worst, abs(stft.real[bin][c] - real[i]), abs(stft.imaginary[bin][c] - imaginary[i]))
                    }
                }
            }
            frame += 1
        }
        #expect(frame == 5)
        #expect(worst < 1e-6 * largest)
    }

    @Test("Mel filters")
    func mel() {
        let expected = oracle.floats("mel")
        let bank = MelFilterBank()
        #expect(largestDifference(bank.matrix, expected) < 1e-8)
        for band in 0..<64 {
            let sum = expected[band * 513..<(band + 1) * 513].reduce(0, +)
            #expect(abs(bank.rowSums[band] - sum) < 1e-6 * sum)
        }
    }

    @Test("Log-mel in dB", arguments: FeatureKind.allCases)
    func logMel(kind: FeatureKind) {
        #expect(largestDifference(channels(0..<4, of: kind), oracle.floats("log_mel")) < 1e-4)
    }

    @Test("Intensity vector")
    func intensity() {
        #expect(largestDifference(channels(4..<7, of: .foaIntensity), oracle.floats("intensity")) < 2e-6)
    }

    @Test("GCC-PHAT")
    func correlation() {
        #expect(largestDifference(channels(4..<10, of: .micGCCPHAT), oracle.floats("gcc_phat")) < 1e-5)
    }

    @Test("Path differences in metres")
    func phase() {
        #expect(largestDifference(channels(4..<7, of: .micPhase), oracle.floats("path_difference")) < 1e-6)
    }

    @Test("Complex coherence")
    func coherence() {
        #expect(largestDifference(channels(4..<16, of: .micCoherence), oracle.floats("coherence")) < 1e-5)
    }

    @Test("Covariance of Ambisonics")
    func covariance() {
        #expect(largestDifference(channels(4..<16, of: .foaCovariance), oracle.floats("covariance")) < 1e-5)
    }

    /// Some channels of all feature frames of the oracle's audio, [frames, 64, channels].
    private func channels(_ range: Range<Int>, of kind: FeatureKind) -> [Float] {
        let all = features(kind, of: oracle.floats("audio"))
        return stride(from: 0, to: all.count, by: kind.channels).flatMap { row in range.map { all[row + $0] } }
    }

    private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
        guard a.count == b.count, !a.isEmpty else { return .infinity }
        return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
