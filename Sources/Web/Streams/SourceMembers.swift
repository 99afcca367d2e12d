import JSON

extension JSONWriter {
    /// The members of /api/state that all live sources have.
    /// - Parameters:
    ///   - reason: why there is no connection.
    ///   - connections: those of browsers, streams included.
    mutating func source(
        _ mode: String, isConnected: Bool, reason: String?, place: String, hub: StreamHub, connections: Int
    ) {
        field("mode", mode)
        field("connected", isConnected)
        field("reason", reason)
        field("place", place)
        field("streams", hub.count)
        field("connections", connections)
        field("limit", hub.limit)
    }
}
