import Audio
import Glibc
import Platform
import Scenes
import Testing

/// The arrays that `synth --array random` draws.
@Suite struct RandomArrayTests {
    static let drawn = (0..<400).map { index in
        var random = RandomSource(seed: 5, 3, index)
        return RandomArray.random(using: &random)
    }

    @Test func theyHaveThreeToEightCapsules() {
        var counts: [Int: Int] = [:]
        for array in Self.drawn { counts[array.nominal.capsules.count, default: 0] += 1 }
        #expect(counts.keys.sorted() == [3, 4, 5, 6, 7, 8])
        #expect((120...200).contains(counts[4] ?? 0), "two of five have four")
        // Three in space would have no front and back.
        let three = Self.drawn.filter { $0.nominal.capsules.count == 3 }
        #expect(three.allSatisfy { array in array.nominal.capsules.allSatisfy { abs($0.position.z) < 1e-6 } })
    }

    @Test func theirCapsulesAreApartAndSpanASpaceOrAPlane() {
        for array in Self.drawn {
            let places = array.nominal.capsules.map(\.position)
            let radius = array.nominal.capsules.map(\.radius).max() ?? 0
            #expect(radius <= ArrayResponse.largestRadius && radius > 0.005)
            var area: Float = 0
            for a in places.indices {
                for b in places.indices where b != a {
                    let apart = Self.norm(places[a] - places[b])
                    #expect(apart > 0.25 * radius, "\(array.nominal.name) with \(places.count): \(apart) m apart")
                    for c in places.indices { area = max(area, Self.norm(Self.cross(places[b] - places[a], places[c] - places[a]))) }
                }
            }
            #expect(area > 0.3 * radius * radius, "\(array.nominal.name) with \(places.count) lies in a line")
        }
    }

    @Test func theCapsulesThatCaptureSoundAreNearTheirPlaces() {
        for array in Self.drawn {
            let offsets = zip(array.nominal.capsules, array.actual.capsules).map { Self.norm($0.position - $1.position) }
            #expect(offsets.max() ?? 1 <= 0.0007 * Float(3).squareRoot() + 1e-6)
        }
        #expect(Self.drawn.contains { $0.nominal.capsules.map(\.position) != $0.actual.capsules.map(\.position) })
    }

    static func norm(_ vector: SIMD3<Float>) -> Float { (vector * vector).sum().squareRoot() }

    static func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}
