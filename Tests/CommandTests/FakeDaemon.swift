import Foundation
import Synchronization
import TestSupport

/// A server in place of a daemon that sends given text to every client.
final class FakeDaemon: @unchecked Sendable {
    let path = temporaryPath(".sock")
    private let descriptor: Int32
    private let ended = DispatchSemaphore(value: 0)
    private let connections = Counter()

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    /// Connections so far.
    var accepted: Int { connections.value.load(ordering: .relaxed) }

    /// - Parameters:
    ///   - says: sent to each client.
    ///   - hangsUp: whether it closes then; if not, it keeps silent.
    init(says: String, hangsUp: Bool = false) {
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
        let (listener, bytes, ended, connections) = (descriptor, Array(says.utf8), ended, connections)
        Thread {
            defer { ended.signal() }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                connections.value.add(1, ordering: .relaxed)
                var sent = 0
                while sent < bytes.count {
                    let count = unsafe bytes.withUnsafeBytes { room in
                        unsafe send(connection, room.baseAddress! + sent, room.count - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    sent += count
                }
                if hangsUp { close(connection) }
            }
        }.start()
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        // The descriptor's number may be reused only after accepting has ended.
        ended.wait()
        close(descriptor)
        unsafe unlink(path)
    }

    /// As a daemon of this program sends it.
    static let hello =
        #"{"type":"hello","protocol":1,"name":"bearing 0.1.0","format":"foa","source":"alsa:hw:1","model":"models/foa-live.safetensors","capture":"S16_LE, 48000 Hz, 4 channels","max_tracks":2,"period_ms":100,"latency_ms":100.0,"axes":"x front, y left, z up"}"#

    static let status =
        #"{"type":"status","time":1767225604.2312,"state":"running","overruns":3,"dropped_blocks":2,"blocks":1234567,"load":0.0812,"level_dbfs":[-31.2,-36.0,-200.0,null],"subscribers":2,"uptime":93784.3,"error":"overrun: the device's buffer ran full before it was read","source":"alsa:hw:1","format":"foa","model":"models/foa-live.safetensors","frames":2962960800,"drift_ppm":-12.5,"events":{"overruns":3,"suspends":0,"stalls":1,"reopens":1,"hw_resets":4},"dropped":{"frames":2400,"blocks":1,"lines":40},"subscribers_served":17,"subscribers_stalled":1,"latency_ms":{"minute":{"count":601,"sum":9015.000,"p50":14.900,"p90":15.200,"p99":21.000,"p999":30.500,"max":31.000},"total":{"count":1234567,"sum":18518505.000,"p50":14.900,"p90":15.100,"p99":20.000,"p999":42.000,"max":912.500}},"compute_ms":{"minute":{"count":600,"sum":4800.000,"p50":8.000,"p90":8.100,"p99":9.000,"p999":12.000,"max":12.100},"total":{"count":1234567,"sum":9876536.000,"p50":8.000,"p90":8.100,"p99":9.000,"p999":12.000,"max":99.000}}}"#

    /// As older daemons without events and latencies send it.
    static let oldHello =
        #"{"type":"hello","protocol":1,"name":"bearing 0.1.0","format":"foa","source":"demo","max_tracks":2,"period_ms":100,"latency_ms":100.0,"axes":"x front, y left, z up"}"#

    static let oldStatus =
        #"{"type":"status","time":1767225604.2312,"state":"running","overruns":2,"dropped_blocks":0,"blocks":42,"load":0.0081,"level_dbfs":[-31.2,-36.0,-40.4,-35.1],"subscribers":1,"uptime":4.3}"#

    static let tracks = #"{"type":"tracks","seq":41,"time":1767225604.2000,"tracks":[]}"#
}
