import Features
import Geometry
import TestSupport
import Testing

@Suite("Meaning of features")
struct FeaturesTests {
    @Test("A plane wave has intensity 1 in every band, along its direction, at any level")
    func planeWaves() {
        var random = SeededRandom(seed: 2)
        for trial in 0..<20 {
            let direction = Direction(towards: random.normal(), random.normal(), random.normal())
            let level: Float = [0.3, 0.01, 1e-4, 1e-6][trial % 4]
            let frames = features(.foaIntensity, of: planeWave(from: direction, frames: 4800, level: level))
            for row in stride(from: 0, to: frames.count, by: 7) {
                let (y, z, x) = (frames[row + 4], frames[row + 5], frames[row + 6])
                #expect(abs((x * x + y * y + z * z).squareRoot() - 1) < 1e-4)
                #expect(abs(x - direction.x) < 1e-4 && abs(y - direction.y) < 1e-4 && abs(z - direction.z) < 1e-4)
            }
        }
    }

    @Test("Audio rotated by 90 degrees or mirrored has rotated or mirrored features")
    func rotations() {
        let audio = noise(frames: 4800)
        let plain = features(.foaIntensity, of: audio)
        // (source channel of Y, its sign), of Z, of X; the transforms keep the vertical axis.
        let transforms: [[(Int, Float)]] = [
            [(3, 1), (2, 1), (1, -1)], [(1, -1), (2, 1), (3, -1)], [(3, -1), (2, -1), (1, 1)], [(1, -1), (2, 1), (3, 1)],
        ]
        for transform in transforms {
            var turned = audio
            for s in stride(from: 0, to: audio.count, by: 4) {
                for (c, (source, sign)) in transform.enumerated() { turned[s + 1 + c] = sign * audio[s + source] }
            }
            let result = features(.foaIntensity, of: turned)
            var worst: Float = 0
            for row in stride(from: 0, to: plain.count, by: 7) {
                worst = max(worst, abs(result[row] - plain[row]))
                for (c, (source, sign)) in transform.enumerated() {
                    worst = max(worst, abs(result[row + 1 + c] - plain[row + source]))
                    worst = max(worst, abs(result[row + 4 + c] - sign * plain[row + 3 + source]))
                }
            }
            #expect(worst < 1e-4)
        }
    }

    @Test("A dead channel, silence and full scale give finite features", arguments: FeatureKind.allCases)
    func finite(kind: FeatureKind) {
        var dead = noise(frames: 4800)
        for s in stride(from: 2, to: dead.count, by: 4) { dead[s] = 0 }
        let silence = [Float](repeating: 0, count: 4 * 4800)
        let tiny = noise(frames: 4800, level: 1e-22)
        let square = (0..<4800).flatMap { [Float](repeating: $0 / 50 % 2 == 0 ? 1 : -1, count: 4) }
        for audio in [dead, silence, tiny, square] {
            #expect(features(kind, of: audio).allSatisfy { $0.isFinite })
        }
        let quiet = features(kind, of: silence)
        for row in stride(from: 0, to: quiet.count, by: kind.channels) {
            #expect(quiet[row..<row + 4].allSatisfy { $0 == -100 })
            #expect(quiet[row + 4..<row + kind.channels].allSatisfy { $0 == 0 })
        }
    }

    @Test("A delayed capsule gives the lag and the path difference")
    func delay() {
        let delay = 3
        var audio = noise(frames: 9600)
        let mono = audio.enumerated().filter { $0.offset % 4 == 0 }.map(\.element)
        for i in mono.indices {
            for c in 0..<4 { audio[4 * i + c] = c == 2 ? (i >= delay ? mono[i - delay] : 0) : mono[i] }
        }
        // Pair 02 is the second: its peak lies at lag +3, band 35.
        let correlations = features(.micGCCPHAT, of: audio).suffix(64 * 10)
        let pair = stride(from: correlations.startIndex + 5, to: correlations.endIndex, by: 10).map { correlations[$0] }
        #expect(pair.indices.max { pair[$0] < pair[$1] } == 32 + delay)
        // 3 samples are 4.3 cm; the wave reaches capsule 2 later, so the difference is positive.
        let phases = Array(features(.micPhase, of: audio).suffix(64 * 7))
        for band in 4..<20 {
            #expect(abs(phases[band * 7 + 5] - 343 * 3 / 24_000) < 0.01)
            #expect(abs(phases[band * 7 + 4]) < 1e-4)
        }
    }
}
