/// What the log says when somebody takes away what subscribers find the daemon by.
struct PlaceLog {
    private var renewed = 0
    private var wasCutOff = false

    /// - Parameters: as `TrackServer` has them.
    /// - Returns: what to say; nil when nothing changed.
    mutating func news(renewed: Int, isCutOff: Bool) -> String? {
        defer { (self.renewed, wasCutOff) = (renewed, isCutOff) }
        if renewed > self.renewed { return "somebody removed the socket file: made again" }
        guard isCutOff != wasCutOff else { return nil }
        return isCutOff
            ? "the socket file is gone or another's, and cannot be made again: nobody new can connect there; trying again"
            : "the socket file is in its place again"
    }
}
