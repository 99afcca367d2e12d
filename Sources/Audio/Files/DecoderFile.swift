import CSndFile
import Files
import Glibc

/// A corrected view of a file for libsndfile: other bytes at some offsets and another end if the header was wrong, and a limit
/// on the bytes read by one call.
///
/// libogg searches a whole file for the next page of sound, which takes hours in a sparse file of terabytes. Reads beyond the
/// limit report the end of the file.
@safe
final class DecoderFile {
    struct Patch {
        let offset: Int
        let bytes: [UInt8]
    }

    private let descriptor: Int32
    private let size: Int
    private let patches: [Patch]
    private var position = 0
    /// Bytes that the present call of libsndfile may still read.
    private var budget = 0
    /// Whether the latest call reached its limit.
    private(set) var isExhausted = false
    /// Why the latest call could not read the file; libsndfile takes it for the file's end.
    private(set) var failure: ReadFailure?

    /// Bytes that a call may read besides the requested samples, for a search for pages.
    static let search = 64 << 20
    /// The same for all other files: an MP3 file without a table of contents is read entirely to find its length.
    private static let scan = 1 << 30
    private let overhead: Int

    /// - Parameters:
    ///   - descriptor: of a seekable file; closed at the end.
    ///   - size: bytes up to its end.
    ///   - isOgg: whether pages of sound are searched for.
    init(_ descriptor: Int32, size: Int, patches: [Patch], isOgg: Bool) {
        overhead = isOgg ? Self.search : Self.scan
        self.descriptor = descriptor
        self.size = size
        self.patches = patches
    }

    deinit { close(descriptor) }

    /// Begins a call of libsndfile, for samples of at most `bytes` bytes.
    func beginCall(samples bytes: Int = 0) {
        budget = overhead + bytes
        isExhausted = false
        failure = nil
    }

    /// - Returns: a handle of libsndfile, which must be closed before this object is released; nil, with the reason, if it finds
    ///   no audio.
    func open(_ info: inout SF_INFO) -> (handle: OpaquePointer?, reason: String) {
        beginCall()
        var calls = unsafe SF_VIRTUAL_IO(
            get_filelen: { unsafe Int64(DecoderFile.of($0).size) },
            seek: { offset, origin, file in unsafe DecoderFile.of(file).seek(offset, origin) },
            read: { target, count, file in unsafe DecoderFile.of(file).read(target, count) },
            write: { _, _, _ in 0 },
            tell: { unsafe Int64(DecoderFile.of($0).position) })
        return unsafe SndFileOpening.run {
            unsafe sf_open_virtual(&calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
        }
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> DecoderFile {
        unsafe Unmanaged<DecoderFile>.fromOpaque(pointer!).takeUnretainedValue()
    }

    private func seek(_ offset: Int64, _ origin: Int32) -> Int64 {
        let base =
            switch origin {
            case SEEK_CUR: position
            case SEEK_END: size
            default: 0
            }
        let (place, overflow) = base.addingReportingOverflow(Int(offset))
        guard !overflow, place >= 0 else { return -1 }
        position = place
        return Int64(place)
    }

    private func read(_ target: UnsafeMutableRawPointer?, _ count: Int64) -> Int64 {
        guard let target = unsafe target, position < size else { return 0 }
        guard budget > 0, failure == nil else {
            isExhausted = failure == nil
            // A reader that waits for the end of the file must find it.
            position = size
            return 0
        }
        let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: min(Int(count), size - position))
        var filled = 0
        do throws(ReadFailure) {
            filled = unsafe try RegularFile.read(descriptor, at: position, into: room)
        } catch {
            failure = error
            position = size
            return 0
        }
        budget -= filled
        for patch in patches {
            for (index, byte) in patch.bytes.enumerated() {
                let place = patch.offset + index - position
                if place >= 0, place < filled { unsafe target.storeBytes(of: byte, toByteOffset: place, as: UInt8.self) }
            }
        }
        position += filled
        return Int64(filled)
    }
}
