import Features
import Geometry
import Glibc
import Tensor
import TestSupport
import Testing

@Suite("Map to spherical harmonics")
struct HarmonicMapTests {
    private typealias Wave = (real: SIMD8<Double>, imaginary: SIMD8<Double>)

    /// Symmetric about the horizontal plane, as an even grid is.
    private static let directions: [SIMD3<Float>] = {
        var random = SeededRandom(seed: 9)
        return (0..<500).flatMap { _ -> [SIMD3<Float>] in
            let d = Direction(towards: random.normal(), random.normal(), random.normal())
            return [[d.x, d.y, d.z], [d.x, d.y, -d.z]]
        }
    }()

    /// W, Y, Z, X of a plane wave.
    private static func ambisonic(_ d: SIMD3<Double>) -> Wave { ([1, d.y, d.z, d.x, 0, 0, 0, 0], .zero) }

    /// Four omnidirectional capsules in open air.
    private static func open(_ places: [SIMD3<Double>], _ frequency: Double) -> (SIMD3<Double>) -> Wave {
        { direction in
            var wave: Wave = (.zero, .zero)
            for (capsule, place) in places.enumerated() {
                let phase = 2 * .pi * frequency / 343 * (place * direction).sum()
                (wave.real[capsule], wave.imaginary[capsule]) = (cos(phase), sin(phase))
            }
            return wave
        }
    }

    private static func map(_ response: @escaping (Double) -> (SIMD3<Double>) -> Wave) -> HarmonicMap {
        HarmonicMap(directions: directions) { frequency in directions.map { response(frequency)(SIMD3<Double>($0)) } }
    }

    /// The frame of a plane wave, the same in every band, mapped: [64][12].
    private func mapped(_ map: HarmonicMap, _ wave: (Double) -> Wave) -> [[Float]] {
        let centres = MelFilterBank().centres.array
        var layout = ArenaLayout<Float>()
        let (frame, target) = (layout.add(Shape(64, 16)), layout.add(Shape(64, 12)))
        let arena = Arena(layout)
        for band in 0..<64 {
            let v: Wave = wave(Double(centres[band]))
            let power: SIMD8<Double> = v.real * v.real + v.imaginary * v.imaginary
            let length: [Double] = (0..<4).map { power[$0].squareRoot() }
            for capsule in 0..<4 { arena[frame][band * 16 + capsule] = Float(20 * log10(max(length[capsule], 1e-5))) }
            for (pair, (m, n)) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)].enumerated() {
                let scale: Double = 1 / max(length[m] * length[n], 1e-10)
                let real: Double = v.real[m] * v.real[n] + v.imaginary[m] * v.imaginary[n]
                let imaginary: Double = v.real[m] * v.imaginary[n] - v.imaginary[m] * v.real[n]
                arena[frame][band * 16 + 4 + pair] = Float(scale * real)
                arena[frame][band * 16 + 10 + pair] = Float(scale * imaginary)
            }
        }
        map.apply(arena[frame].readOnly, into: arena[target])
        return (0..<64).map { band in (0..<12).map { arena[target][band * 12 + $0] } }
    }

    @Test("Harmonics are orthogonal and of mean square 1")
    func orthogonality() {
        let steps = 40
        var gram = [[Double]](repeating: [Double](repeating: 0, count: 8), count: 8)
        for i in 0..<steps {
            let z = (2 * Double(i) + 1) / Double(steps) - 1
            for j in 0..<steps {
                let a = 2 * Double.pi * Double(j) / Double(steps)
                let radius = (1 - z * z).squareRoot()
                let y = HarmonicMap.harmonics(of: [radius * cos(a), radius * sin(a), z])
                for m in 0..<8 { for n in 0..<8 { gram[m][n] += y[m] * y[n] / Double(steps * steps) } }
            }
        }
        for m in 0..<8 { for n in 0..<8 { #expect(abs(gram[m][n] - (m == n ? 1 : 0)) < 0.01, "\(m) \(n)") } }
    }

    @Test("Ambisonics, taken as an array, has all harmonics of a plane wave in every band")
    func ambisonics() {
        let map = Self.map { _ in Self.ambisonic }
        var random = SeededRandom(seed: 4)
        for _ in 0..<20 {
            let d = Direction(towards: random.normal(), random.normal(), random.normal())
            let direction = SIMD3<Double>([d.x, d.y, d.z])
            let expected = HarmonicMap.harmonics(of: direction)
            for band in mapped(map, { _ in Self.ambisonic(direction) }) {
                for harmonic in 0..<8 { #expect(abs(Double(band[1 + harmonic]) - expected[harmonic]) < 0.1) }
                #expect(band[9...].allSatisfy { $0 > 0.98 })
                // Powers 1 and, of the dipoles, 1 together: a mean of a half.
                #expect(abs(band[0] + 3.01) < 0.02)
            }
        }
    }

    @Test("Capsules in a plane say nothing of the sign of the elevation, and say so")
    func planar() {
        let places: [SIMD3<Double>] = [[0.03, 0, 0], [0, 0.03, 0], [-0.03, 0, 0], [0, -0.03, 0]]
        let map = Self.map { Self.open(places, $0) }
        let above: SIMD3<Double> = [0.6, 0, 0.8]
        let below: SIMD3<Double> = [0.6, 0, -0.8]
        let (upper, lower) = (mapped(map) { Self.open(places, $0)(above) }, mapped(map) { Self.open(places, $0)(below) })
        for band in 0..<64 {
            #expect(upper[band] == lower[band])
            // z, yz and xz.
            for odd in [2, 5, 7] { #expect(abs(upper[band][odd]) < 1e-3) }
            #expect(upper[band][10] < 1e-3)
        }
        // 0.5 to 2 kHz: the horizontal plane is observable.
        #expect(upper[12..<24].allSatisfy { $0[9] > 0.6 })
        #expect(upper[12..<24].allSatisfy { $0[3] > 0.5 })
    }

    @Test("Silence, and values far from any plane wave, stay within limits")
    func limits() {
        let map = Self.map { _ in Self.ambisonic }
        for wave: Wave in [
            (.zero, .zero), ([1, 30, 0, 0, 0, 0, 0, 0], .zero), ([0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0]),
        ] {
            #expect(mapped(map) { _ in wave }.joined().allSatisfy { $0.isFinite })
            #expect(mapped(map) { _ in wave }.allSatisfy { $0[1...8].allSatisfy { abs($0) <= 3 } })
        }
    }
}
