import Geometry
import Glibc
import TestSupport
import Testing
import Tracking

@Suite struct DirectionRefinerTests {
    private typealias Band = SIMD4<Float>

    private func band(_ direction: Direction, weight: Float) -> Band { Band(direction.x, direction.y, direction.z, weight) }

    /// A standard deviation of this many degrees to each side.
    private func scattered(_ source: Direction, degrees: Float, _ random: inout SeededRandom) -> Direction {
        Direction(azimuth: source.azimuth + degrees * random.normal(), elevation: source.elevation + degrees * random.normal())
    }

    private func angle(_ refined: [Float], _ slot: Int, to source: Direction) -> Float {
        Direction(towards: refined[3 * slot], refined[3 * slot + 1], refined[3 * slot + 2]).angle(to: source)
    }

    private func refine(_ refiner: inout DirectionRefiner, block: Int = 0, _ directions: [Float], _ probabilities: [Float]) -> [Float] {
        refiner.refine(block: block, directions: directions.span, probabilities: probabilities.span)
        return refiner.refined
    }

    private func push(_ bands: [Band], to refiner: inout DirectionRefiner) { refiner.push(bands.span) }

    private func flat(_ directions: Direction...) -> [Float] { directions.flatMap { [$0.x, $0.y, $0.z] } }

    /// The bands of two sources in the same block, half of each, and a fifth from anywhere.
    private func mixture(_ one: Direction, _ two: Direction, seed: UInt64) -> [Band] {
        var random = SeededRandom(seed: seed)
        return (0..<64).map { index in
            guard index % 5 != 0 else { return band(Direction(towards: random.normal(), random.normal(), random.normal()), weight: 0.5) }
            return band(scattered(index % 2 == 0 ? one : two, degrees: 5, &random), weight: 0.7)
        }
    }

    @Test func outputsMoveTowardsTheirBands() {
        let (one, two) = (Direction(azimuth: 20, elevation: 0), Direction(azimuth: 60, elevation: 20))
        var refiner = DirectionRefiner(weight: 0.1, slots: 2, bands: 64, lookAhead: 0)
        for seed in 0..<5 { push(mixture(one, two, seed: UInt64(seed)), to: &refiner) }
        // Between the two, as a network that is not sure points.
        let outputs = flat(Direction(azimuth: 28, elevation: 5), Direction(azimuth: 50, elevation: 15))
        let refined = refine(&refiner, block: 4, outputs, [0.9, 0.7])
        #expect(angle(refined, 0, to: one) < 3)
        #expect(angle(refined, 1, to: two) < 3)
    }

    /// As for capsules in a horizontal plane: bands say where around the array, the network how high.
    @Test func azimuthsAloneMoveWhereElevationsAreKept() {
        let (one, two) = (Direction(azimuth: 20, elevation: 30), Direction(azimuth: 60, elevation: 40))
        var refiner = DirectionRefiner(weight: 0.1, slots: 2, bands: 64, lookAhead: 0, keepsElevation: true)
        for seed in 0..<5 { push(mixture(one, two, seed: UInt64(seed)), to: &refiner) }
        let outputs = flat(Direction(azimuth: 28, elevation: 20), Direction(azimuth: 50, elevation: 35))
        let refined = refine(&refiner, block: 4, outputs, [0.9, 0.7])
        #expect(angle(refined, 0, to: Direction(azimuth: 20, elevation: 20)) < 3)
        #expect(angle(refined, 1, to: Direction(azimuth: 60, elevation: 35)) < 3)
        #expect(abs(refined[2] - outputs[2]) < 1e-6 && abs(refined[5] - outputs[5]) < 1e-6)
    }

    /// The formulas of the comment, once more, in double precision.
    private func expected(
        _ blocks: [[Band]], block: Int, before: Int, after: Int, weight: Double, directions: [Float], probabilities: [Float]
    ) -> [[Double]] {
        func unit(_ v: [Double]) -> [Double] {
            let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return v.map { $0 / length }
        }
        let priors = (0..<probabilities.count).map { slot in unit((0..<3).map { Double(directions[3 * slot + $0]) }) }
        var means = priors
        for _ in 0..<3 {
            var sums = priors
            for near in max(0, block - before)...min(blocks.count - 1, block + after) {
                for band in blocks[near] {
                    let place = (0..<3).map { Double(band[$0]) }
                    let likely = means.indices.map { slot in
                        let cosine = zip(means[slot], place).reduce(0) { $0 + $1.0 * $1.1 }
                        return cosine > 0.7 ? Double(probabilities[slot]) * exp(25 * (cosine - 1)) : 0
                    }
                    let all = likely.reduce(0.3, +)
                    for slot in means.indices {
                        for axis in 0..<3 { sums[slot][axis] += weight * Double(band[3]) * likely[slot] / all * place[axis] }
                    }
                }
            }
            means = sums.map(unit)
        }
        return means
    }

    @Test(arguments: [0, 1, 2, 5]) func aStreamFollowsTheFormulas(lookAhead: Int) {
        var random = SeededRandom(seed: 3)
        let after = min(lookAhead, 2)
        let blocks = (0..<20).map { mixture(Direction(azimuth: Float(3 * $0), elevation: 0), .front, seed: UInt64($0)) }
        for slots in [1, 2, 4] {
            var refiner = DirectionRefiner(weight: 0.05, slots: slots, bands: 64, lookAhead: lookAhead)
            for pushed in blocks.indices {
                push(blocks[pushed], to: &refiner)
                let block = pushed - lookAhead
                guard block >= 0 else { continue }
                let directions = (0..<slots).flatMap { _ in
                    flat(Direction(azimuth: .random(in: -30...60, using: &random), elevation: .random(in: -20...20, using: &random)))
                }
                let probabilities = (0..<slots).map { _ in Float.random(in: 0...1, using: &random) }
                let refined = refine(&refiner, block: block, directions, probabilities)
                let means = expected(
                    Array(blocks[...pushed]), block: block, before: 4 - after, after: after, weight: 0.05, directions: directions,
                    probabilities: probabilities)
                for (at, value) in means.joined().enumerated() { #expect(abs(Double(refined[at]) - value) < 1e-4) }
            }
            #expect(refiner.blocks == 20)
            refiner.reset()
            #expect(refiner.blocks == 0)
        }
    }

    @Test func silentOutputsAndZeroWeightsAreUnchanged() {
        let (source, aside) = (Direction(azimuth: 20, elevation: 0), Direction(azimuth: 30, elevation: 0))
        let bands = [Band](repeating: band(source, weight: 1), count: 64)
        let outputs = flat(aside, aside)
        var refiner = DirectionRefiner(weight: 0.1, slots: 2, bands: 64, lookAhead: 0)
        push(bands, to: &refiner)
        let refined = refine(&refiner, outputs, [1, 0])
        #expect(angle(refined, 0, to: source) < 3)
        #expect(angle(refined, 1, to: aside) < 0.01)
        var idle = DirectionRefiner(weight: 0, slots: 2, bands: 64, lookAhead: 0)
        push(bands, to: &idle)
        #expect(angle(refine(&idle, outputs, [1, 1]), 0, to: aside) < 0.01)
    }

    @Test func anInvalidDirectionGivesTheFront() {
        var refiner = DirectionRefiner(weight: 0.1, slots: 3, bands: 2, lookAhead: 0)
        push([Band.zero, Band(0, 1, 0, 1)], to: &refiner)
        let refined = refine(&refiner, [.nan, 0, 0, 0, 0, 0, .infinity, 1, 0], [.nan, 1, 1])
        #expect(refined == [1, 0, 0, 1, 0, 0, 1, 0, 0])
    }

    @Test func aStepAllocatesNothing() {
        let bands = mixture(.front, Direction(azimuth: 40, elevation: 0), seed: 1)
        let outputs = flat(.front, Direction(azimuth: 45, elevation: 5))
        let probabilities: [Float] = [0.9, 0.8]
        var refiner = DirectionRefiner(weight: 0.1, slots: 2, bands: 64, lookAhead: 2)
        var moved: Float = 0
        let count = allocations {
            for block in 0..<200 {
                refiner.push(bands.span)
                guard block >= 2 else { continue }
                refiner.refine(block: block - 2, directions: outputs.span, probabilities: probabilities.span)
                moved += refiner.refined[4]
            }
        }
        #expect(count == 0)
        #expect(moved > 0)
    }
}
