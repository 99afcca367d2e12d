import Audio
import Dataset
import DatasetSupport
import Features
import Formats
import Foundation
import Geometry
import Platform
import Signal
import Tensor
import Testing
import Training

/// The symmetries of an array's features.
@Suite struct CapsuleSymmetryTests {
    struct Layout: Sendable, CustomTestStringConvertible {
        let array: ArrayGeometry
        /// Of features that know all capsules, the identity included.
        let count: Int
        var testDescription: String { array.name }

        /// Capsules at (azimuth, elevation, radius) in degrees and metres.
        init(_ name: String, _ places: [(Float, Float, Float)], directivity: Float = 1, count: Int) {
            array = ArrayGeometry(
                name: name, mount: .open,
                capsules: places.map {
                    .init(direction: Direction(azimuth: $0.0, elevation: $0.1), radius: $0.2, directivity: directivity)
                })
            self.count = count
        }
    }

    private static func ring(_ first: Float, _ count: Int, elevation: Float = 0) -> [(Float, Float, Float)] {
        (0..<count).map { (first + Float($0) * 360 / Float(count), elevation, 0.06) }
    }

    /// A planar array does not distinguish up from down, so each of its symmetries occurs twice.
    static let layouts = [
        Layout("square, as a robot's corners", ring(45, 4), count: 16),
        Layout("square on the axes", ring(0, 4), count: 16),
        Layout("square, 20 degrees turned", ring(20, 4), count: 16),
        Layout("ring of three and its centre", ring(90, 3) + [(0, 90, 0.0)], count: 12),
        Layout("ring of three below a capsule", ring(10, 3, elevation: -30) + [(0, 90, 0.05)], count: 6),
        Layout("rectangle", [(30, 0, 0.06), (150, 0, 0.06), (-150, 0, 0.06), (-30, 0, 0.06)], count: 8),
        Layout("trapezium", [(30, 0, 0.06), (120, 0, 0.05), (-120, 0, 0.05), (-30, 0, 0.06)], count: 4),
        Layout(
            "tetrahedron of cardioids", [(45, 35, 0.015), (-45, -35, 0.015), (135, -35, 0.015), (-135, 35, 0.015)], directivity: 0.5,
            count: 8),
        Layout("irregular", [(10, 5, 0.04), (100, -20, 0.05), (-130, 30, 0.03), (-40, -10, 0.06)], count: 1),
    ]

    private func features(_ audio: [Float], _ kind: FeatureKind) -> [Float] {
        var extractor = FeatureExtractor(kind)
        var frames: [Float] = []
        extractor.push(audio.span) { frames += $0.array }
        return frames
    }

    private func transformed(_ frames: [Float], _ symmetry: SceneSymmetry, _ kind: FeatureKind) -> [Float] {
        let size = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: [Float](repeating: 0, count: size), deviation: [Float](repeating: 1, count: size))
        let shape = Shape(frames.count / size, FrameTiming.melBands, kind.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        let target = arena.take(shape)
        let transform = FeatureTransform(kind: kind, gain: 0, symmetry: symmetry)
        frames.withTensor(shape) { transform.apply($0, to: target, scaler: scaler) }
        return target.array
    }

    /// Noise that reaches a capsule the later, the farther it lies from where the wave comes from, and the weaker, the more the capsule
    /// looks away; in steps of an eighth of a sample, which no symmetry moves a capsule by.
    private func heard(_ array: ArrayGeometry, from v: (x: Float, y: Float, z: Float)) -> [Float] {
        var random = RandomStream(seed: 6)
        let count = FrameLayout.samplesPerBlock * 2
        let noise = (0..<count * 8 + 1000).map { _ in Float.random(in: -0.1...0.1, using: &random) }
        let source = Direction(unit: v.x, v.y, v.z)
        let ways = array.capsules.map { capsule in
            let place = capsule.position * (1000 / 0.06)
            let lead = place.x * v.x + place.y * v.y + place.z * v.z
            return (delay: 500 - Int((lead / 8).rounded()), gain: capsule.sensitivity(to: source))
        }
        return (0..<count).flatMap { sample in ways.map { noise[sample * 8 + 1000 - $0.delay] * $0.gain } }
    }

    private static let cases = layouts.flatMap { layout in
        [FeatureKind.micGCCPHAT, .micPhase, .micCoherence].map { (layout, $0) }
    }

    @Test(arguments: cases)
    func featuresOfTheChangedSceneAreTheChangedFeatures(layout: Layout, kind: FeatureKind) {
        let symmetries = kind.symmetries(array: layout.array)
        #expect(symmetries.first == .identity && Set(symmetries).count == symmetries.count)
        let v: (x: Float, y: Float, z: Float) = (0.6, 0.48, 0.64)
        let original = features(heard(layout.array, from: v), kind)
        // The lowest lag has no counterpart.
        let isLowestLag = { (i: Int) in kind == .micGCCPHAT && i / kind.channels % FrameTiming.melBands == 0 }
        for symmetry in symmetries {
            let direct = features(heard(layout.array, from: symmetry.applied(to: v)), kind)
            let changed = transformed(original, symmetry, kind)
            let worst = direct.indices.filter { !isLowestLag($0) }.map { abs(direct[$0] - changed[$0]) }.max() ?? 0
            #expect(worst < 5e-3, "\(symmetry): \(worst)")
        }
    }

    @Test(arguments: layouts)
    func theCountIsThatOfTheLayout(layout: Layout) {
        let all = CapsuleSymmetry.all(of: layout.array)
        #expect(all.count == layout.count)
        #expect(FeatureKind.micCoherence.symmetries(array: layout.array).count == layout.count)
        for symmetry in all {
            #expect(Set(symmetry.permutation) == Set(0..<4))
            // Of length 1 and at right angles.
            #expect(abs(symmetry.x[0] * symmetry.x[0] + symmetry.x[1] * symmetry.x[1] - 1) < 1e-5)
            #expect(abs(symmetry.x[0] * symmetry.y[0] + symmetry.x[1] * symmetry.y[1]) < 1e-5)
        }
    }

    @Test func theTetrahedronHasTheEightOfItsAxes() {
        let eight = (0..<16 as Range<UInt64>).map(AxisReflection.init(bits:)).filter { $0.x * $0.y * $0.z == 1 }
        for kind in [FeatureKind.micGCCPHAT, .micCoherence] {
            let symmetries = kind.symmetries(array: .tetrahedral)
            // In the order of their bits, by which they are drawn.
            #expect(
                symmetries == [.identity] + eight.dropFirst().compactMap { CapsuleSymmetry($0, of: .tetrahedral) }.map { .capsules($0) })
        }
        #expect(FeatureKind.micPhase.symmetries(array: .tetrahedral).count == 2)
    }

    @Test func coincidentCapsulesAreDistinguishedByTheirAim() {
        func pair(_ aims: [Float]) -> ArrayGeometry {
            ArrayGeometry(
                name: "coincident", mount: .open,
                capsules: aims.map { .init(position: .zero, aim: Direction(azimuth: $0, elevation: 0), directivity: 0.5) })
        }
        #expect(CapsuleSymmetry.all(of: pair([0, 90, 180, 270])).count == 16)
        #expect(CapsuleSymmetry.all(of: pair([0, 80, 175, 270])).count == 2, "up and down alone")
    }

    @Test func aCapsuleOfAnotherDirectivityHasNoCounterpart() {
        var capsules = Self.layouts[0].array.capsules
        capsules[0].directivity = 0.5
        let all = CapsuleSymmetry.all(of: ArrayGeometry(name: "odd", mount: .open, capsules: capsules))
        // What leaves it where it is: the mirror through it, up and down.
        #expect(all.count == 4 && all.allSatisfy { $0.permutation[0] == 0 })
    }

    @Test func capsulesWithoutAnArrayHaveOnlyTheIdentity() {
        #expect(FeatureKind.micCoherence.symmetries(array: nil) == [.identity])
        #expect(FeatureKind.foaIntensity.symmetries(array: nil).count == 16)
        #expect(FeatureKind.foaCovariance.symmetries(array: nil).count == 16)
    }

    // MARK: - Draws of a training

    private func data(_ array: ArrayGeometry?, kind: FeatureKind = .micCoherence) throws -> (TrainingData, LayoutFolder) {
        let folder = LayoutFolder()
        let format: DatasetFormat = kind.isAmbisonic ? .foa : .mic
        for name in ["fold3_room1_mix001_ov1", "fold2_room1_mix001_ov1"] {
            try folder.put(name, LayoutFolder.noise(name, blocks: 6), rows: ["0,1,0,10,0"], format: format)
        }
        if let array { try ArrayFile.text(of: array).write(toFile: "\(folder.root)/array.toml", atomically: true, encoding: .utf8) }
        let data = try TrainingData(
            layout: folder.layout(format), kind: kind, slots: 2, cache: "\(folder.root)/cache", threads: 1
        ) { _ in }
        return (data, folder)
    }

    private func drawn(_ data: TrainingData) -> [SceneSymmetry] {
        let batch = TrainingBatch(sequences: 400, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
        return batch.plan(step: 3, seed: 5, recordings: data.training, augmentation: AugmentationSettings()).map(\.transform.symmetry)
    }

    @Test(arguments: layouts)
    func aTrainingDrawsTheSymmetriesOfItsArray(layout: Layout) throws {
        let (data, folder) = try data(layout.array)
        defer { withExtendedLifetime((data, folder)) {} }
        let drawn = Set(drawn(data))
        #expect(drawn.count == layout.count)
        let own = CapsuleSymmetry.all(of: layout.array).map(\.permutation)
        for case .capsules(let symmetry) in drawn { #expect(own.contains(symmetry.permutation)) }
    }

    /// What trainings of the shipped models drew: gain, then one of the eight by a number of 64 bits.
    @Test(arguments: [FeatureKind.micCoherence, .foaCovariance])
    func theDrawsOfTheTetrahedronAndOfAmbisonicsAreUnchanged(kind: FeatureKind) throws {
        let (data, folder) = try data(nil, kind: kind)
        defer { withExtendedLifetime((data, folder)) {} }
        let choices = (0..<16 as Range<UInt64>).map(AxisReflection.init(bits:)).filter { kind.isAmbisonic || $0.x * $0.y * $0.z == 1 }
        let expected = (0..<400).map { item in
            var random = RandomStream(seed: 5, step: 3, item: UInt64(item))
            _ = Int.random(in: 0..<3, using: &random)
            _ = Float.random(in: -36...12, using: &random)
            return choices[Int(random.next() % UInt64(choices.count))].applied(to: (1, 2, 3))
        }
        let found = drawn(data).map { $0.applied(to: (1, 2, 3)) }
        #expect(zip(found, expected).allSatisfy { $0 == $1 })
    }
}
