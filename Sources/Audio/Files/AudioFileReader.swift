import CSndFile
import Files
import Glibc

/// Reads an audio file of any format of libsndfile as interleaved floats in ±1, in pieces of any size.
///
/// Samples that are not finite or above the limit (possible in float files) are read as 0 and counted.
@safe
public final class AudioFileReader {
    public let path: String
    public let channels: Int
    /// Sample rate in Hz.
    public let sampleRate: Int
    /// Frames in the whole file, each with one sample of every channel.
    public let frames: Int
    /// The frame that `read` returns next.
    public private(set) var position = 0
    /// Samples read as 0 because they were not finite or above `SoundSample.limit`.
    public private(set) var unsoundSamples = 0

    /// The Ambisonics convention that the header declares; nil if it declares none.
    public let ambisonics: AmbisonicConvention?
    /// Differences between the header and the contents, a line each.
    public let remarks: [String]

    private let file: OpaquePointer
    /// The input of `file`.
    private let source: DecoderFile
    private let conversion: AmbisonicConversion?

    private static let longestHours = 1000
    /// Bytes in a file, of any encoding.
    private static let longestSample = 16
    private static let sparse = "no sound within \(DecoderFile.search >> 20) MiB"

    /// Opens a file and checks its header.
    ///
    /// If the header declares fewer frames than exist, all are read, and `remarks` gives both numbers.
    ///
    /// - Parameters:
    ///   - expected: the required number of channels; nil for any.
    ///   - toAmbiX: whether Ambisonics in a convention that the header declares is converted to AmbiX; with four channels.
    /// - Throws: `missingFile`, `unreadableFile`, `emptyFile`, `notAudio`, `truncatedFile` (a file shorter than its header
    ///   says), `overlong`, `wrongChannelCount`.
    public init(path: String, channels expected: Int? = nil, toAmbiX: Bool = false) throws(AudioError) {
        let opened: RegularFile
        do throws(FileError) { opened = try RegularFile(path, limit: .audio) } catch { throw AudioError(error) }
        guard opened.size > 0 else { throw .emptyFile(path: path) }
        let (header, endsAsOgg, failure) = opened.withDescriptor { descriptor in
            let bytes = AudioBytes(descriptor: descriptor, size: opened.size)
            return (AudioHeader(bytes), OggEnd.isThere(bytes), bytes.failure)
        }
        if let failure { throw .unreadableFile(path: path, reason: failure.reason) }
        if let fault = header?.fault { throw .notAudio(path: path, reason: fault) }
        var info = SF_INFO()
        let needsPatches = header?.needsPatches(size: opened.size) ?? false
        let source = DecoderFile(
            opened.release(), size: needsPatches ? header?.data.upperBound ?? opened.size : opened.size,
            patches: needsPatches ? header?.patches ?? [] : [], isOgg: endsAsOgg != nil)
        let (handle, reason) = unsafe source.open(&info)
        if let failure = source.failure {
            if let handle = unsafe handle { unsafe sf_close(handle) }
            throw .unreadableFile(path: path, reason: failure.reason)
        }
        guard let file = unsafe handle else {
            throw .notAudio(path: path, reason: source.isExhausted ? Self.sparse : reason)
        }
        self.source = source
        unsafe self.file = file
        self.path = path
        channels = Int(info.channels)
        sampleRate = Int(info.samplerate)
        frames = Int(info.frames)
        ambisonics = header?.ambisonics
        conversion = toAmbiX ? AmbisonicConversion(from: header?.ambisonics) : nil
        let promise = header?.promise(besides: frames)
        remarks = Self.remarks(path, frames: frames, promise: promise, endsAsOgg: endsAsOgg)
        // All properties are set, so `deinit` closes the file if this throws.
        if frames == 0 { throw .emptyFile(path: path) }
        if info.frames == Int64.max { throw .notAudio(path: path, reason: "a header without a length") }
        if let promise, promise > frames, header?.isPlaceholder == false {
            throw .truncatedFile(path: path, expectedFrames: promise, foundFrames: frames)
        }
        guard frames / 3600 / Self.longestHours < max(1, sampleRate) else {
            throw .overlong(path: path, found: "\(frames / 3600 / max(1, sampleRate)) hours")
        }
        if let expected, expected != channels {
            throw .wrongChannelCount(source: path, expected: expected, found: channels)
        }
        precondition(conversion == nil || channels == AudioFormat.channels, "Ambisonics of the first order has four channels")
    }

    private static func remarks(_ path: String, frames: Int, promise: Int?, endsAsOgg: Bool?) -> [String] {
        var remarks: [String] = []
        if let promise {
            remarks.append(
                "\(path): expected \(promise) frames as its header says, found \(frames): all of them are used; save it again to correct "
                    + "the header")
        }
        if endsAsOgg == false {
            remarks.append(
                "\(path): expected the end of an Ogg stream, found a file that is cut off after \(frames) frames: all of them are used")
        }
        return remarks
    }

    deinit { unsafe sf_close(file) }

    /// Reads the next frames.
    ///
    /// - Parameter buffer: [n, channels]; receives as many whole frames as fit.
    /// - Returns: the number of frames; 0 at the end of the file.
    /// - Throws: `truncatedFile` if the data end, or cannot be decoded, before the header's number of frames;
    ///   `unreadableFile` if the disk fails.
    public func read(into buffer: inout MutableSpan<Float>) throws(AudioError) -> Int {
        let frames = buffer.count / channels
        let result = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe read(frames, to: UnsafeMutableBufferPointer(rebasing: $0[..<(frames * channels)]))
        }
        return try result.get()
    }

    /// Seeks to a frame of the file, 0 the first; the next `read` starts there.
    public func seek(to frame: Int) throws(AudioError) {
        source.beginCall()
        guard unsafe sf_seek(file, Int64(frame), Int32(SEEK_SET)) == Int64(frame) else {
            throw .unreadableFile(path: path, reason: source.failure?.reason ?? "cannot seek to frame \(frame) of \(frames)")
        }
        position = frame
    }

    /// All remaining frames, or at most `limit` of them, interleaved: for tests and short files.
    public func readAll(atMost limit: Int = .max) throws(AudioError) -> [Float] {
        var samples = [Float](repeating: 0, count: min(limit, max(0, frames - position)) * channels)
        let frames = samples.count / channels
        let result = unsafe samples.withUnsafeMutableBufferPointer { buffer in
            var filled = 0
            while filled < frames {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[(filled * channels)...])
                switch unsafe read(frames - filled, to: rest) {
                case .success(0): return Result<Int, AudioError>.success(filled)
                case .success(let got): filled += got
                case .failure(let error): return .failure(error)
                }
            }
            return .success(filled)
        }
        _ = try result.get()
        return samples
    }

    /// - Parameter buffer: [wanted, channels].
    private func read(_ wanted: Int, to buffer: UnsafeMutableBufferPointer<Float>) -> Result<Int, AudioError> {
        guard wanted > 0, let base = buffer.baseAddress else { return .success(0) }
        source.beginCall(samples: wanted * channels * Self.longestSample)
        let got = unsafe Int(sf_readf_float(file, base, Int64(wanted)))
        if let failure = source.failure { return .failure(.unreadableFile(path: path, reason: failure.reason)) }
        if got <= 0 {
            return position < frames
                ? .failure(.truncatedFile(path: path, expectedFrames: frames, foundFrames: position)) : .success(0)
        }
        var samples = unsafe buffer.mutableSpan
        unsoundSamples += SoundSample.replaceInvalid(in: &samples, count: got * channels)
        if let conversion {
            unsafe conversion.apply(to: UnsafeMutableBufferPointer(rebasing: buffer[..<(got * channels)]))
        }
        position += got
        return .success(got)
    }
}

extension AudioError {
    init(_ error: FileError) {
        switch error {
        case .missing(let path): self = .missingFile(path: path)
        case .notAFile(let path, let found): self = .unreadableFile(path: path, reason: found)
        case .tooLarge(let path, _, let found): self = .overlong(path: path, found: "a file of \(found) bytes")
        case .unreadable(let path, let reason), .unreadableFolder(let path, let reason):
            self = .unreadableFile(path: path, reason: reason)
        case .unwritable(let path, let reason), .unwritableFolder(let path, let reason):
            self = .unwritableFile(path: path, reason: reason)
        }
    }
}
