import Files
import Glibc

/// An address in the kernel's form.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    var family: Int32 { Int32(storage.ss_family) }

    /// Maximum length of a path or name in bytes, without the zero.
    static let pathLimit = 107

    /// A socket file.
    init(path: String) throws(FeedError) {
        guard !path.isEmpty else { throw .emptyPath }
        try self.init(bytes: path.systemBytes + [0], of: path)
    }

    /// A name in the abstract namespace: it begins with a zero byte, and its length is given explicitly.
    init(abstract name: String) throws(FeedError) { try self.init(bytes: [0] + name.systemBytes, of: "@\(name)") }

    private init(bytes: [UInt8], of place: String) throws(FeedError) {
        guard bytes.count <= Self.pathLimit + 1 else {
            throw .pathTooLong(path: place, bytes: bytes.count - 1, limit: Self.pathLimit)
        }
        let start = MemoryLayout<sa_family_t>.size
        unsafe withUnsafeMutableBytes(of: &storage) { room in
            unsafe room.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            unsafe room[start..<start + bytes.count].copyBytes(from: bytes)
        }
        length = socklen_t(start + bytes.count)
    }

    private init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
        self.length = length
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    /// The address to which a socket is bound; nil if it is not bound.
    init?(of descriptor: Int32) {
        let done = unsafe withUnsafeMutablePointer(to: &storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        guard done == 0 else { return nil }
    }

    /// The addresses of a host and port, best first; empty if the name is unknown.
    /// - Parameter numeric: whether to accept only numbers, without a name server.
    static func resolve(host: String, port: UInt16, numeric: Bool) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = Int32(AI_NUMERICSERV) | (numeric ? Int32(AI_NUMERICHOST) : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe current.pointee.ai_addr {
                unsafe found.append(SocketAddress(address, length: current.pointee.ai_addrlen))
            }
            unsafe entry = current.pointee.ai_next
        }
        return found
    }

    /// Calls a function that takes an address: bind, connect.
    func call(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// A new stream socket of the address's family that closes on exec, or -1 with errno.
    /// - Parameter blocking: whether its calls block.
    func makeSocket(blocking: Bool = false) -> Int32 {
        socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (blocking ? 0 : SOCK_NONBLOCK.rawValue)), 0)
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool {
        unsafe withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET: unsafe bytes[4] == 127
            case AF_INET6:
                // ::1, or 127.x mapped to IPv6.
                unsafe bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
                    || bytes[8..<18].allSatisfy { $0 == 0 } && bytes[18] == 255 && bytes[19] == 255 && bytes[20] == 127
            default: true
            }
        }
    }

    /// The text form; nil for other address families.
    var feedAddress: FeedAddress? {
        switch family {
        case AF_UNIX:
            let start = MemoryLayout<sa_family_t>.size
            let bytes = unsafe withUnsafeBytes(of: storage) { unsafe Array($0[min(start, Int(length))..<Int(length)]) }
            if bytes.first == 0 { return .abstract(String(systemBytes: bytes.dropFirst())) }
            return .path(String(systemBytes: bytes.prefix { $0 != 0 }))
        case AF_INET, AF_INET6:
            let room = 64
            let host = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { text in
                let done = unsafe call {
                    unsafe getnameinfo($0, $1, text.baseAddress, socklen_t(room), nil, 0, NI_NUMERICHOST)
                }
                return done == 0 ? unsafe String(cString: text.baseAddress!) : nil
            }
            let port = unsafe withUnsafeBytes(of: storage) { unsafe UInt16($0[2]) << 8 | UInt16($0[3]) }
            return host.map { .tcp(host: $0, port: port) }
        default: return nil
        }
    }
}
