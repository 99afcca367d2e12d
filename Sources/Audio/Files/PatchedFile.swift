import CSndFile
import Files
import Glibc

/// A file as it should have been written, for libsndfile: other bytes in some places, and another end.
@safe
final class PatchedFile {
    struct Patch {
        let offset: Int
        let bytes: [UInt8]
    }

    private let descriptor: Int32
    private let size: Int
    private let patches: [Patch]
    private var position = 0

    /// - Parameters:
    ///   - descriptor: of a file that can be sought in; closed at the end.
    ///   - size: bytes up to its end.
    init(_ descriptor: Int32, size: Int, patches: [Patch]) {
        self.descriptor = descriptor
        self.size = size
        self.patches = patches
    }

    deinit { close(descriptor) }

    /// - Returns: a handle of libsndfile, which must be closed before this file goes; nil where it finds no audio.
    func open(_ info: inout SF_INFO) -> OpaquePointer? {
        var calls = unsafe SF_VIRTUAL_IO(
            get_filelen: { unsafe Int64(PatchedFile.of($0).size) },
            seek: { offset, origin, file in unsafe PatchedFile.of(file).seek(offset, origin) },
            read: { target, count, file in unsafe PatchedFile.of(file).read(target, count) },
            write: { _, _, _ in 0 },
            tell: { unsafe Int64(PatchedFile.of($0).position) })
        return unsafe sf_open_virtual(&calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> PatchedFile {
        unsafe Unmanaged<PatchedFile>.fromOpaque(pointer!).takeUnretainedValue()
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
        let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: min(Int(count), size - position))
        let filled = unsafe RegularFile.read(descriptor, at: position, into: room)
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
