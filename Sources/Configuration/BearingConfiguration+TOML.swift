import Options
import TrackFeed

extension BearingConfiguration {
    private static let heading = """
        # Configuration of `bearing run`: every key with its default, as a comment; remove the `#` to change one. Options of the
        # command line take precedence. `bearing check --config FILE` reports all faults of a file. Relative paths start from
        # the folder of the file, and the files must exist. A running daemon applies changes on SIGHUP, except those of
        # [socket], [record] and [realtime], which apply at its next start. `bearing run --print-config` prints this file with
        # the effective values.
        """

    /// A TOML file that explains every key. Keys with their default value are comments.
    public var toml: String {
        OptionDocument.toml(
            heading: Self.heading, sections: RunKey.sections, of: self, standard: BearingConfiguration(), style: .changesOnly)
    }

    /// Whether a file can express the addresses: at most one local address and one TCP address.
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
