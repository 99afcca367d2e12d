import Audio
import Configuration
import Features
import Files
import Formats
import Networks
import Pipeline
import Platform
import Tensor
import Tracking

/// One recording of `localize`, given by its pieces, from files to the text of its tracks.
struct RecordingLocalizer: Sendable {
    let model: LiveModel
    let input: BearingConfiguration.Input
    let output: TrackText.Output
    let hasLevels: Bool
    /// Whether the command line selects channels.
    let selectsChannels: Bool
    /// Whether features are computed on one thread while the network runs on another. The tracks are the same.
    let overlaps: Bool

    /// The result of one recording.
    struct Report: Sendable {
        /// Warnings, a line each.
        var notes: [String] = []
        var text: Result<String, any Error> = .success("")
    }

    /// Seconds of audio that are processed at once.
    private static let pieceSeconds = 1
    /// Pieces that may wait for the network.
    private static let room = 4

    /// - Parameters:
    ///   - progress: receives the done fraction of each piece.
    ///   - isStopped: whether the result is not needed any more.
    func report(_ paths: [String], progress: (Double) -> Void, isStopped: () -> Bool) -> Report {
        var report = Report()
        do {
            report.text = .success(try text(paths, &report.notes, progress, isStopped))
        } catch {
            report.text = .failure(error)
        }
        return report
    }

    private func text(_ paths: [String], _ notes: inout [String], _ progress: (Double) -> Void, _ isStopped: () -> Bool) throws -> String {
        let pipeline = FramePipeline(model)
        let frameShape = Shape(FrameTiming.melBands, model.frameChannels)
        let stream = model.makeFeatureStream()
        var remarks = RecordingRemarks(model, input)
        var text = TrackText(output, levels: hasLevels, elevation: model.input.elevation)
        try overlap(room: overlaps ? Self.room : nil) { send in
            for path in paths where !isStopped() {
                try read(path, &notes, &remarks, progress, isStopped) { samples in
                    var frames: [Float] = []
                    stream.push(samples) { frames.append($0) }
                    send(frames)
                }
            }
        } consume: { frames in
            guard !frames.isEmpty else { return }
            frames.withTensor(Shape(frames.count / frameShape.count, frameShape[0], frameShape[1])) { frames in
                for row in 0..<frames.shape[0] { pipeline.push(frames.rows(row..<row + 1)) { text.append($0) } }
            }
        }
        let blocks = stream.blocks
        stream.finish(lookAhead: model.file.architecture.lookAhead) { frame in
            pipeline.push(frame) { if $0.block < blocks { text.append($0) } }
        }
        pipeline.finish(blocks: blocks) { text.append($0) }
        remarks.add(networkResets: pipeline.networkResets)
        notes += remarks.lines.map { "\(paths.first ?? ""): \($0)" }
        return text.finished
    }

    /// Reads a file piece by piece.
    private func read(
        _ path: String, _ notes: inout [String], _ remarks: inout RecordingRemarks, _ progress: (Double) -> Void, _ isStopped: () -> Bool,
        _ body: (Span<Float>) -> Void
    ) throws {
        do throws(AudioError) {
            // The channel map was applied when `run --record` wrote the file.
            let wasRecorded = Self.wasRecorded(path)
            if wasRecorded, selectsChannels {
                notes.append("\(path): --channels is not used, since `bearing run --record` already selected the channels of this file")
            }
            let stream = try AudioFileStream(
                path: path, map: wasRecorded ? nil : input.channels, count: model.input.channelCount, channels: model.input.channels)
            notes += stream.remarks
            var samples = [Float](repeating: 0, count: Self.pieceSeconds * AudioFormat.sampleRate * stream.channels)
            var done = 0
            while !isStopped() {
                var span = samples.mutableSpan
                let frames = try stream.read(into: &span)
                guard frames > 0 else { break }
                let piece = samples.span.extracting(0..<frames * stream.channels)
                body(piece)
                remarks.add(piece)
                done += frames
                progress(Double(done) / Double(max(1, stream.frames)))
            }
            remarks.add(unsoundSamples: stream.unsoundSamples)
        } catch {
            throw Failure(error)
        }
    }

    /// Whether a file of tracks lies beside the audio, as `run --record` writes it.
    private static func wasRecorded(_ path: String) -> Bool {
        TrackFiles.isRecordOfDaemon("\(PathName.folder(path))/\(PathName.stem(path)).jsonl")
    }
}

/// The network and all that follows: block by block like the daemon, or in windows that need what comes after them.
private enum FramePipeline {
    case live(LocalizationPipeline)
    case whole(RecordingPipeline)

    init(_ model: LiveModel) {
        self = model.file.architecture.form == .live ? .live(model.makePipeline()) : .whole(model.makeRecordingPipeline())
    }

    /// Blocks in which the network met a value that was not finite.
    var networkResets: Int {
        switch self {
        case .live(let pipeline): pipeline.networkResets
        case .whole(let pipeline): pipeline.brokenBlocks
        }
    }

    func push(_ frame: TensorRef<Float>, _ emit: (borrowing BlockTracks) -> Void) {
        switch self {
        case .live(let pipeline): pipeline.push(frame: frame, emit)
        case .whole(let pipeline): pipeline.push(frame: frame, emit)
        }
    }

    func finish(blocks: Int, _ emit: (borrowing BlockTracks) -> Void) {
        if case .whole(let pipeline) = self { pipeline.finish(blocks: blocks, emit) }
    }
}
