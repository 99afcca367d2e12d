import Audio
public import Features
import Files
import Glibc
public import Tensor

/// The features of one recording in a memory-mapped file, so that a data set larger than memory trains.
///
/// The file is a header of 64 bytes and float32 frames [n, 64, C], unscaled. It carries the size and the time of the
/// audio that it was made from, and is made anew when either, the feature kind or the features' version differ.
@safe
public final class FeatureCache: @unchecked Sendable {
    /// Raised whenever the features themselves change, so that old caches are not used.
    static let version: UInt32 = 2
    static let headerBytes = 64

    public let kind: FeatureKind
    /// [n, 64, C], unscaled.
    public let frames: TensorRef<Float>
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// Whole blocks of 5 frames.
    public var blocks: Int { frames.shape[0] / FrameTiming.framesPerBlock }

    /// The cache of a recording, extracted first where there is none that fits.
    /// - Parameter folder: where caches of this data set lie; made when missing.
    /// - Throws: audio that cannot be read, has another rate or channel count, or samples that are not finite; a folder that cannot be written.
    public static func open(recording: Recording, kind: FeatureKind, folder: String) throws -> FeatureCache {
        let stamp = try Stamp(of: recording.audio, kind: kind)
        let path = "\(folder)/\(recording.name).\(kind.rawValue).features"
        if let cache = try? FeatureCache(path: path, stamp: stamp, kind: kind) { return cache }
        try extract(recording: recording, kind: kind, stamp: stamp, to: path)
        return try FeatureCache(path: path, stamp: stamp, kind: kind)
    }

    deinit { unsafe munmap(mapping, mappedBytes) }

    private init(path: String, stamp: Stamp, kind: FeatureKind) throws(TrainingError) {
        guard let file = try? RegularFile(path, limit: .audio) else { throw .cache(file: path, problem: "cannot be opened") }
        let bytes = file.size
        let frameBytes = FrameTiming.melBands * kind.channels * MemoryLayout<Float>.stride
        guard bytes >= Self.headerBytes, (bytes - Self.headerBytes) % frameBytes == 0 else {
            throw .cache(file: path, problem: "is cut off")
        }
        let mapped = unsafe file.withDescriptor { unsafe mmap(nil, bytes, PROT_READ, MAP_SHARED, $0, 0) }
        guard let base = unsafe mapped, unsafe base != MAP_FAILED else {
            throw .cache(file: path, problem: "cannot be mapped into memory")
        }
        let header = unsafe Array(UnsafeRawBufferPointer(start: base, count: Self.headerBytes))
        guard header == stamp.header else {
            unsafe munmap(base, bytes)
            throw .cache(file: path, problem: "was made from other audio or other features")
        }
        unsafe mapping = base
        mappedBytes = bytes
        self.kind = kind
        let count = (bytes - Self.headerBytes) / frameBytes
        let values = unsafe (base + Self.headerBytes).assumingMemoryBound(to: Float.self)
        frames = unsafe TensorRef(
            unsafeBase: UnsafePointer(values), shape: Shape(count, FrameTiming.melBands, kind.channels))
    }

    /// Streams a recording through the extractor into a new file, put in place only when it is whole.
    private static func extract(recording: Recording, kind: FeatureKind, stamp: Stamp, to path: String) throws {
        let reader = try Recording.reader(of: recording.audio, isAmbisonic: kind.isAmbisonic)
        let file = try ReplacementFile(path)
        try file.write(stamp.header)
        var extractor = FeatureExtractor(kind)
        var samples = [Float](repeating: 0, count: FrameTiming.samplesPerBlock * 10 * FrameTiming.microphones)
        var output: [UInt8] = []
        var isFinite = true
        while true {
            var span = samples.mutableSpan
            let count = try reader.read(into: &span)
            guard count > 0 else { break }
            output.removeAll(keepingCapacity: true)
            extractor.push(samples.span.extracting(first: count * FrameTiming.microphones)) { frame in
                isFinite = isFinite && Adam.norm(frame).isFinite
                unsafe output.append(
                    contentsOf: UnsafeRawBufferPointer(UnsafeBufferPointer(start: frame.unsafeBase, count: frame.count)))
            }
            guard isFinite else {
                throw TrainingError.wrongAudio(
                    file: recording.audio, expected: "samples whose features are finite",
                    found: "some that are none, or too large")
            }
            try file.write(output)
        }
        try file.commit(synced: false)
    }

    /// What a cache must have been made from to be used.
    private struct Stamp {
        let header: [UInt8]

        init(of audio: String, kind: FeatureKind) throws(TrainingError) {
            var status = stat()
            guard unsafe stat(audio.systemPath, &status) == 0 else {
                throw .inputOutput(file: audio, problem: unsafe String(cString: strerror(errno)))
            }
            var header = Array("bearing-features".utf8)
            func append(_ value: Int64) { unsafe withUnsafeBytes(of: value.littleEndian) { unsafe header.append(contentsOf: $0) } }
            append(Int64(FeatureCache.version))
            append(Int64(FeatureKind.allCases.firstIndex(of: kind)!))
            append(Int64(status.st_size))
            append(Int64(status.st_mtim.tv_sec))
            append(Int64(status.st_mtim.tv_nsec))
            header += [UInt8](repeating: 0, count: FeatureCache.headerBytes - header.count)
            self.header = header
        }
    }
}
