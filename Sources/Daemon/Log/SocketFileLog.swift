/// Log messages about a removed socket file.
struct SocketFileLog {
    private var renewed = 0
    private var wasCutOff = false

    /// - Parameters: as in `TrackServer`.
    /// - Returns: the message; nil if nothing changed.
    mutating func message(renewed: Int, isCutOff: Bool) -> String? {
        defer { (self.renewed, wasCutOff) = (renewed, isCutOff) }
        if renewed > self.renewed { return "the socket file was removed: created again" }
        guard isCutOff != wasCutOff else { return nil }
        return isCutOff
            ? "the socket file was removed or replaced and cannot be created again: new subscribers cannot connect there; trying again"
            : "the socket file exists again"
    }
}
