import Foundation
import Synchronization
import TestSupport

/// Whatever listens where a daemon should: each connection gets the next script, the last one all further connections.
final class ScriptedPeer: @unchecked Sendable {
    struct Script {
        /// Written as it is.
        var bytes: [UInt8]
        /// Whether the connection is closed behind it; else it stays open until the end.
        var closes = true

        init(_ lines: String..., closes: Bool = true) {
            bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            self.closes = closes
        }

        init(bytes: [UInt8]) { self.bytes = bytes }
    }

    let path: String
    private let descriptor: Int32
    private let scripts: [Script]
    private let ended = DispatchSemaphore(value: 0)
    private let count = Atomic<Int>(0)
    private var open: [Int32] = []

    /// Connections so far.
    var accepted: Int { count.load(ordering: .acquiring) }

    init(_ scripts: Script..., path: String = temporaryPath(".sock")) {
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
            count.add(1, ordering: .releasing)
            var sent = 0
            while sent < script.bytes.count {
                let written = unsafe script.bytes.withUnsafeBytes {
                    unsafe send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { break }
                sent += written
            }
            if script.closes { close(connection) } else { open.append(connection) }
        }
        for connection in open { close(connection) }
    }

    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        ended.wait()
        close(descriptor)
        unsafe unlink(path)
    }
}
