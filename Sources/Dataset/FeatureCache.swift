import Audio
public import Features
import Files
import Fingerprints
import Glibc
import SafeTensors
import Signal
public import Tensor

/// The features of one recording in a memory-mapped file, so that a data set may exceed the memory.
///
/// The file has a header (`FeatureCacheHeader`) and frames [n, 64, C], unscaled, in one of several forms (`FeatureForm`). It is used if the
/// recording's contents are unchanged and its own checksum is right; otherwise it is rebuilt.
@safe
public final class FeatureCache: @unchecked Sendable {
    public let kind: FeatureKind
    /// [n, 64, C].
    public let shape: Shape
    private let bits: FeatureForm.Bits
    private let values: UnsafeRawPointer
    /// Digest of the recording's bytes.
    package let content: UInt64
    /// Why a previous file was replaced; nil if it was used, or none existed.
    package let replaced: FeatureFault?
    /// Samples of the recording that were replaced by 0.
    package let unsoundSamples: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// Whole blocks of 5 frames.
    public var blocks: Int { shape[0] / FrameLayout.framesPerBlock }

    /// [n, 64, C], unscaled, of a cache of 32 bits.
    public var frames: TensorRef<Float> {
        precondition(bits == .single, "numbers of 16 bits are read by `read`")
        return unsafe TensorRef(unsafeBase: values.assumingMemoryBound(to: Float.self), shape: shape)
    }

    /// Copies frames of any form.
    /// - Parameter target: [range, 64, C].
    public func read(_ range: Range<Int>, into target: MutableTensorRef<Float>) {
        switch bits {
        case .single: target.copy(from: frames.rows(range))
        case .half:
            let halves = unsafe TensorRef(unsafeBase: values.assumingMemoryBound(to: UInt16.self), shape: shape).rows(range)
            Half.widen(halves, into: target)
        }
    }

    /// Whether all numbers are finite.
    package var isFinite: Bool {
        let frame = Shape(1, shape[1], shape[2])
        var arena = Arena<Float>(holding: frame)
        let values = arena.take(frame)
        return (0..<shape[0]).allSatisfy {
            read($0..<$0 + 1, into: values)
            return values.readOnly.isFinite
        }
    }

    /// Opens the cache of a recording; extracts its features first unless a matching file exists.
    /// - Parameters:
    ///   - folder: an existing folder for the caches of one or several data sets.
    ///   - form: of the file.
    /// - Throws: audio that cannot be read, has another sample rate or channel count, or non-finite samples; a folder that
    ///   cannot be written.
    public static func open(
        recording: Recording, kind: FeatureKind, folder: String, form: FeatureForm = .exact
    ) throws -> FeatureCache {
        let path = "\(folder)/\(recording.name).\(kind.rawValue)\(form.suffix)"
        let channels = try channels(of: recording, kind: kind)
        var replaced: FeatureFault?
        // Another process may put features of other audio there as soon as these are written.
        for attempt in 0..<4 {
            do {
                return try kept(path: path, audio: recording.audio, kind: kind, channels: channels, form: form, replaced: replaced)
            } catch let fault as FeatureFault {
                if fault != .missing { replaced = replaced ?? fault }
            }
            if attempt < 3 { try extract(recording: recording, kind: kind, channels: channels, form: form, to: path) }
        }
        throw TrainingError.cache(
            file: path, problem: "another process keeps replacing it with features of other audio: give another --cache")
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
        path: String, audio: String, kind: FeatureKind, channels: Int, form: FeatureForm, replaced: FeatureFault?
    ) throws -> FeatureCache {
        let stamp = try FileStamp(audio)
        let flags = O_CLOEXEC | O_NONBLOCK
        var descriptor = unsafe Glibc.open(path.systemPath, O_RDWR | flags)
        if descriptor < 0 { descriptor = unsafe Glibc.open(path.systemPath, O_RDONLY | flags) }
        guard descriptor >= 0 else { throw errno == ENOENT ? FeatureFault.missing : .damaged("it cannot be opened") }
        defer { close(descriptor) }
        let header = try FeatureCacheHeader(descriptor: descriptor, kind: kind, channels: channels, form: form)
        let isStamped = header.stamp == stamp.words
        guard try isStamped || header.content == Digest.ofContents(audio) else { throw FeatureFault.other }
        let cache = try FeatureCache(
            descriptor: descriptor, header: header, kind: kind, form: form, bandChannels: form.channels(of: kind, audio: channels),
            replaced: replaced)
        // Contents that were compared byte by byte need not be read the next time.
        if !isStamped, stamp.isSettled { header.with(stamp: stamp).write(to: descriptor) }
        return cache
    }

    private init(
        descriptor: Int32, header: FeatureCacheHeader, kind: FeatureKind, form: FeatureForm, bandChannels: Int, replaced: FeatureFault?
    ) throws(FeatureFault) {
        var status = stat()
        let frameBytes = FrameTiming.melBands * bandChannels * form.bits.bytes
        let offset = FeatureCacheHeader.size(of: form)
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
        bits = form.bits
        shape = Shape(header.frames, FrameTiming.melBands, bandChannels)
        unsafe values = UnsafeRawPointer(base + offset)
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
                    + "were of other audio, another array or another version: rebuilt")
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
