import TestSupport

/// A server in place of a daemon that sends given text to every client.
final class FakeDaemon: Sendable {
    private let peer: ScriptedPeer

    var path: String { peer.path }
    /// Connections so far.
    var accepted: Int { peer.accepted }

    /// - Parameters:
    ///   - says: sent to each client.
    ///   - hangsUp: whether the connection is closed then; if not, it stays open without further text.
    init(says: String, hangsUp: Bool = false) {
        var script = ScriptedPeer.Script(bytes: Array(says.utf8))
        script.closes = hangsUp
        peer = ScriptedPeer(script)
    }

    deinit { peer.end() }

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
