import Features
import Geometry
import Glibc
import Tensor
import TestSupport
import Testing

@Suite("Directions of bands")
struct BandDirectionsTests {
    private typealias Band = SIMD4<Float>

    /// Of each of the feature frames [frames, 64, 16], with the weights of a whole block.
    private func bands(_ kind: FeatureKind, of frames: [Float], steering: SteeringVectors? = nil) throws -> [[Band]] {
        guard var heard = BandDirections(kind, steering: steering) else {
            throw NoDirections()
        }
        let shape = Shape(64, kind.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        let foundShape = Shape(5, 64)
        var bandArena = Arena<Band>(holding: foundShape)
        let (frame, found) = (arena.take(shape), bandArena.take(foundShape))
        var result: [[Band]] = []
        for first in stride(from: 0, to: frames.count, by: frame.count) {
            for i in 0..<frame.count { frame[i] = frames[first + i] }
            heard.add(frame.readOnly)
            guard (first / frame.count + 1).isMultiple(of: 5) else { continue }
            heard.finishBlock(into: found)
            for number in 0..<5 {
                result.append(found.rows(number..<number + 1).array.map { Band($0[0], $0[1], $0[2], 5 * $0[3]) })
            }
        }
        return result
    }

    private struct NoDirections: Error {}

    private func direction(_ band: Band) -> Direction { Direction(unit: band[0], band[1], band[2]) }

    @Test("A plane wave is found in every band, at any level")
    func planeWaves() throws {
        var random = SeededRandom(seed: 2)
        for level: Float in [0.3, 0.01, 1e-3] {
            let source = Direction(towards: random.normal(), random.normal(), random.normal())
            let frames = features(.foaCovariance, of: planeWave(from: source, frames: 4800, level: level))
            for band in try bands(.foaCovariance, of: frames).joined() {
                #expect(direction(band).angle(to: source) < 0.2)
                #expect(band[3] > 0.999)
            }
        }
    }

    @Test("Two voices in separate bands are found in their bands")
    func voices() throws {
        let (low, high) = (Direction(azimuth: 40, elevation: 10), Direction(azimuth: 90, elevation: -20))
        let centres = MelFilterBank().centres.array
        let audio = (0..<7200).flatMap { (frame: Int) -> [Float] in
            [0, 1, 2, 3].map { channel in
                centres.enumerated().reduce(Float(0)) { sum, tone in
                    let source = tone.offset < 32 ? low : high
                    let phase = 2 * Float.pi * tone.element * Float(frame) / 24_000 + Float(tone.offset * tone.offset)
                    return sum + 0.01 * sinf(phase) * [1, source.y, source.z, source.x][channel]
                }
            }
        }
        let found = try bands(.foaCovariance, of: features(.foaCovariance, of: audio))[7]
        for band in 0..<28 { #expect(direction(found[band]).angle(to: low) < 3, "band \(band)") }
        for band in 36..<64 { #expect(direction(found[band]).angle(to: high) < 3, "band \(band)") }
        #expect(found.allSatisfy { $0[3] > 0.5 })
    }

    @Test("A sound is followed from frame to frame, and the past is over after one frame or a reset")
    func frames() throws {
        let (first, second) = (Direction(azimuth: 100, elevation: 0), Direction(azimuth: -60, elevation: 30))
        let shape = Shape(1, 64, 16)
        let frames = [first, second].map { features(.foaCovariance, of: planeWave(from: $0, frames: 2400)) }
        var arena = Arena<Float>(holding: shape)
        var bandArena = Arena<Band>(holding: Shape(5, 64))
        let (frame, found) = (arena.take(shape), bandArena.take(Shape(5, 64)))
        func push(_ source: Int, to bands: inout BandDirections) {
            // The fourth frame of each, whose window is all sound.
            for index in 0..<frame.count { frame[index] = frames[source][3 * frame.count + index] }
            bands.add(frame.readOnly)
        }
        let kept = BandDirections(.foaCovariance, steering: nil)
        guard var bands = consume kept else { throw NoDirections() }
        for source in [0, 0, 1, 1, 0] { push(source, to: &bands) }
        bands.finishBlock(into: found)
        for (number, source) in [(1, first), (3, second)] {
            for band in 0..<64 { #expect(direction(found[64 * number + band]).angle(to: source) < 0.2) }
        }
        // Frames of both sounds have no dominant wave; the next block's first one includes the last of this block.
        for number in [2, 4] { for band in 0..<64 { #expect(found[64 * number + band][3] < 0.15) } }
        for _ in 0..<5 { push(1, to: &bands) }
        bands.finishBlock(into: found)
        for band in 0..<64 { #expect(found[band][3] < 0.15 && found[64 + band][3] > 0.199) }
        // Each number of frames before the reset leaves another sum with the last of them.
        for before in 0...2 {
            for _ in 0..<before { push(0, to: &bands) }
            bands.reset()
            for _ in 0..<5 { push(1, to: &bands) }
            bands.finishBlock(into: found)
            for band in 0..<320 { #expect(direction(found[band]).angle(to: second) < 0.2, "\(before) frames before") }
        }
    }

    @Test("A diffuse field has a low weight, silence none, a dead channel no more than expected")
    func diffuse() throws {
        // Dipoles of SN3D have a third of the power.
        var audio = noise(frames: 12_000)
        for at in audio.indices where at % 4 != 0 { audio[at] *= Float(1.0 / 3).squareRoot() }
        let frames = features(.foaCovariance, of: audio)
        let weights = try bands(.foaCovariance, of: frames).flatMap { $0[40...].map { $0[3] } }
        #expect(weights.reduce(0, +) / Float(weights.count) < 0.25)
        let silence = features(.foaCovariance, of: [Float](repeating: 0, count: 4 * 2400))
        #expect(try bands(.foaCovariance, of: silence).joined().allSatisfy { $0 == .zero })
        for dead in 0..<4 {
            var audio = planeWave(from: Direction(azimuth: 50, elevation: 40), frames: 2400)
            for at in stride(from: dead, to: audio.count, by: 4) { audio[at] = 0 }
            for band in try bands(.foaCovariance, of: features(.foaCovariance, of: audio)).joined() {
                #expect((0...1).contains(band[3]) && band[0].isFinite)
            }
        }
    }

    @Test("Capsules: the wave that matches their phases", arguments: 0..<20)
    func capsules(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let source = Direction(towards: random.normal(), random.normal(), random.normal())
        let centres = MelFilterBank().centres.array
        let audio = (0..<4800).flatMap { (frame: Int) -> [Float] in
            FreeTetrahedron.leads(of: source).map { lead in
                centres.enumerated().reduce(Float(0)) { sum, tone in
                    let time = Float(frame) / 24_000 + lead
                    return sum + 0.01 * sinf(2 * Float.pi * tone.element * time + Float(tone.offset * tone.offset))
                }
            }
        }
        let found = try bands(.micCoherence, of: features(.micCoherence, of: audio), steering: FreeTetrahedron.steering)[7]
        // Lower, phases are hardly apart from capsule to capsule; higher, those of several waves are alike.
        for band in 20..<38 {
            #expect(direction(found[band]).angle(to: source) < 8, "band \(band)")
            #expect(found[band][3] > 0.8, "band \(band)")
        }
    }

    @Test("The principal eigenvector and its share agree with a power iteration in double precision")
    func eigenvectors() throws {
        var random = SeededRandom(seed: 7)
        var compared = 0
        for _ in 0..<20 {
            // Three waves of other levels in every band, once for all five frames.
            var frame = [Float](repeating: 0, count: 64 * 16)
            var matrices: [[[Double]]] = []
            for band in 0..<64 {
                var covariance = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 4)
                for _ in 0..<3 {
                    let (wave, power) = (
                        Direction(towards: random.normal(), random.normal(), random.normal()), Double.random(in: 0...1, using: &random)
                    )
                    let channels = [1, wave.y, wave.z, wave.x].map(Double.init)
                    for m in 0..<4 { for n in 0..<4 { covariance[m][n] += power * power * channels[m] * channels[n] } }
                }
                let energy = (0..<4).reduce(0) { $0 + covariance[$1][$1] } / 2
                for m in 0..<4 { frame[16 * band + m] = 10 * log10f(Float(covariance[m][m])) }
                for (pair, (m, n)) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)].enumerated() {
                    frame[16 * band + 4 + pair] = Float(covariance[m][n] / energy)
                }
                let scale = [1, 3, 3, 3].map { Double($0).squareRoot() }
                matrices.append((0..<4).map { m in (0..<4).map { covariance[m][$0] * scale[m] * scale[$0] } })
            }
            let found = try bands(.foaCovariance, of: [[Float]](repeating: frame, count: 5).flatMap { $0 })[4]
            for (band, matrix) in zip(found, matrices) {
                let (vector, share, second) = prevailing(matrix)
                // With two nearly equal eigenvalues, the eighth power does not separate them.
                guard share > 1.5 * second else { continue }
                let sign: Double = vector[0] < 0 ? -1 : 1
                let expected = Direction(towards: Float(sign * vector[3]), Float(sign * vector[1]), Float(sign * vector[2]))
                #expect(direction(band).angle(to: expected) < 3)
                #expect(abs(Double(band[3]) - share * share) < 0.01)
                compared += 1
            }
        }
        #expect(compared > 500)
    }

    /// The first eigenvector, and the shares of the first and the second eigenvalue in the trace.
    private func prevailing(_ matrix: [[Double]]) -> (vector: [Double], share: Double, second: Double) {
        func iterate(_ m: [[Double]]) -> ([Double], Double) {
            var vector = [1, 0.3, 0.2, 0.1]
            for _ in 0..<2000 {
                let next = m.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
                let length = max(next.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-300)
                vector = next.map { $0 / length }
            }
            let turned = m.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
            return (vector, zip(vector, turned).reduce(0) { $0 + $1.0 * $1.1 })
        }
        let trace = (0..<4).reduce(0) { $0 + matrix[$1][$1] }
        let (vector, first) = iterate(matrix)
        let rest = (0..<4).map { m in (0..<4).map { matrix[m][$0] - first * vector[m] * vector[$0] } }
        return (vector, first / trace, iterate(rest).1 / trace)
    }

    @Test("Only features with the full covariance have band directions", arguments: FeatureKind.allCases)
    func kinds(kind: FeatureKind) {
        let heard = BandDirections(kind, steering: FreeTetrahedron.steering)
        let isHeard = heard != nil
        #expect(isHeard == [.foaCovariance, .micCoherence, .micHarmonics].contains(kind))
        let withoutArray = BandDirections(kind, steering: nil) != nil
        #expect(withoutArray == (kind == .foaCovariance))
    }

    @Test("A hundred blocks allocate nothing", arguments: [FeatureKind.foaCovariance, .micCoherence])
    func noAllocation(kind: FeatureKind) throws {
        let frames = features(kind, of: noise(frames: 480))
        let heard = try #require(BandDirectionsBox(kind, steering: FreeTetrahedron.steering))
        let shape = Shape(64, kind.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        var bandArena = Arena<Band>(holding: Shape(5, 64))
        let (frame, found) = (arena.take(shape), bandArena.take(Shape(5, 64)))
        for i in 0..<frame.count { frame[i] = frames[i] }
        let count = allocations {
            for _ in 0..<100 {
                for _ in 0..<5 { heard.bands.add(frame.readOnly) }
                heard.bands.finishBlock(into: found)
            }
        }
        #expect(count == 0)
        #expect(found.array.contains { $0[3] > 0 })
    }
}

/// `#require` takes what can be copied.
private final class BandDirectionsBox {
    var bands: BandDirections

    init?(_ kind: FeatureKind, steering: SteeringVectors) {
        guard let bands = BandDirections(kind, steering: steering) else { return nil }
        self.bands = bands
    }
}
