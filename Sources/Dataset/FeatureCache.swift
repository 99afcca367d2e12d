import Audio
public import Features
import Files
import Fingerprints
import Glibc
import Signal
public import Tensor

/// The features of one recording in a memory-mapped file, so that a data set may exceed the memory.
///
/// The file has a header (`FeatureCacheHeader`) and float32 frames [n, 64, C], unscaled. It is used if the recording's contents
/// are unchanged and its own checksum is right; otherwise it is rebuilt.
@safe
public final class FeatureCache: @unchecked Sendable {
    public let kind: FeatureKind
    /// [n, 64, C], unscaled.
    public let frames: TensorRef<Float>
    /// Digest of the recording's bytes.
    package let content: UInt64
    /// Why a previous file was replaced; nil if it was used, or none existed.
    package let replaced: FeatureFault?
    /// Samples of the recording that were replaced by 0.
    package let unsoundSamples: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// Whole blocks of 5 frames.
    public var blocks: Int { frames.shape[0] / FrameLayout.framesPerBlock }

    /// Opens the cache of a recording; extracts its features first unless a matching file exists.
    /// - Parameter folder: an existing folder for the caches of one or several data sets.
    /// - Throws: audio that cannot be read, has another sample rate or channel count, or non-finite samples; a folder that
    ///   cannot be written.
    public static func open(recording: Recording, kind: FeatureKind, folder: String) throws -> FeatureCache {
        let path = path(of: recording, kind: kind, in: folder)
        let channels = try channels(of: recording, kind: kind)
        var replaced: FeatureFault?
        // Another process may put features of other audio there as soon as these are written.
        for attempt in 0..<4 {
            do {
                return try kept(path: path, audio: recording.audio, kind: kind, channels: channels, replaced: replaced)
            } catch let fault as FeatureFault {
                if fault != .missing { replaced = replaced ?? fault }
            }
            if attempt < 3 { try extract(recording: recording, kind: kind, channels: channels, to: path) }
        }
        throw TrainingError.cache(
            file: path, problem: "another process keeps replacing it with features of other audio: give another --cache")
    }

    static func path(of recording: Recording, kind: FeatureKind, in folder: String) -> String {
        "\(folder)/\(recording.name).\(kind.rawValue).features"
    }

    /// Channels of a recording's audio.
    /// - Throws: for an array of another number of capsules than the features have.
    private static func channels(of recording: Recording, kind: FeatureKind) throws -> Int {
        guard !kind.isAmbisonic else { return FrameLayout.channels }
        let capsules = try recording.geometry().capsules.count
        guard kind.isArrayIndependent || capsules == FrameLayout.channels else {
            throw TrainingError.settings(
                "\(recording.arrayFile ?? recording.audio): expected an array of \(FrameLayout.channels) capsules, as features \(kind.rawValue) "
                    + "have, found \(capsules): use a model or features of \(FeatureKind.micHarmonics.rawValue)")
        }
        return capsules
    }

    deinit { unsafe munmap(mapping, mappedBytes) }

    /// Maps a file whose header matches this audio.
    /// - Throws: `FeatureFault`; `FileError` for audio that cannot be read.
    private static func kept(
        path: String, audio: String, kind: FeatureKind, channels: Int, replaced: FeatureFault?
    ) throws -> FeatureCache {
        let stamp = try FileStamp(audio)
        let flags = O_CLOEXEC | O_NONBLOCK
        var descriptor = unsafe Glibc.open(path.systemPath, O_RDWR | flags)
        if descriptor < 0 { descriptor = unsafe Glibc.open(path.systemPath, O_RDONLY | flags) }
        guard descriptor >= 0 else { throw errno == ENOENT ? FeatureFault.missing : .damaged("it cannot be opened") }
        defer { close(descriptor) }
        let header = try FeatureCacheHeader(descriptor: descriptor, kind: kind, channels: channels)
        let isStamped = header.stamp == stamp.words
        guard try isStamped || header.content == Digest.ofContents(audio) else { throw FeatureFault.other }
        let cache = try FeatureCache(
            descriptor: descriptor, header: header, kind: kind, bandChannels: kind.frameChannels(of: channels), replaced: replaced)
        // Contents that were compared byte by byte need not be read the next time.
        if !isStamped, stamp.isSettled { header.with(stamp: stamp).write(to: descriptor) }
        return cache
    }

    private init(
        descriptor: Int32, header: FeatureCacheHeader, kind: FeatureKind, bandChannels: Int, replaced: FeatureFault?
    ) throws(FeatureFault) {
        var status = stat()
        let frameBytes = FrameTiming.melBands * bandChannels * MemoryLayout<Float>.stride
        let offset = FeatureCacheHeader.byteCount
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .damaged("it is not an ordinary file")
        }
        let bytes = Int(status.st_size)
        let (expected, overflow) = frameBytes.multipliedReportingOverflow(by: header.frames)
        guard !overflow, bytes - offset == expected else {
            throw .damaged("expected \(header.frames) frames, found \(bytes - offset) bytes")
        }
        guard let base = unsafe mmap(nil, bytes, PROT_READ, MAP_SHARED, descriptor, 0), unsafe base != MAP_FAILED else {
            throw .damaged("it cannot be mapped into memory")
        }
        var digest = Digest()
        unsafe digest.add(UnsafeRawBufferPointer(start: base + offset, count: expected))
        guard digest.value == header.checksum else {
            unsafe munmap(base, bytes)
            throw .damaged("its checksum does not match its contents")
        }
        unsafe mapping = base
        mappedBytes = bytes
        content = header.content
        unsoundSamples = header.unsoundSamples
        self.kind = kind
        self.replaced = replaced
        let values = unsafe (base + offset).assumingMemoryBound(to: Float.self)
        frames = unsafe TensorRef(
            unsafeBase: UnsafePointer(values), shape: Shape(header.frames, FrameTiming.melBands, bandChannels))
    }

    /// Streams a recording through the extractor into a new file, which is renamed when complete.
    private static func extract(recording: Recording, kind: FeatureKind, channels: Int, to path: String) throws {
        let audio = recording.audio
        let reader = try Recording.reader(of: audio, isAmbisonic: kind.isAmbisonic, channels: channels)
        let stamp = try FileStamp(audio)
        let content = try Digest.ofContents(audio)
        let file = try ReplacementFile(path)
        // Reserves space for the header, which is known at the end.
        try file.write([UInt8](repeating: 0, count: FeatureCacheHeader.byteCount))
        var extractor = FeatureExtractor(kind, channels: channels)
        var samples = [Float](repeating: 0, count: FrameLayout.samplesPerBlock * 10 * channels)
        var output: [UInt8] = []
        var isFinite = true
        var frames = 0
        var digest = Digest()
        while true {
            var span = samples.mutableSpan
            let count = try reader.read(into: &span)
            guard count > 0 else { break }
            output.removeAll(keepingCapacity: true)
            extractor.push(samples.span.extracting(first: count * channels)) { frame in
                isFinite = isFinite && frame.euclideanNorm.isFinite
                frames += 1
                unsafe output.append(
                    contentsOf: UnsafeRawBufferPointer(start: frame.unsafeBase, count: frame.count * MemoryLayout<Float>.stride))
            }
            guard isFinite else {
                throw TrainingError.wrongAudio(
                    file: audio, expected: "samples with finite features", found: "samples that are not finite, or too large")
            }
            digest.add(output)
            try file.write(output)
        }
        guard try FileStamp(audio) == stamp else {
            throw TrainingError.wrongAudio(
                file: audio, expected: "a recording that does not change", found: "a change while it was read: run the command again")
        }
        let header = FeatureCacheHeader(
            kind: kind, channels: channels, frames: frames, content: content, checksum: digest.value, unsoundSamples: reader.unsoundSamples,
            stamp: stamp.isSettled ? stamp : nil)
        try file.rewrite(header.bytes)
        try file.commit(synced: false)
    }
}

extension FeatureCache {
    /// One line for each damaged file, and one for all files of other audio, which were rebuilt.
    package static func remarks(_ caches: [(name: String, cache: FeatureCache)], folder: String) -> [String] {
        var lines: [String] = []
        var others: [String] = []
        for (name, cache) in caches {
            switch cache.replaced {
            case .damaged(let problem): lines.append("\(folder)/\(name).\(cache.kind.rawValue).features: \(problem): rebuilt")
            case .other: others.append(name)
            case .missing, nil: break
            }
        }
        if let first = others.first {
            lines.append(
                "\(folder): the features of \(others.count) recordings (\(first)\(others.count > 1 ? ", ..." : "")) "
                    + "were of other audio or another version: rebuilt")
        }
        return lines
    }

    /// Removes temporary files of killed processes that are more than an hour old; newer ones may be in use.
    package static func removeLeftovers(in folder: String) {
        for name in (try? Folder.names(in: folder)) ?? [] where ReplacementFile.isTemporary(name) {
            var status = stat()
            let path = "\(folder)/\(name)"
            if unsafe stat(path.systemPath, &status) == 0, time(nil) - status.st_mtim.tv_sec > 3600 { _ = unsafe unlink(path.systemPath) }
        }
    }
}
