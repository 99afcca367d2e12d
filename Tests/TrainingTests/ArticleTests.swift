import Features
import Foundation
import Kernels
import Losses
import Networks
import Pipeline
import Platform
import Signal
import Tensor
import TestSupport
import Testing
import Tracking
import Training

/// The code of the articles in the API pages: it compiles, works, and equals the articles.
@Suite struct ArticleTests {
    private static let kind = FeatureKind.foaIntensity
    private static let architecture = DOAnetArchitecture(
        form: .live, channels: kind.channels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2)
    private static let parameters = DOAnetParameters<Float>(architecture, seed: 3)
    private static let settings = GateSettings(openThreshold: 0.4, openBlocks: 1, stayThreshold: 0.3, jumpDegrees: 10)
    private static let scaler = FeatureScaler(
        kind: kind, mean: Array(repeating: -20, count: FrameTiming.melBands * kind.channels),
        deviation: Array(repeating: 15, count: FrameTiming.melBands * kind.channels))

    private func walk(_ samples: [Float], _ report: (Int, Track) -> Void) {
        let (architecture, parameters, settings, scaler) = (Self.architecture, Self.parameters, Self.settings, Self.scaler)
        // Article: AudioBlock
        var extractor = FeatureExtractor(scaler.kind)
        let stepper = DOAnetStepper(parameters)
        var gate = TrackGate(settings, maximumTracks: architecture.maximumTracks)
        let shape = Shape(FrameLayout.framesPerBlock, FrameTiming.melBands, scaler.kind.channels)
        var arena = Arena<Float>(holding: shape)
        let block = arena.take(shape)
        var (frames, blocks) = (0, 0)
        extractor.push(samples.span) { frame in
            let row = block.rows(frames..<frames + 1)
            row.copy(from: frame)
            scaler.apply(row)
            frames += 1
            guard frames == FrameLayout.framesPerBlock else { return }
            frames = 0
            stepper.step(block.readOnly)
            let directions = stepper.directions.array
            let activities = stepper.activityLogits.array.map { 1 / (1 + exp(-$0)) }
            gate.step(directions: directions.span, probabilities: activities.span)
            for slot in 0..<architecture.maximumTracks {
                if let track = gate.track(slot) { report(blocks, track) }
            }
            blocks += 1
        }
        // End of the article's code
    }

    @Test func theAudioBlockArticleFindsTheTracksOfThePipeline() {
        var random = SeededRandom(seed: 5)
        let samples = (0..<2 * FrameLayout.sampleRate * FrameLayout.channels).map { _ in 0.1 * random.normal() }
        var (walked, piped): ([String], [String]) = ([], [])
        // The article leaves levels out.
        func text(_ block: Int, _ track: Track) -> String { "\(block) \(track.id) \(track.direction) \(track.activity) \(track.age)" }
        walk(samples) { block, track in walked.append(text(block, track)) }
        let pipeline = LocalizationPipeline(parameters: Self.parameters, scaler: Self.scaler, gate: Self.settings)
        pipeline.push(samples.span) { tracks in
            for index in 0..<tracks.count { piped.append(text(tracks.block, tracks[index])) }
        }
        #expect(walked == piped)
        #expect(walked.count > 10)
    }

    private func train(
        _ input: TensorRef<Float>, references: TensorRef<Float>, active: TensorRef<Float>, onset: TensorRef<Float>, sequences: Int,
        blocks: Int, steps: Int, _ report: (LossValue) -> Void
    ) throws {
        let architecture = Self.architecture
        // Article: TrainingBatch
        let team = WorkerTeam(count: 2)
        let network = DOAnetBatch<Float>(architecture, sequences: sequences, blocks: blocks, team: team)
        let parameters = DOAnetParameters<Float>(architecture, seed: 1)
        let gradients = DOAnetParameters<Float>(zeros: architecture)
        let loss = AssignmentLoss<Float>(settings: AssignmentLossSettings(), slots: architecture.maximumTracks)
        var adam = Adam(count: parameters.all.count)
        var layout = ArenaLayout<Float>()
        let (directions, logits) = (layout.add(network.directions.shape), layout.add(network.activityLogits.shape))
        let arena = Arena(layout)
        let (directionGradient, logitGradient) = (arena[directions], arena[logits])
        for _ in 0..<steps {
            network.forward(input, parameters, training: true)
            let value = loss.evaluate(
                LossBatch(
                    sequences: sequences, blocks: blocks, slots: architecture.maximumTracks, directions: network.directions.readOnly,
                    logits: network.activityLogits.readOnly, references: references, active: active, onset: onset,
                    directionGradient: directionGradient, logitGradient: logitGradient),
                team: team)
            network.backward(
                input, directionGradient: directionGradient.readOnly, activityGradient: logitGradient.readOnly, parameters,
                gradients: gradients)
            try adam.update(parameters: parameters.all, gradient: gradients.all.readOnly, rate: 0.003, clip: 5)
            report(value)
        }
        // End of the article's code
    }

    @Test func theTrainingBatchArticleLowersTheLoss() throws {
        let (sequences, blocks, slots) = (3, 4, Self.architecture.maximumTracks)
        var random = SeededRandom(seed: 6)
        let input = Shape(sequences, FrameLayout.framesPerBlock * blocks, FrameTiming.melBands, Self.kind.channels)
        let vectors = Shape(sequences, blocks, slots, 3)
        // One source to the left throughout; the second slot is empty.
        let references = (0..<sequences * blocks).flatMap { _ in [0, 1, 0, 0, 0, 0] as [Float] }
        let active = (0..<sequences * blocks).flatMap { _ in [1, 0] as [Float] }
        let onset = (0..<sequences * blocks).flatMap { [$0 % blocks == 0 ? 1 : 0, 0] as [Float] }
        var losses: [Double] = []
        try (0..<input.count).map { _ in random.normal() }.withTensor(input) { input in
            try references.withTensor(vectors) { references in
                try active.withTensor(Shape(sequences, blocks, slots)) { active in
                    try onset.withTensor(Shape(sequences, blocks, slots)) { onset in
                        try train(
                            input, references: references, active: active, onset: onset, sequences: sequences, blocks: blocks, steps: 30
                        ) { losses.append($0.total) }
                    }
                }
            }
        }
        let (first, last) = (try #require(losses.first), try #require(losses.last))
        #expect(losses.count == 30 && last < first / 2, "\(losses)")
    }

    @Test(arguments: ["Features/Features.docc/AudioBlock.md", "Networks/Networks.docc/TrainingBatch.md"])
    func articlesShowTheCodeOfThisFile(path: String) throws {
        let here = URL(fileURLWithPath: #filePath)
        let name = try #require(path.split(separator: "/").last).dropLast(3)
        let lines = try String(contentsOf: here, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasSuffix("// Article: \(name)") })
        let end = try #require(lines[start...].firstIndex { $0.hasSuffix("// End of the article's code") })
        let code = lines[(start + 1)..<end].map { $0.dropFirst(8) }.joined(separator: "\n")
        let article = here.deletingLastPathComponent().appendingPathComponent("../../Sources/\(path)")
        #expect(try String(contentsOf: article, encoding: .utf8).contains("```swift\n\(code)\n```"), "\(path) shows other code")
    }
}
