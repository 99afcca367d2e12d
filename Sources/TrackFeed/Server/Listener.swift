import CRealtime
import Glibc

/// A listening socket for subscribers; closed with this object.
final class Listener {
    /// The bound address, with the port that the kernel chose if none was given.
    let address: FeedAddress
    let descriptor: Int32
    /// Whether systemd created the socket and keeps it after this process ends.
    let isPassed: Bool
    private let isTCP: Bool
    /// A warning for the administrator about access; nil if permissions restrict it.
    let warning: String?
    private var file: SocketFile?
    private let access: FeedAccess
    private var isOpen = true

    /// Connections waiting to be accepted; the kernel's limit may be lower.
    private static let backlog: Int32 = 1024
    /// Size of the kernel's receive buffer for data from a TCP subscriber, which need not send anything.
    private static let receiveBuffer: Int32 = 4096

    private init(
        descriptor: Int32, bound: SocketAddress, address: FeedAddress, file: SocketFile?, access: FeedAccess = .init(), isPassed: Bool
    ) {
        self.access = access
        self.descriptor = descriptor
        self.address = bound.feedAddress ?? address
        self.file = file
        self.isPassed = isPassed
        isTCP = bound.family != AF_UNIX
        warning =
            switch self.address {
            case .abstract where !isPassed:
                "\(self.address) has no permissions: every user of this machine may subscribe; use a path to set a mode"
            case .tcp where !bound.isLoopback:
                "\(self.address) listens beyond this machine and asks nobody who they are: without authentication, every host that reaches it may subscribe"
            default: nil
            }
    }

    /// Binds and listens.
    convenience init(_ address: FeedAddress, access: FeedAccess) throws(FeedError) {
        switch address {
        case .path(let path):
            let (file, descriptor) = try SocketFile.listen(path: path, access: access, backlog: Self.backlog)
            self.init(
                descriptor: descriptor, bound: try SocketAddress(path: path), address: address, file: file, access: access, isPassed: false)
        case .abstract(let name):
            let wanted = try SocketAddress(abstract: name)
            let descriptor = try Self.bound(to: wanted, as: address)
            try Self.listen(descriptor, as: address)
            self.init(descriptor: descriptor, bound: wanted, address: address, file: nil, isPassed: false)
        case .tcp:
            let wanted = try Self.numeric(address)
            let descriptor = try Self.bound(to: wanted, as: address)
            Self.limitInput(descriptor)
            try Self.listen(descriptor, as: address)
            let bound = SocketAddress(of: descriptor) ?? wanted
            self.init(descriptor: descriptor, bound: bound, address: address, file: nil, isPassed: false)
        case .systemd: throw .nothingPassed
        }
    }

    /// Takes over a listening socket from systemd.
    convenience init(_ passed: PassedSocket) {
        if passed.bound.family != AF_UNIX { Self.limitInput(passed.descriptor) }
        self.init(
            descriptor: passed.descriptor, bound: passed.bound, address: .systemd, file: nil, isPassed: true)
    }

    /// Listens at every address; sockets passed by systemd replace the addresses that are not TCP.
    static func open(
        _ addresses: [FeedAddress], _ passed: PassedSockets, _ access: FeedAccess
    ) throws(FeedError) -> [Listener] {
        var listeners = passed.sockets.map { Listener($0) }
        for address in addresses where passed.isEmpty || !address.isLocal {
            listeners.append(try Listener(address, access: access))
        }
        return listeners
    }

    deinit { close() }

    /// Stops listening and removes the socket file if this process made it. Waiting connections are closed at once, unless
    /// systemd keeps the socket for the next daemon. Called by the accepting thread.
    func close() {
        guard isOpen else { return }
        isOpen = false
        file?.remove()
        Glibc.close(descriptor)
    }

    /// The result of checking a socket file.
    enum Renewal {
        /// The file is unchanged, or there is none.
        case none
        /// The file had been removed and was created again; connected subscribers stay connected.
        case done
        /// The file cannot be created again now.
        case failed
    }

    /// Creates the socket file again if it was removed. Called by the accepting thread after it has accepted all waiting
    /// connections.
    func renew() -> Renewal {
        guard isOpen, let file else { return .none }
        switch file.place {
        case .own: return .none
        // If another process listens there now, the path is no longer ours.
        case .other: return .failed
        case .nothing: break
        }
        do throws(FeedError) {
            let (made, listening) = try SocketFile.listen(path: file.path, access: access, backlog: Self.backlog, lockTries: 1)
            // Keeps the descriptor's number, so that the poll set stays valid.
            let code = bearing_take_number(listening, descriptor)
            Glibc.close(listening)
            guard code >= 0 else {
                made.remove()
                return .failed
            }
            self.file = made
            return .done
        } catch {
            return .failed
        }
    }

    /// Whether a daemon of this user could listen there, as far as is known without listening; an address that is already
    /// served is accepted.
    /// - Returns: a warning for the administrator, or nil.
    static func check(_ address: FeedAddress, access: FeedAccess) throws(FeedError) -> String? {
        switch address {
        case .path(let path): try SocketFile.check(path: path, access: access)
        case .abstract(let name): _ = try SocketAddress(abstract: name)
        case .systemd: break
        case .tcp:
            do {
                return try Listener(bindOnly: address).warning
            } catch {
                if case .inUse = error { return nil }
                throw error
            }
        }
        return nil
    }

    private convenience init(bindOnly address: FeedAddress) throws(FeedError) {
        let wanted = try Self.numeric(address)
        self.init(
            descriptor: try Self.bound(to: wanted, as: address), bound: wanted, address: address, file: nil, isPassed: false)
    }

    // MARK: - Accepting

    /// The next connection, ready for sending; -1 with errno if there is none.
    func accept(limits: FeedLimits) -> Int32 {
        let subscriber = Glibc.accept(descriptor, nil, nil)
        guard subscriber >= 0 else { return subscriber }
        _ = fcntl(subscriber, F_SETFD, FD_CLOEXEC)
        Self.set(subscriber, SOL_SOCKET, SO_SNDBUF, Int32(limits.sendBuffer))
        if isTCP {
            // A line is worth a packet: waiting for the next line would delay it.
            Self.set(subscriber, Self.tcp, TCP_NODELAY, 1)
            // A machine that is switched off closes no connection.
            Self.set(subscriber, SOL_SOCKET, SO_KEEPALIVE, 1)
            Self.set(subscriber, Self.tcp, TCP_USER_TIMEOUT, Int32(limits.stallSeconds * 1000))
        }
        return subscriber
    }

    // MARK: - Pieces

    private static let tcp = Int32(IPPROTO_TCP)

    private static func numeric(_ address: FeedAddress) throws(FeedError) -> SocketAddress {
        guard case .tcp(let host, let port) = address,
            let wanted = SocketAddress.resolve(host: host, port: port, numeric: true).first
        else { throw .system(address, call: "getaddrinfo", code: EADDRNOTAVAIL) }
        return wanted
    }

    private static func bound(to wanted: SocketAddress, as address: FeedAddress) throws(FeedError) -> Int32 {
        let descriptor = wanted.makeSocket()
        guard descriptor >= 0 else { throw .system(address, call: "socket", code: errno) }
        if wanted.family != AF_UNIX { set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
        // [::] includes IPv4, independent of the system's default.
        if wanted.family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard unsafe wanted.call({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw code == EADDRINUSE ? .inUse(address) : .system(address, call: "bind", code: code)
        }
        return descriptor
    }

    private static func listen(_ descriptor: Int32, as address: FeedAddress) throws(FeedError) {
        guard Glibc.listen(descriptor, backlog) != 0 else { return }
        let code = errno
        Glibc.close(descriptor)
        throw code == EADDRINUSE ? .inUse(address) : .system(address, call: "listen", code: code)
    }

    /// Set before `listen`, or immediately after passing, since connections inherit it.
    private static func limitInput(_ descriptor: Int32) { set(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
