import CSndFile
import Files
import Glibc

/// Reads an audio file of any format that libsndfile knows, as interleaved floats in ±1, in pieces of any size.
///
/// Samples that are not finite (possible in float files) are read as 0 and counted.
@safe
public final class AudioFileReader {
    public let path: String
    public let channels: Int
    /// Frames a second.
    public let sampleRate: Int
    /// Frames in the whole file, one sample of every channel each.
    public let frames: Int
    /// The next frame that `read` gives.
    public private(set) var position = 0
    /// Samples read as 0 because they were not a number or infinite.
    public private(set) var nonFiniteSamples = 0

    private let file: OpaquePointer

    /// Opens a file and checks its header.
    ///
    /// - Parameter expected: the number of channels that the file must have; nil for any.
    /// - Throws: `missingFile`, `unreadableFile`, `emptyFile`, `notAudio`, `truncatedFile` (a WAV file shorter than its
    ///   header says), `wrongChannelCount`.
    public init(path: String, channels expected: Int? = nil) throws(AudioError) {
        let descriptor = try Self.open(path)
        let wave = WaveExtent(descriptor: descriptor)
        lseek(descriptor, 0, SEEK_SET)
        var info = SF_INFO()
        // libsndfile owns the descriptor from here: where it finds no audio it closes it, whatever it is told about that.
        guard let file = unsafe sf_open_fd(descriptor, Int32(SFM_READ), &info, Int32(SF_TRUE)) else {
            throw .notAudio(path: path, reason: unsafe Self.firstLine(sf_strerror(nil)))
        }
        unsafe self.file = file
        self.path = path
        channels = Int(info.channels)
        sampleRate = Int(info.samplerate)
        frames = Int(info.frames)
        // All is set, so `deinit` closes the file also where this throws.
        if frames == 0 { throw .emptyFile(path: path) }
        if info.frames == Int64.max { throw .notAudio(path: path, reason: "a header without a length") }
        if let wave, wave.isTruncated {
            // Whole bytes a frame, so that a frame cut in the middle changes nothing.
            let frameBytes = max(1, wave.available / frames)
            throw .truncatedFile(path: path, expectedFrames: wave.declared / frameBytes, foundFrames: frames)
        }
        if let expected, expected != channels {
            throw .wrongChannelCount(source: path, expected: expected, found: channels)
        }
    }

    deinit { unsafe sf_close(file) }

    /// Reads the next frames.
    ///
    /// - Parameter buffer: [n, channels]; as many whole frames as fit are read.
    /// - Returns: frames read; 0 at the end of the file.
    /// - Throws: `truncatedFile` where the data end, or cannot be decoded, before the header's number of frames.
    public func read(into buffer: inout MutableSpan<Float>) throws(AudioError) -> Int {
        let frames = buffer.count / channels
        let result = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe read(frames, to: UnsafeMutableBufferPointer(rebasing: $0[..<(frames * channels)]))
        }
        return try result.get()
    }

    /// Goes to a frame of the file, 0 the first; the next `read` starts there.
    public func seek(to frame: Int) throws(AudioError) {
        guard unsafe sf_seek(file, Int64(frame), Int32(SEEK_SET)) == Int64(frame) else {
            throw .unreadableFile(path: path, reason: "no way to frame \(frame) of \(frames)")
        }
        position = frame
    }

    /// All frames that are left, interleaved: for tests and for files known to be short.
    public func readAll() throws(AudioError) -> [Float] {
        var samples = [Float](repeating: 0, count: max(0, frames - position) * channels)
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
        let got = unsafe Int(sf_readf_float(file, base, Int64(wanted)))
        if got <= 0 {
            return position < frames
                ? .failure(.truncatedFile(path: path, expectedFrames: frames, foundFrames: position)) : .success(0)
        }
        for index in 0..<got * channels where unsafe !buffer[index].isFinite {
            unsafe buffer[index] = 0
            nonFiniteSamples += 1
        }
        position += got
        return .success(got)
    }

    /// A descriptor of a regular file with something in it.
    private static func open(_ path: String) throws(AudioError) -> Int32 {
        let descriptor = unsafe Glibc.open(path.systemPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            throw code == ENOENT || code == ENOTDIR
                ? .missingFile(path: path) : .unreadableFile(path: path, reason: systemError(code))
        }
        var status = stat()
        let code = unsafe fstat(descriptor, &status) == 0 ? 0 : errno
        let problem: AudioError? =
            if code != 0 {
                .unreadableFile(path: path, reason: systemError(code))
            } else if status.st_mode & S_IFMT != S_IFREG {
                .unreadableFile(path: path, reason: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file")
            } else if status.st_size == 0 {
                .emptyFile(path: path)
            } else {
                nil
            }
        if let problem {
            close(descriptor)
            throw problem
        }
        return descriptor
    }

    private static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "no reason given" }
        let line = unsafe String(cString: text).split(separator: "\n").first.map(String.init) ?? ""
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}

/// What the system calls an error number.
func systemError(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
