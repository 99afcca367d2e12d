import TrackFeed

/// Where a broker is: `mqtts://HOST[:8883]`, or `mqtt://HOST[:1883]` without encryption.
public struct MQTTBroker: Sendable, Hashable, CustomStringConvertible {
    public let host: String
    public let port: UInt16
    public let isEncrypted: Bool

    public static let expected = "mqtts://HOST, or mqtt://HOST without encryption, each with :PORT or without"

    public init?(_ text: String) {
        guard let scheme = ["mqtts://", "mqtt://"].first(where: { text.hasPrefix($0) }) else { return nil }
        isEncrypted = scheme == "mqtts://"
        var place = String(text.dropFirst(scheme.count))
        if place.hasSuffix("/") { place.removeLast() }
        let hasPort = place.last != "]" && place.contains(":")
        guard case .tcp(let host, let port) = FeedAddress(tcp: hasPort ? place : "\(place):\(isEncrypted ? 8883 : 1883)"),
            !host.contains("/"), !host.contains("@")
        else { return nil }
        (self.host, self.port) = (host, port)
    }

    public var description: String { "mqtt\(isEncrypted ? "s" : "")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
