import Audio
import Dataset
import DatasetSupport
import Features
import Formats
import Foundation
import Geometry
import Pipeline
import Tensor
import TestSupport
import Testing

@testable import Training

@Suite struct HarmonicRotationTests {
    @Test(arguments: [1, -1] as [Float], [false, true])
    func harmonicsAreThoseOfTheRotatedDirection(z: Float, isReflected: Bool) {
        var random = SeededRandom(seed: 7)
        for _ in 0..<50 {
            let angle = Double(Float.random(in: 0...6.28, using: &random))
            let rotation = HarmonicRotation(angle: angle, isReflected: isReflected, z: z)
            let d = Direction(towards: random.normal(), random.normal(), random.normal())
            let moved = rotation.applied(to: (d.x, d.y, d.z))
            let before = HarmonicMap.harmonics(of: SIMD3<Double>([d.x, d.y, d.z]))
            let after = HarmonicMap.harmonics(of: SIMD3<Double>([moved.x, moved.y, moved.z]))
            for k in 0..<8 {
                let sum = (0..<8).reduce(0.0) { $0 + Double(rotation.columns[$1][k]) * before[$1] }
                #expect(abs(sum - after[k]) < 1e-5)
            }
        }
    }

    @Test func drawnAnglesAreAllAroundAndBothReflectionsComeUp() {
        var random = SeededRandom(seed: 3)
        let moved = (0..<400).map { _ in HarmonicRotation(random: random.next(), z: 1).applied(to: (1, 0, 0)) }
        for quarter in 0..<4 {
            let count = moved.count { vector in
                let angle: Double = atan2(Double(vector.y), Double(vector.x))
                return Int((angle / .pi * 2 + 4).rounded(.down)) % 4 == quarter
            }
            #expect((60...140).contains(count))
        }
        let handed = (0..<400).map { _ in
            let rotation = HarmonicRotation(random: random.next(), z: 1)
            let (x, y) = (rotation.applied(to: (1, 0, 0)), rotation.applied(to: (0, 1, 0)))
            return x.x * y.y - x.y * y.x
        }
        #expect((150...250).contains(handed.count { $0 > 0 }))
    }

    // MARK: - Recordings of many arrays

    private static let square = ArrayGeometry(
        name: "square", mount: .open,
        capsules: [[0.03, 0, 0], [0, 0.03, 0], [-0.03, 0, 0], [0, -0.03, 0]].map { .init(position: $0) })
    private static let names = ["fold3_room1_mix001_ov1", "fold3_room2_mix001_ov1", "fold2_room1_mix001_ov1"]

    /// The second recording, of a square, has its source below the horizon.
    private func folder() throws -> LayoutFolder {
        let folder = LayoutFolder()
        for name in Self.names { try folder.put(name, LayoutFolder.noise(name, blocks: 6), rows: ["0,1,0,10,-40"], format: .mic) }
        try FileManager.default.createDirectory(atPath: "\(folder.root)/array_dev", withIntermediateDirectories: true)
        for (name, array) in zip(Self.names, [ArrayGeometry.tetrahedral, Self.square, .tetrahedral]) {
            try ArrayFile.text(of: array).write(toFile: "\(folder.root)/array_dev/\(name).toml", atomically: true, encoding: .utf8)
        }
        return folder
    }

    private func data(_ folder: LayoutFolder, _ kind: FeatureKind) throws -> TrainingData {
        try TrainingData(layout: folder.layout(.mic), kind: kind, slots: 2, cache: "\(folder.root)/cache", threads: 1) { _ in }
    }

    @Test func everyRecordingHasTheMapOfItsArray() throws {
        let folder = try folder()
        let data = try data(folder, .micHarmonics)
        defer { withExtendedLifetime((data, folder)) {} }
        #expect(data.training.allSatisfy { $0.map != nil } && data.training[0].map !== data.training[1].map)
        #expect(data.array == "any" && data.geometry == nil)
        #expect(data.validation[0].array?.capsules == ArrayGeometry.tetrahedral.capsules)
        // The square's elevations have no sign, the tetrahedron's have.
        #expect(data.training[0].labels.references[2] < 0 && data.training[1].labels.references[2] > 0)
        let batch = TrainingBatch(sequences: 200, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
        let plans = batch.plan(step: 1, seed: 2, recordings: data.training, augmentation: AugmentationSettings())
        let heights = Dictionary(grouping: plans, by: \.recording).mapValues {
            Set($0.map { $0.transform.symmetry.applied(to: (0, 0, 1)).z })
        }
        #expect(heights == [0: [1, -1], 1: [1]])
        for (item, plan) in plans.enumerated() { batch.fill(item, plan: plan, recordings: data.training, scaler: data.scaler) }
        #expect(batch.input.array.allSatisfy { $0.isFinite && abs($0) < 100 })
    }

    /// Mapped when they are extracted; afterwards only sums need a map.
    @Test func aCacheOfMappedFramesDesignsNoMap() throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        func batch(_ data: TrainingData) -> [Float] {
            let batch = TrainingBatch(sequences: 8, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
            let plans = batch.plan(step: 1, seed: 2, recordings: data.training, augmentation: .none)
            for (item, plan) in plans.enumerated() { batch.fill(item, plan: plan, recordings: data.training, scaler: data.scaler) }
            return batch.input.array
        }
        let data = try [data(folder, .micHarmonics), data(folder, .micHarmonics)]
        #expect(data[0].scaler == data[1].scaler && batch(data[0]) == batch(data[1]))
        for recording in data[1].training {
            #expect(recording.features.shape == Shape(30, 64, 12) && recording.map?.isDesigned == false)
        }
        // As mapping the extractor's frames gives them, to the bit.
        let recordings = try folder.layout(.mic).development(folds: [3]).recordings
        let references = try TrainingData.references(recordings, kind: .micHarmonics, cache: "\(folder.root)/cache", threads: 1) { _ in }
        for (mapped, extracted) in zip(data[1].training, references.recordings) {
            let map = HarmonicMap(of: try #require(extracted.array))
            let expected = (0..<30).flatMap { frame -> [Float] in
                var arena = Arena<Float>(holding: Shape(64, 12))
                let target = arena.take(Shape(64, 12))
                map.apply(extracted.features.frames.rows(frame..<frame + 1), into: target)
                return withExtendedLifetime(arena) { target.array }
            }
            #expect(mapped.features.frames.array == expected)
        }
        // A sum is extracted, so it needs the map.
        let plan = SequencePlan(
            recording: 0, firstBlock: 0, transform: FeatureTransform(kind: .micHarmonics, gain: 0),
            partner: SequencePart(recording: 0, firstBlock: 1))
        let sum = TrainingBatch(sequences: 1, blocks: 4, slots: 2, kind: .micHarmonics, lookAhead: 0)
        sum.fill(0, plan: plan, recordings: data[1].training, scaler: data[1].scaler)
        try sum.checkAudio()
        #expect(data[1].training[0].map?.isDesigned == true && data[1].training[1].map?.isDesigned == false)
        withExtendedLifetime(data) {}
    }

    @Test func featuresOfOneArrayRefuseThem() throws {
        let folder = try folder()
        defer { withExtendedLifetime(folder) {} }
        #expect(throws: TrainingError.self) { try data(folder, .micCoherence) }
    }
}
