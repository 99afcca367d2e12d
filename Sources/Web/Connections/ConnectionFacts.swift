import Glibc
import HTTP

/// The kernel's information on a TCP connection of this process.
struct ConnectionFacts {
    let descriptor: Int32
    /// Distinguishes it from a later one with the same descriptor.
    let inode: UInt64
    let peer: HTTPPeer
    /// Bytes received.
    let received: UInt64
    /// Seconds since something was sent.
    let sinceSent: Double

    // Offsets in struct tcp_info of linux/tcp.h; Glibc's header lacks some fields.
    private static let lastDataSent = 44
    private static let bytesReceived = 128
    private static let infoBytes = 136

    /// Nil for a descriptor without a connection at that port.
    init?(_ descriptor: Int32, port: UInt16) {
        guard let inode = Self.inode(of: descriptor) else { return nil }
        guard HTTPPeer.localPort(of: descriptor) == port, let peer = HTTPPeer(of: descriptor) else { return nil }
        var info = [UInt8](repeating: 0, count: Self.infoBytes)
        var length = socklen_t(info.count)
        guard unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else { return nil }
        self.descriptor = descriptor
        self.inode = inode
        self.peer = peer
        received = Self.number(info[Self.bytesReceived..<Self.infoBytes])
        sinceSent = Double(Self.number(info[Self.lastDataSent..<Self.lastDataSent + 4])) / 1000
    }

    /// Resets the connection, unless its descriptor has become another's. Unread data are discarded; `shutdown` would leave
    /// them to the reader.
    func cut() {
        guard Self.inode(of: descriptor) == inode else { return }
        var none = sockaddr()
        none.sa_family = sa_family_t(AF_UNSPEC)
        unsafe connect(descriptor, &none, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// The inode of a socket; nil for other descriptors.
    private static func inode(of descriptor: Int32) -> UInt64? {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return UInt64(facts.st_ino)
    }

    /// In host byte order, which is little-endian on all supported machines.
    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
