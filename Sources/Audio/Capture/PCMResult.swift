import Glibc

/// All results of a call on a running PCM.
enum PCMResult: Hashable {
    case frames(Int)
    /// No frame yet (EAGAIN, or a count of 0).
    case again
    /// Interrupted by a signal (EINTR).
    case interrupted
    /// The device's buffer overflowed (EPIPE).
    case overrun
    /// The machine or the device was suspended (ESTRPIPE).
    case suspended
    /// Unplugged (ENODEV), failed (EIO), in an unexpected state (EBADFD), or any other error: reopen the device.
    case lost(Int32)

    init(_ value: Int) {
        self =
            switch value {
            case 1...: .frames(value)
            case 0, Int(-EAGAIN): .again
            case Int(-EINTR): .interrupted
            case Int(-EPIPE): .overrun
            case Int(-ESTRPIPE): .suspended
            default: .lost(Int32(clamping: -value))
            }
    }
}
