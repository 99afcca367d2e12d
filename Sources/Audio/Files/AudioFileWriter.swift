import CSndFile
import Files
import Glibc

/// Writes an audio file that appears under its name only when it is complete.
///
/// Samples go to a hidden file in the same folder, which `close` renames; `abort`, or releasing the writer without `close`,
/// removes it. A file that `grows` is the exception: it exists from the start, and is valid after each write. Values outside an
/// integer encoding (beyond ±1, or not finite) are clipped and counted.
@safe
public final class AudioFileWriter {
    public enum Encoding: Sendable, CaseIterable {
        /// WAV, 16-bit integers.
        case wave16
        /// WAV, 32-bit floats: preserves levels beyond ±1.
        case waveFloat
        case flac16
        case flac24

        /// Bits of an integer sample; nil for floats.
        var bits: Int? {
            switch self {
            case .wave16, .flac16: 16
            case .flac24: 24
            case .waveFloat: nil
            }
        }

        var code: Int {
            switch self {
            case .wave16: SF_FORMAT_WAV | SF_FORMAT_PCM_16
            case .waveFloat: SF_FORMAT_WAV | SF_FORMAT_FLOAT
            case .flac16: SF_FORMAT_FLAC | SF_FORMAT_PCM_16
            case .flac24: SF_FORMAT_FLAC | SF_FORMAT_PCM_24
            }
        }
    }

    public let path: String
    public let encoding: Encoding
    public let channels: Int
    public private(set) var framesWritten = 0
    /// Samples that were clipped to fit an integer encoding.
    public private(set) var clippedSamples = 0

    private let grows: Bool
    private let temporaryPath: String
    private var file: OpaquePointer?
    private var isFinished = false
    /// Integers to write, in the upper bits, as libsndfile expects them.
    private var scratch: [Int32]

    /// - Parameters:
    ///   - sampleRate: frames a second.
    ///   - channels: 1 and up (FLAC: up to 8).
    ///   - grows: for a WAV file that may end at any moment, even by kill -9: written under its final name, which must not
    ///     exist, with a valid header after each write, and accessible to its user only.
    /// - Throws: `unwritableFile`.
    public init(
        path: String, encoding: Encoding, sampleRate: Int, channels: Int, grows: Bool = false
    ) throws(AudioError) {
        self.path = path
        self.grows = grows
        self.encoding = encoding
        self.channels = channels
        scratch = [Int32](repeating: 0, count: 1024 * channels)
        // Independent of the file's own name, which may already have the maximum length.
        temporaryPath =
            grows ? path : "\(PathName.folder(path))/.bearing-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe Glibc.open(temporaryPath.systemPath, flags, grows ? 0o600 : 0o666)
        guard descriptor >= 0 else {
            isFinished = true
            throw .unwritableFile(path: path, reason: FileError.text(of: errno))
        }
        var info = SF_INFO()
        info.samplerate = Int32(clamping: sampleRate)
        info.channels = Int32(clamping: channels)
        info.format = Int32(encoding.code)
        // libsndfile now owns the descriptor, even if it refuses the file.
        let opened = unsafe SndFileOpening.run { unsafe sf_open_fd(descriptor, Int32(SFM_WRITE), &info, Int32(SF_TRUE)) }
        unsafe file = opened.handle
        if unsafe file == nil {
            let reason = unsafe opened.reason
            abort()
            throw .unwritableFile(path: path, reason: reason)
        }
        if grows { _ = unsafe sf_command(file, Int32(SFC_SET_UPDATE_HEADER_AUTO), nil, Int32(SF_TRUE)) }
    }

    deinit { abort() }

    /// Appends frames.
    ///
    /// - Parameter samples: [frames, channels] in ±1.
    /// - Throws: `unwritableFile`, for example when the disk is full.
    public func write(_ samples: Span<Float>) throws(AudioError) {
        precondition(samples.count % channels == 0, "whole frames")
        guard let file = unsafe file else { preconditionFailure("a closed writer accepts no samples") }
        let frames = samples.count / channels
        var written = 0
        while written < frames {
            let count = min(1024, frames - written)
            let piece = samples.extracting(written * channels..<(written + count) * channels)
            let done: Int64
            if let bits = encoding.bits {
                quantise(piece, bits: bits)
                done = unsafe scratch.withUnsafeBufferPointer {
                    unsafe sf_writef_int(file, $0.baseAddress, Int64(count))
                }
            } else {
                done = unsafe piece.withUnsafeBufferPointer {
                    unsafe sf_writef_float(file, $0.baseAddress, Int64(count))
                }
            }
            guard done == Int64(count) else {
                throw .unwritableFile(path: path, reason: unsafe String(cString: sf_strerror(file)))
            }
            written += count
            framesWritten += count
        }
    }

    /// Finishes the file and renames it to its final name, replacing an existing file.
    ///
    /// - Throws: `unwritableFile`; then no file remains.
    public func close() throws(AudioError) {
        guard let open = unsafe file else { return }
        unsafe file = nil
        isFinished = true
        let code = unsafe sf_close(open)
        if code != 0 {
            if !grows { unsafe unlink(temporaryPath.systemPath) }
            throw .unwritableFile(path: path, reason: unsafe String(cString: sf_error_number(code)))
        }
        if !grows, unsafe rename(temporaryPath.systemPath, path.systemPath) != 0 {
            let reason = FileError.text(of: errno)
            unsafe unlink(temporaryPath.systemPath)
            throw .unwritableFile(path: path, reason: reason)
        }
    }

    /// Discards the file, unless it grows; does nothing after `close`.
    public func abort() {
        guard !isFinished else { return }
        isFinished = true
        if let open = unsafe file { unsafe sf_close(open) }
        unsafe file = nil
        if !grows { unsafe unlink(temporaryPath.systemPath) }
    }

    /// Rounds to the nearest integer of `bits` bits, in the upper bits of the buffer.
    private func quantise(_ samples: Span<Float>, bits: Int) {
        let scale = Double(1 << (bits - 1))
        for index in samples.indices {
            let value = (Double(samples[index]) * scale).rounded()
            let fitting = value.isNaN ? 0 : min(max(value, -scale), scale - 1)
            if fitting != value { clippedSamples += 1 }
            scratch[index] = Int32(fitting) << Int32(32 - bits)
        }
    }
}
