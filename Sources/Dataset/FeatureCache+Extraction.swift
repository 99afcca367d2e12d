import Audio
import Features
import Files
import Fingerprints
import SafeTensors
import Signal
import Tensor

extension FeatureCache {
    /// Streams a recording through the extractor into a new file, which is renamed when complete.
    static func extract(recording: Recording, kind: FeatureKind, channels: Int, form: FeatureForm, to path: String) throws {
        let audio = recording.audio
        let reader = try Recording.reader(of: audio, isAmbisonic: kind.isAmbisonic, channels: channels)
        let stamp = try FileStamp(audio)
        let content = try Digest.ofContents(audio)
        let file = try ReplacementFile(path)
        // Reserves space for the header, which is known at the end.
        try file.write([UInt8](repeating: 0, count: FeatureCacheHeader.size(of: form)))
        var extractor = FeatureExtractor(kind, channels: channels)
        var samples = [Float](repeating: 0, count: FrameLayout.samplesPerBlock * 10 * channels)
        let writer = FrameWriter(form, kind: kind)
        var frames = 0
        var digest = Digest()
        while true {
            var span = samples.mutableSpan
            let count = try reader.read(into: &span)
            guard count > 0 else { break }
            writer.bytes.removeAll(keepingCapacity: true)
            extractor.push(samples.span.extracting(first: count * channels)) { frame in
                writer.append(frame)
                frames += 1
            }
            guard writer.isFinite else {
                throw TrainingError.wrongAudio(
                    file: audio, expected: "samples with finite features", found: "samples that are not finite, or too large")
            }
            digest.add(writer.bytes)
            try file.write(writer.bytes)
        }
        guard try FileStamp(audio) == stamp else {
            throw TrainingError.wrongAudio(
                file: audio, expected: "a recording that does not change", found: "a change while it was read: run the command again")
        }
        let header = FeatureCacheHeader(
            kind: kind, channels: channels, form: form, frames: frames, content: content, checksum: digest.value,
            unsoundSamples: reader.unsoundSamples, stamp: stamp.isSettled ? stamp : nil)
        try file.rewrite(header.bytes)
        try file.commit(synced: false)
    }
}

/// Converts extracted frames to the bytes of a file.
private final class FrameWriter {
    var bytes: [UInt8] = []
    /// Whether all numbers so far were finite, and within those of the form.
    private(set) var isFinite = true
    private let bits: FeatureForm.Bits
    private let map: HarmonicMap?
    /// [64, 12], a mapped frame.
    private let mapped: MutableTensorRef<Float>
    private let arena: Arena<Float>

    init(_ form: FeatureForm, kind: FeatureKind) {
        (bits, map) = (form.bits, form.map?.map)
        let shape = Shape(FrameTiming.melBands, kind.inputChannels)
        var arena = Arena<Float>(holding: shape)
        mapped = arena.take(shape)
        self.arena = arena
    }

    /// - Parameter frame: [64, C], as the extractor makes it.
    func append(_ frame: TensorRef<Float>) {
        map?.apply(frame, into: mapped)
        let values = map == nil ? frame : mapped.readOnly
        isFinite = isFinite && values.euclideanNorm.isFinite
        switch bits {
        case .single:
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: values.unsafeBase, count: values.count * bits.bytes))
        case .half:
            for index in 0..<values.count {
                guard let half = Half.bits(values[index]) else {
                    isFinite = false
                    return
                }
                bytes.append(UInt8(truncatingIfNeeded: half))
                bytes.append(UInt8(half >> 8))
            }
        }
    }
}
