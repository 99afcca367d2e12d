import Dataset
import DatasetSupport
import Dispatch
import Features
import Foundation
import Signal
import Tensor
import Testing
import Training

/// Sequences that are sums of two recordings, made while training.
@Suite struct SequenceMixingTests {
    private let dataset = LayoutFolder()
    private let a = "fold3_room1_mix001_ov1"
    private let b = "fold3_room1_mix002_ov1"

    /// Two recordings of one room, of 20 and 12 blocks and a half, in both formats; one for validation.
    init() throws {
        for format in DatasetFormat.allCases {
            for (name, blocks) in [(a, 20), (b, 12), ("fold2_room1_mix001_ov1", 3)] {
                let noise = LayoutFolder.noise(name + format.rawValue, blocks: blocks + 1)
                try dataset.put(name, Array(noise[..<(blocks * 2400 * 4 + 1200 * 4)]), rows: [], format: format)
            }
        }
        try label(a, (2..<9).map { "\($0),1,0,10,0" })
        try label(b, (0..<3).map { "\($0),2,0,-60,30" } + (6..<12).map { "\($0),3,0,120,0" })
    }

    private func label(_ name: String, _ rows: [String]) throws {
        try rows.map { $0 + "\n" }.joined().write(toFile: dataset.metadata(name), atomically: true, encoding: .utf8)
    }

    private func load(_ kind: FeatureKind = .foaIntensity, extra: [LayoutFolder] = []) throws -> TrainingData {
        let format: DatasetFormat = kind == .foaIntensity ? .foa : .mic
        return try TrainingData(
            layout: dataset.layout(format), extra: extra.map { $0.layout(format) }, kind: kind, slots: 2,
            cache: "\(dataset.root)/cache", threads: 2
        ) { _ in }
    }

    /// A batch of one sequence, filled with the sum of both recordings from two starts, neither scaled nor changed.
    private func sum(
        _ data: TrainingData, from first: Int, and second: Int, blocks: Int, lookAhead: Int = 0
    ) throws -> TrainingBatch {
        let batch = TrainingBatch(sequences: 1, blocks: blocks, slots: 2, kind: data.kind, lookAhead: lookAhead)
        let plan = SequencePlan(
            recording: 0, firstBlock: first, transform: FeatureTransform(kind: data.kind, gain: 0),
            partner: SequencePart(recording: 1, firstBlock: second))
        batch.fill(0, plan: plan, recordings: data.training, scaler: plain(data.kind))
        try batch.checkAudio()
        return batch
    }

    private func plain(_ kind: FeatureKind) -> FeatureScaler {
        let count = FrameTiming.melBands * kind.channels
        return FeatureScaler(
            kind: kind, mean: [Float](repeating: 0, count: count), deviation: [Float](repeating: 1, count: count))
    }

    /// Features of the whole sum of both recordings, the first delayed so that its start meets the second's.
    private func whole(_ kind: FeatureKind, delay: Int) throws -> [Float] {
        let format: DatasetFormat = kind == .foaIntensity ? .foa : .mic
        let one = [Float](repeating: 0, count: delay * 2400 * 4) + (try dataset.samples(a, format))
        let other = try dataset.samples(b, format)
        let samples = (0..<max(one.count, other.count)).map { ($0 < one.count ? one[$0] : 0) + ($0 < other.count ? other[$0] : 0) }
        var extractor = FeatureExtractor(kind)
        var frames: [Float] = []
        extractor.push(samples.span) { frames += $0.array }
        return frames
    }

    @Test(arguments: FeatureKind.allCases.filter { !$0.isArrayIndependent }, [(0, 0), (3, 3), (2, 5), (0, 7), (9, 9), (14, 14)])
    func featuresEqualThoseOfTheWholeSum(kind: FeatureKind, starts: (Int, Int)) throws {
        let data = try load(kind)
        defer { withExtendedLifetime(data) {} }
        let batch = try sum(data, from: starts.0, and: starts.1, blocks: 6)
        let block = FrameLayout.framesPerBlock * FrameTiming.melBands * kind.channels
        // Whole blocks of the longer recording; later blocks are 0 after scaling.
        let expected = try whole(kind, delay: starts.1 - starts.0)
        let available = min(6, max(20 - starts.0, 12 - starts.1))
        let cut = Array(expected[starts.1 * block..<(starts.1 + available) * block])
        let got = batch.input.array
        #expect(Array(got[..<cut.count]) == cut)
        #expect(got[cut.count...].allSatisfy { $0 == 0 } && got.count == 6 * block)
    }

    /// Slots of each block as azimuths, with a ! where an event begins.
    private func slots(_ batch: TrainingBatch) -> [String] {
        (0..<batch.blocks).map { block in
            (0..<2).map { slot in
                let at = block * 2 + slot
                guard batch.active[at] > 0 else { return batch.onset[at] > 0 ? "wrong" : "-" }
                let azimuth = atan2(batch.references[at * 3 + 1], batch.references[at * 3]) * 180 / .pi
                return "\(Int(azimuth.rounded()))\(batch.onset[at] > 0 ? "!" : "")"
            }.joined(separator: " ")
        }
    }

    @Test func eventsKeepTheirSlots() throws {
        let data = try load()
        defer { withExtendedLifetime(data) {} }
        // The first sounds in its blocks 2 to 8, the second in 0 to 2 and 6 to 11.
        #expect(
            try slots(sum(data, from: 0, and: 0, blocks: 13)) == [
                "-60! -", "-60 -", "-60 10!", "- 10", "- 10", "- 10", "120! 10", "120 10", "120 10", "120 -", "120 -",
                "120 -", "- -",
            ])
        // An event that sounds already begins no more; it has the lowest slot.
        #expect(try slots(sum(data, from: 7, and: 1, blocks: 6)) == ["10 -60", "10 -60", "- -", "- -", "- -", "120! -"])
        // Delayed by two blocks: what sounded before the sequence is described first.
        #expect(
            try slots(sum(data, from: 7, and: 1, blocks: 6, lookAhead: 2))
                == ["10 -", "10 -60!", "10 -60", "10 -60", "- -", "- -"])
        // After the end of the longer one nothing is described.
        #expect(try slots(sum(data, from: 17, and: 11, blocks: 5)) == ["120 -", "- -", "- -", "- -", "- -"])
    }

    @Test func moreEventsThanSlotsWaitForOne() throws {
        try label(a, (0..<6).map { "\($0),1,0,10,0" } + (1..<6).map { "\($0),1,1,90,0" })
        try label(b, (3..<8).map { "\($0),2,0,-60,0" })
        let data = try load()
        defer { withExtendedLifetime(data) {} }
        #expect(
            try slots(sum(data, from: 0, and: 0, blocks: 8))
                == ["10! -", "10 90!", "10 90", "10 90", "10 90", "10 90", "-60! -", "-60 -"])
    }

    @Test func withoutMixingTheDrawsAreUnchanged() throws {
        let data = try load()
        defer { withExtendedLifetime(data) {} }
        let batch = TrainingBatch(sequences: 8, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
        let plain = batch.plan(step: 3, seed: 5, recordings: data.training, augmentation: AugmentationSettings())
        #expect(plain.map(\.recording) == [0, 1, 0, 0, 0, 0, 0, 0])
        #expect(plain.map(\.firstBlock) == [4, 4, 13, 8, 1, 2, 3, 12])
        #expect(plain.allSatisfy { $0.partner == nil })
        // With mixing, the other draws are unchanged.
        let mixing = try SequenceMixing(probability: 0.5, recordings: data.training)
        let mixed = batch.plan(
            step: 3, seed: 5, recordings: data.training, augmentation: AugmentationSettings(), mixing: mixing)
        #expect(mixed.contains { $0.partner != nil } && mixed.contains { $0.partner == nil })
        for (one, other) in zip(plain, mixed) {
            #expect(one.transform.symmetry == other.transform.symmetry)
            if other.partner == nil { #expect(one.recording == other.recording && one.firstBlock == other.firstBlock) }
        }
        #expect(batch.sources.count == 8 + mixed.count { $0.partner != nil })
    }

    @Test func sumsAreOfTheSameRoomInTheRequestedShare() throws {
        let extra = LayoutFolder()
        for (index, name) in [
            "fold3_room1_mix001_ov1", "fold3_room2_mix001_ov1", "fold3_room2_mix002_ov1", "fold3_room2_mix003_ov1",
            "fold3_room1_mix004_ov2", "fold4_room1_mix001_ov1", "odd",
        ].enumerated() {
            let blocks = 8 + index
            try extra.put(name == "odd" ? "fold3_odd_ov1" : name, LayoutFolder.noise(name, blocks: blocks), rows: ["0,1,0,0,0"])
        }
        let data = try load(extra: [extra])
        defer { withExtendedLifetime(data) {} }
        let rooms = data.training.map(\.mixable?.room)
        #expect(rooms.count { $0 == nil } == 2)
        let mixing = try SequenceMixing(probability: 0.25, recordings: data.training)
        let batch = TrainingBatch(sequences: 400, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
        var drawn: [Int: Int] = [:]
        var sums = 0
        for step in 0..<10 {
            let plans = batch.plan(
                step: step, seed: 1, recordings: data.training, augmentation: AugmentationSettings(), mixing: mixing)
            for plan in plans {
                guard let partner = plan.partner else { continue }
                sums += 1
                #expect(plan.recording != partner.recording && rooms[plan.recording] == rooms[partner.recording])
                #expect(rooms[plan.recording] != nil)
                for part in [SequencePart(recording: plan.recording, firstBlock: plan.firstBlock), partner] {
                    drawn[part.recording, default: 0] += 1
                    #expect((0...data.training[part.recording].blocks - 4).contains(part.firstBlock))
                }
            }
        }
        #expect((900...1100).contains(sums))
        // Both recordings of room 1 and the three of the other folder's room 2, but not the single ones.
        #expect(drawn.count == 5 && drawn.values.allSatisfy { $0 > 100 })
    }

    @Test func sumsOfAnyRoomsAtAnyLevel() throws {
        let extra = LayoutFolder()
        for name in ["fold4_room7_mix001_ov1", "fold5_room1_mix001_ov2"] {
            try extra.put(name, LayoutFolder.noise(name, blocks: 9), rows: ["0,1,0,0,0"])
        }
        let data = try load(extra: [extra])
        defer { withExtendedLifetime(data) {} }
        let mixing = try SequenceMixing(probability: 1, recordings: data.training, partners: .any, level: 6)
        let batch = TrainingBatch(sequences: 300, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
        let plans = batch.plan(
            step: 1, seed: 1, recordings: data.training, augmentation: AugmentationSettings(), mixing: mixing)
        let partners = plans.compactMap(\.partner)
        #expect(partners.count == 300)
        let pairs = Set(zip(plans, partners).map { [$0.recording, $1.recording] })
        // Three recordings of one source, every ordered pair of two different ones.
        #expect(pairs.count == 6 && pairs.allSatisfy { $0[0] != $0[1] })
        let levels = partners.map { 20 * log10($0.gain) }
        #expect(levels.allSatisfy { abs($0) <= 6.001 } && levels.contains { $0 > 4 } && levels.contains { $0 < -4 })
    }

    @Test func theGainOfASumAppliesToItsSecondPart() throws {
        let data = try load()
        defer { withExtendedLifetime(data) {} }
        func filled(gain: Float) throws -> [Float] {
            let batch = TrainingBatch(sequences: 1, blocks: 4, slots: 2, kind: data.kind, lookAhead: 0)
            // Two starts beyond the end of the first recording, so that the second sounds alone.
            let plan = SequencePlan(
                recording: 0, firstBlock: 20, transform: FeatureTransform(kind: data.kind, gain: 0),
                partner: SequencePart(recording: 1, firstBlock: 2, gain: gain))
            batch.fill(0, plan: plan, recordings: data.training, scaler: plain(data.kind))
            try batch.checkAudio()
            return batch.input.array
        }
        let (whole, half) = (try filled(gain: 1), try filled(gain: 0.5))
        let channels = data.kind.channels
        // 6.02 dB in the levels of every frame except the first, which still contains the first recording.
        for i in 5 * 64 * channels..<whole.count where i % channels < 4 { #expect(abs(whole[i] - half[i] - 6.0206) < 1e-2) }
    }

    @Test func nothingToMixIsReported() throws {
        try FileManager.default.removeItem(atPath: dataset.audio(b))
        let data = try load()
        #expect { _ = try SequenceMixing(probability: 0.5, recordings: data.training) } throws: { "\($0)".hasPrefix("mix: expected") }
    }

    @Test func missingAudioIsNamed() throws {
        let data = try load()
        try FileManager.default.removeItem(atPath: dataset.audio(b))
        defer { withExtendedLifetime(data) {} }
        #expect { _ = try sum(data, from: 0, and: 0, blocks: 4) } throws: { "\($0)".contains(dataset.audio(b)) }
    }

    @Test func theNumberOfThreadsDoesNotMatter() throws {
        let data = try load()
        defer { withExtendedLifetime(data) {} }
        let mixing = try SequenceMixing(probability: 0.7, recordings: data.training)
        let batches = (0..<2).map { _ in
            TrainingBatch(sequences: 12, blocks: 5, slots: 2, kind: data.kind, lookAhead: 1)
        }
        for (batch, threads) in zip(batches, [1, 4]) {
            let plans = batch.plan(
                step: 0, seed: 9, recordings: data.training, augmentation: AugmentationSettings(), mixing: mixing)
            DispatchQueue.concurrentPerform(iterations: threads) { worker in
                for item in stride(from: worker, to: 12, by: threads) {
                    batch.fill(item, plan: plans[item], recordings: data.training, scaler: data.scaler)
                }
            }
            try batch.checkAudio()
        }
        #expect(batches[0].input.array == batches[1].input.array)
        #expect(batches[0].references.array == batches[1].references.array)
        #expect(batches[0].onset.array == batches[1].onset.array)
    }
}
