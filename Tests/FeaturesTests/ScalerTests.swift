import Features
import Tensor
import TestSupport
import Testing

@Suite("Feature scaling")
struct ScalerTests {
    @Test("Scaled training features have mean 0 and deviation 1", arguments: [FeatureKind.micGCCPHAT, .micPhase])
    func standardises(kind: FeatureKind) {
        let width = 64 * kind.channels
        let frames = features(kind, of: noise(frames: 24_000))
        let scaler = statistics(kind, of: frames).scaler()
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(Shape(frames.count)))
        let scaled = arena.take(Shape(frames.count / width, 64, kind.channels))
        scaled.copy(from: frames)
        scaler.apply(scaled)
        for i in 0..<width where scaler.deviation[i] > Float(FeatureStatistics.smallestDeviation) {
            let column = stride(from: i, to: frames.count, by: width).map { Double(scaled[$0]) }
            let mean = column.reduce(0, +) / Double(column.count)
            let power = column.reduce(0) { $0 + $1 * $1 } / Double(column.count)
            #expect(abs(mean) < 1e-3 && abs(power - 1) < 1e-3)
        }
        _ = arena
    }

    @Test("A constant feature gets the smallest deviation")
    func constant() {
        let scaler = statistics(.micPhase, of: Array(repeating: 2, count: 64 * 7 * 3)).scaler()
        #expect(scaler.mean.allSatisfy { $0 == 2 })
        #expect(scaler.deviation.allSatisfy { $0 == Float(FeatureStatistics.smallestDeviation) })
    }

    @Test("The scaler of Ambisonics is symmetric in x and y")
    func symmetric() {
        var audio = noise(frames: 24_000)
        for s in stride(from: 0, to: audio.count, by: 4) { audio[s + 3] = 0.5 * audio[s] + 0.1 * audio[s + 3] }
        let frames = features(.foaIntensity, of: audio)
        let scaler = statistics(.foaIntensity, of: frames).scaler()
        for row in stride(from: 0, to: 64 * 7, by: 7) {
            #expect(scaler.mean[row + 1] == scaler.mean[row + 3])
            #expect(scaler.deviation[row + 1] == scaler.deviation[row + 3])
            #expect(scaler.deviation[row + 4] == scaler.deviation[row + 6])
            for axis in 4...6 { #expect(scaler.mean[row + axis] == 0) }
            #expect(scaler.mean[row] != scaler.mean[row + 1])
        }
    }

    @Test("The scaler of the covariance is symmetric in x and y")
    func symmetricCovariance() {
        var audio = noise(frames: 24_000)
        for s in stride(from: 0, to: audio.count, by: 4) { audio[s + 3] = 0.5 * audio[s] + 0.1 * audio[s + 3] }
        let scaler = statistics(.foaCovariance, of: features(.foaCovariance, of: audio)).scaler()
        for row in stride(from: 0, to: 64 * 16, by: 16) {
            #expect(scaler.mean[row + 1] == scaler.mean[row + 3])
            for (y, x) in [(1, 3), (4, 6), (7, 9), (10, 12), (13, 15)] {
                #expect(scaler.deviation[row + y] == scaler.deviation[row + x])
            }
            for channel in 4...15 { #expect(scaler.mean[row + channel] == 0) }
        }
    }

    @Test("The scaler of coherence is the same for all capsules")
    func symmetricCapsules() {
        let scaler = statistics(.micCoherence, of: features(.micCoherence, of: noise(frames: 24_000))).scaler()
        for row in stride(from: 0, to: 64 * 16, by: 16) {
            for channels in [0...3, 4...9, 10...15] {
                #expect(Set(channels.map { scaler.mean[row + $0] }).count == 1)
                #expect(Set(channels.map { scaler.deviation[row + $0] }).count == 1)
            }
            #expect(scaler.mean[row + 10] == 0 && scaler.mean[row + 4] != 0)
        }
    }

    @Test("Merged statistics equal those of all frames")
    func merge() {
        let frames = features(.foaIntensity, of: noise(frames: 9600))
        let half = frames.count / 2
        var first = statistics(.foaIntensity, of: Array(frames[..<half]))
        first.merge(statistics(.foaIntensity, of: Array(frames[half...])))
        let (merged, whole) = (first.scaler(), statistics(.foaIntensity, of: frames).scaler())
        for i in whole.mean.indices {
            #expect(abs(merged.mean[i] - whole.mean[i]) <= 1e-5 * abs(whole.mean[i]))
            #expect(abs(merged.deviation[i] - whole.deviation[i]) <= 1e-5 * whole.deviation[i])
        }
    }

    private func statistics(_ kind: FeatureKind, of frames: [Float]) -> FeatureStatistics {
        var result = FeatureStatistics(kind: kind)
        let shape = Shape(64, kind.channels)
        for start in stride(from: 0, to: frames.count, by: shape.count) {
            Array(frames[start..<start + shape.count]).withTensor(shape) { result.add($0) }
        }
        return result
    }
}
