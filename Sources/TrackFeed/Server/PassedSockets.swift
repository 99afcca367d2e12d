import Glibc

/// A listening socket from systemd.
struct PassedSocket: Sendable {
    let descriptor: Int32
    let bound: SocketAddress
}

/// The sockets that systemd passed to this process: the protocol of sd_listen_fds(3).
public struct PassedSockets: Sendable {
    let sockets: [PassedSocket]

    /// No socket was passed.
    public static let none = PassedSockets(sockets: [])

    public var isEmpty: Bool { sockets.isEmpty }

    private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]
    /// The descriptor after standard error.
    private static let firstDescriptor: Int32 = 3

    /// Takes the sockets over, and removes the variables from the environment, so that no child process uses the sockets.
    /// Called once, before other threads start.
    /// - Throws: a `FeedError` for a descriptor that is not a listening stream socket.
    public static func take() throws(FeedError) -> PassedSockets {
        let values = variables.map { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
        for name in variables { unsafe unsetenv(name) }
        return try read(process: values[0], count: values[1], names: values[2], first: firstDescriptor)
    }

    /// - Parameters: the three variables' values, and the number of the first descriptor.
    static func read(process: String?, count: String?, names: String?, first: Int32) throws(FeedError) -> PassedSockets {
        // The variables are for another process, such as a parent.
        guard let process, let count, pid_t(process) == getpid() else { return .none }
        guard let count = Int32(count), count >= 0, count <= Int32.max - first else { throw .badCount(count) }
        let names = names?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        // All descriptors are closed on exec, even if one is invalid.
        for descriptor in first..<first + count { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var sockets: [PassedSocket] = []
        for index in 0..<count {
            let name = Int(index) < names.count && !names[Int(index)].isEmpty ? names[Int(index)] : "unnamed"
            sockets.append(try check(first + index, name))
        }
        return PassedSockets(sockets: sockets)
    }

    private static func check(_ descriptor: Int32, _ name: String) throws(FeedError) -> PassedSocket {
        guard fcntl(descriptor, F_GETFD) >= 0 else { throw .badPassed(descriptor, name: name, found: "nothing") }
        guard let type = option(SO_TYPE, of: descriptor), let bound = SocketAddress(of: descriptor) else {
            throw .badPassed(descriptor, name: name, found: "a descriptor that is not a socket")
        }
        guard type == Int32(SOCK_STREAM.rawValue) else {
            throw .badPassed(descriptor, name: name, found: "a socket of another type")
        }
        guard bound.feedAddress != nil else { throw .badPassed(descriptor, name: name, found: "a socket of another family") }
        guard option(SO_ACCEPTCONN, of: descriptor) == 1 else {
            throw .badPassed(descriptor, name: name, found: "a socket that does not listen")
        }
        // A blocking socket would stop the loop if a client disconnects before it is accepted.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        return PassedSocket(descriptor: descriptor, bound: bound)
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
}
