import Glibc

/// Notifies systemd of the daemon's state by datagrams to its socket. Does nothing without such a socket.
package struct ServiceManager {
    private let address: sockaddr_un
    private let length: socklen_t
    private let descriptor: Int32

    /// - Parameter path: the value of NOTIFY_SOCKET; a leading @ stands for an abstract address.
    /// - Returns: nil without a socket.
    package init?(path: String?) {
        guard let path, let first = path.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"),
            path.utf8.count < 108
        else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (i, byte) in path.utf8.enumerated() { unsafe room[i] = byte }
            if first == UInt8(ascii: "@") { unsafe room[0] = 0 }
        }
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        self.address = address
        length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    }

    /// Sends lines of sd_notify's protocol, such as `READY=1`.
    package func notify(_ message: String) {
        let bytes = Array(message.utf8)
        unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = unsafe sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), address, length)
            }
        }
    }
}
