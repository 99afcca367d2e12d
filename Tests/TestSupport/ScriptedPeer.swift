import Foundation
import Synchronization

/// Whatever listens where a daemon should: each connection gets the next script, the last one all further connections.
public final class ScriptedPeer: @unchecked Sendable {
    public struct Script {
        /// Written as it is.
        public var bytes: [UInt8]
        /// Whether the connection is closed behind it; else it stays open until the end.
        public var closes = true

        public init(_ lines: String..., closes: Bool = true) {
            bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            self.closes = closes
        }

        public init(bytes: [UInt8]) { self.bytes = bytes }
    }

    public let path: String
    private let descriptor: Int32
    private let scripts: [Script]
    private let ended = DispatchSemaphore(value: 0)
    private let count = Atomic<Int>(0)
    private let open = Mutex<[Int32]>([])
    private let isOver = Atomic<Bool>(false)

    /// Connections so far, their scripts written.
    public var accepted: Int { count.load(ordering: .acquiring) }

    public init(_ scripts: Script..., path: String = temporaryPath(".sock")) {
        self.path = path
        self.scripts = scripts
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (i, byte) in path.utf8.enumerated() { unsafe room[i] = byte }
        }
        let bound = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(bound == 0 && listen(descriptor, 8) == 0, "no socket at \(path)")
        Thread { [self] in
            serve()
            ended.signal()
        }.start()
    }

    private func serve() {
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            let script = scripts[min(accepted, scripts.count - 1)]
            Self.write(script.bytes, to: connection)
            if script.closes { close(connection) } else { open.withLock { $0.append(connection) } }
            count.add(1, ordering: .releasing)
        }
        for connection in open.withLock({ $0 }) { close(connection) }
    }

    /// Writes a line to all connections that are open.
    public func say(_ line: String) {
        for connection in open.withLock({ $0 }) { Self.write(Array("\(line)\n".utf8), to: connection) }
    }

    private static func write(_ bytes: [UInt8], to connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let written = unsafe bytes.withUnsafeBytes {
                unsafe send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return }
            sent += written
        }
    }

    /// Closes all connections and the socket; a second call changes nothing.
    public func end() {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        shutdown(descriptor, Int32(SHUT_RDWR))
        ended.wait()
        close(descriptor)
        unsafe unlink(path)
    }
}
