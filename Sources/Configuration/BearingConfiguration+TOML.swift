import Options
import TrackFeed

extension BearingConfiguration {
    private static let heading = """
        # Configuration of `bearing run`: every key with its default, as a comment; remove the `#` to change one. Options of the
        # command line take precedence. `bearing check --config FILE` reports everything that is wrong with a file. Relative paths
        # start from the folder of the file, and the files must exist. A running daemon applies changes on SIGHUP, those of [socket],
        # [record] and [realtime] at its next start. `bearing run --print-config` writes this file with the values in force.
        """

    /// As a TOML file with every key explained. Keys that have their default are comments.
    public var toml: String {
        OptionDocument.toml(
            heading: Self.heading, sections: RunKey.sections, of: self, standard: BearingConfiguration(), style: .changesOnly)
    }

    /// Whether a file can say the same: it has one local address and at most one of TCP.
    public var isExpressible: Bool {
        guard let addresses = socket.addresses else { return true }
        var (local, remote) = (0, 0)
        for address in addresses {
            switch address {
            case .tcp: remote += 1
            case .path, .abstract, .systemd: local += 1
            }
        }
        return local == 1 && remote <= 1
    }
}
