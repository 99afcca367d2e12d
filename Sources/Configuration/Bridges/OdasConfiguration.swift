public import Options
public import TrackFeed

/// All settings of `bearing bridge odas`.
public struct OdasConfiguration: BridgeConfiguration {
    public static let section = "odas"

    public var socket: FeedAddress?
    /// Where messages of tracked sources go; nil: nowhere.
    public var tracked: FeedAddress?
    /// Where messages of potential sources go; nil: nowhere.
    public var potential: FeedAddress?
    public var log = BearingConfiguration.Log()

    public init() {}

    public static var keys: [OptionKey<BridgeDraft<Self>>] {
        [
            .peer(
                "tracked", \.tracked, example: "127.0.0.1:9000",
                "The program that listens for tracked sources as ODAS sends them, such as odas_web. Default: none."),
            .peer(
                "potential", \.potential, example: "127.0.0.1:9001",
                "The same for potential sources. Default: none. One of the two is needed."),
        ]
    }

    public static func check(_ draft: inout BridgeDraft<Self>) {
        guard draft.configuration.tracked == nil, draft.configuration.potential == nil, draft.faults.isEmpty else { return }
        draft.addFault(
            ["odas.tracked"], expected: "a peer for tracked or potential sources", found: "none",
            advice: "give --tracked HOST:9000, --potential HOST:9001 or both")
    }
}
