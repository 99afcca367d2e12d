import Features
import Tensor
import TestSupport
import Testing

@Suite("Feature streaming")
struct StreamingTests {
    @Test("A stream equals the file for every chunking", arguments: FeatureKind.allCases)
    func chunking(kind: FeatureKind) {
        let audio = noise(frames: 24_123)
        let whole = features(kind, of: audio)
        #expect(whole.count == 24_123 / 480 * 64 * kind.channels)
        for chunk in [1, 7, 160, 479, 480, 481, 2400] {
            let same = features(kind, of: audio) { chunk } == whole
            #expect(same, "chunks of \(chunk)")
        }
        var random = SeededRandom(seed: 5)
        // Compared outside the macro, which takes minutes to print how two long arrays differ.
        let same = features(kind, of: audio) { .random(in: 0...1500, using: &random) } == whole
        #expect(same, "random chunks")
    }

    @Test("A reset extractor equals a new one", arguments: FeatureKind.allCases)
    func reset(kind: FeatureKind) {
        let audio = noise(frames: 5000)
        var extractor = FeatureExtractor(kind)
        let first = features(&extractor, of: audio) { 700 }
        extractor.reset()
        let same = features(&extractor, of: audio) { 700 } == first
        #expect(same)
    }

    @Test("A thousand blocks allocate nothing", arguments: FeatureKind.allCases)
    func noAllocation(kind: FeatureKind) {
        let block = noise(frames: 2400)
        var extractor = FeatureExtractor(kind)
        let size = 64 * kind.inputChannels
        // Capsules without delays: what the map says does not matter here.
        let map = HarmonicMap(directions: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]) { _ in Array(repeating: (.one, .zero), count: 3) }
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: 1, count: size), deviation: Array(repeating: 2, count: size))
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(Shape(64, kind.inputChannels)))
        let scaled = arena.take(Shape(64, kind.inputChannels))
        var frames = 0
        extractor.push(block.span) { _ in }
        let count = allocations {
            for _ in 0..<1000 {
                extractor.push(block.span) {
                    frames += 1
                    if kind.isArrayIndependent { map.apply($0, into: scaled) } else { scaled.copy(from: $0) }
                    scaler.apply(scaled)
                }
            }
        }
        _ = arena
        #expect(frames == 5000)
        #expect(count == 0)
    }

    @Test("The counter counts")
    func counter() {
        var made: [[Float]] = []
        made.reserveCapacity(10)
        let count = allocations { for i in 0..<10 { made.append(Array(repeating: Float(i), count: i + 1)) } }
        #expect(count == 10 && made.joined().count == 55)
    }
}
