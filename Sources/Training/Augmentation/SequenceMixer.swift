import Audio
import Dataset
import Features
import Formats
import Signal
import Tensor
import Tracking

/// Computes features and labels of a sequence that is the sum of parts of two recordings, equal to those of the sum of the
/// whole recordings. One instance per thread.
final class SequenceMixer: @unchecked Sendable {
    private static let piece = 8192

    /// Of the recordings.
    let channels: Int
    private let blocks: Int
    private let slots: Int
    private let lookAhead: Int
    private var extractor: FeatureExtractor
    private let isAmbisonic: Bool
    /// [hop + 2400 blocks, channels]: the first frame starts one hop earlier.
    private var samples: [Float]
    private var read: [Float]
    private var arena: Arena<Float>
    /// [5 blocks, 64, C], unscaled.
    private let frames: MutableTensorRef<Float>

    /// - Parameters: `channels` of the recordings; `blocks` of a sequence.
    init(kind: FeatureKind, channels: Int = FrameLayout.channels, blocks: Int, slots: Int, lookAhead: Int) {
        (self.blocks, self.slots, self.lookAhead) = (blocks, slots, lookAhead)
        self.channels = channels
        extractor = FeatureExtractor(kind, channels: channels)
        isAmbisonic = kind.isAmbisonic
        let count = FrameLayout.hop + blocks * FrameLayout.samplesPerBlock
        samples = [Float](repeating: 0, count: count * channels)
        read = [Float](repeating: 0, count: Self.piece * channels)
        let shape = Shape(blocks * FrameLayout.framesPerBlock, FrameTiming.melBands, kind.frameChannels(of: channels))
        arena = Arena(holding: shape)
        frames = arena.take(shape)
    }

    /// The features of the sum of two parts, [5 blocks, 64, C], unscaled, valid until the next call. Where one recording ends,
    /// the longer continues; after both, frames are silence.
    ///
    /// - Throws: audio that can no longer be read.
    func features(of parts: [(audio: String, firstBlock: Int, gain: Float)]) throws -> TensorRef<Float> {
        unsafe samples.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
        for part in parts { try add(part.audio, from: part.firstBlock, gain: part.gain) }
        extractor.reset()
        // The first hop completes the frame before the first one.
        var row = -1
        extractor.push(samples.span) { frame in
            if row >= 0 { frames.rows(row..<row + 1).copy(from: frame) }
            row += 1
        }
        return frames.readOnly
    }

    /// Adds a part of a recording, including the hop before it; before the first sample and after the last is silence.
    private func add(_ audio: String, from firstBlock: Int, gain: Float) throws {
        let reader = try Recording.reader(of: audio, isAmbisonic: isAmbisonic, channels: channels)
        let begin = firstBlock * FrameLayout.samplesPerBlock - FrameLayout.hop
        guard begin < reader.frames else { return }
        try reader.seek(to: max(0, begin))
        var at = max(0, -begin) * channels
        while at < samples.count {
            let count = min(try Self.next(reader, into: &read) * channels, samples.count - at)
            if count == 0 { break }
            Self.add(read, count: count, gain: gain, to: &samples, at: at)
            at += count
        }
    }

    private static func add(_ source: [Float], count: Int, gain: Float, to target: inout [Float], at first: Int) {
        precondition(count <= source.count && first + count <= target.count, "the added samples lie within both")
        unsafe source.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
                for i in 0..<count { unsafe target[first + i] += gain * source[i] }
            }
        }
    }

    private static func next(_ reader: AudioFileReader, into samples: inout [Float]) throws -> Int {
        var span = samples.mutableSpan
        return try reader.read(into: &span)
    }

    /// The labels of the sum. Row 1 describes the first block of the sequence, delayed by the look-ahead, row 0 the block
    /// before.
    ///
    /// An event keeps its slot for the whole sequence. Events beyond the slots wait for one, as in `ReferenceLabels.slots`.
    func labels(of parts: [(references: ReferenceLabels, firstBlock: Int)]) -> SlotLabels {
        let count = blocks + 1
        var merged = [[LabelledDirection]](repeating: [], count: count)
        var identities = 0
        for part in parts {
            for index in 0..<count {
                let block = part.firstBlock - lookAhead - 1 + index
                guard part.references.blocks.indices.contains(block) else { continue }
                merged[index] += part.references.blocks[block].map {
                    LabelledDirection(identity: identities + $0.identity, direction: $0.direction)
                }
            }
            identities += part.references.identityCount
        }
        return SlotLabels(ReferenceLabels(blocks: merged), blocks: count, slots: slots)
    }
}
