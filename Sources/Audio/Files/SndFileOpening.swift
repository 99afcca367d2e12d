import CSndFile
import Synchronization

/// Opens files by libsndfile, one after the other: it keeps the reason for a failure in a variable of the whole process, which
/// another file that is opened meanwhile would change.
enum SndFileOpening {
    private static let turn = Mutex(())

    /// - Parameter open: calls libsndfile.
    /// - Returns: the handle; nil with libsndfile's reason.
    static func run(_ open: () -> OpaquePointer?) -> (handle: OpaquePointer?, reason: String) {
        unsafe turn.withLock { _ in
            let handle = unsafe open()
            return unsafe (handle, handle == nil ? firstLine(sf_strerror(nil)) : "")
        }
    }

    private static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "no reason given" }
        let line = unsafe String(cString: text).split(separator: "\n").first.map(String.init) ?? ""
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}
