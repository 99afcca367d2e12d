import Glibc

/// Descriptions of capture errors without error numbers.
enum CaptureFault {
    /// - Parameter code: the errno that the capture recorded; 0 is none.
    static func text(of code: Int) -> String? {
        switch Int32(truncatingIfNeeded: code) {
        case 0: nil
        case EPIPE: "overrun: the device's buffer ran full before it was read"
        case ESTRPIPE: "suspended: the machine or the device was suspended"
        case ETIMEDOUT: "stalled: the device runs but delivers no audio"
        case ENODEV, ENOENT, ENXIO, EBADFD: "the device has disappeared"
        case EIO: "the device or the file cannot be read"
        case EBUSY: "another program uses the device"
        case EACCES, EPERM: "this user may not open the device"
        case let other: unsafe String(cString: strerror(other))
        }
    }
}
