import Glibc

/// Everything that a call on a running PCM can come back with.
enum PCMResult: Hashable {
    case frames(Int)
    /// No frame yet (EAGAIN, or a count of 0).
    case again
    /// A signal came first (EINTR).
    case interrupted
    /// The device's buffer ran over (EPIPE).
    case overrun
    /// The machine or the device slept (ESTRPIPE).
    case suspended
    /// Unplugged (ENODEV), broken (EIO), in a state that no call expects (EBADFD), or anything else: open it again.
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
