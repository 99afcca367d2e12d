import Audio
import Geometry
import Options
import TrackFeed
import Tracking

/// A configuration of `run` during reading: values that are combined at the end, and the faults so far.
struct RunDraft: OptionDraft {
    var configuration = BearingConfiguration()
    var faults: [ConfigurationFault] = []
    var origins: [String: OptionOrigin] = [:]
    /// `[input] inverted`, which requires `channels`.
    var inverted: [Int]?
    /// `[socket] path` and `tcp`.
    var place: FeedAddress?
    var tcp: FeedAddress?
    /// The `[[ignore]]` being read.
    var azimuth: [Double]?
    var elevation: [Double]?
    /// Files named by keys.
    var files: [NamedFile] = []

    /// A file that must exist.
    struct NamedFile {
        let path: String
        /// The expected kind of file.
        let kind: String
        let origin: OptionOrigin
    }

    /// Records that the value of a key is the path of a file.
    mutating func demand(_ path: String, _ kind: String, by key: String) {
        guard let origin = origins[key] else { return }
        files.append(NamedFile(path: path, kind: kind, origin: origin))
    }

    /// - Throws: every fault, including those between keys.
    consuming func finished() throws(ConfigurationError) -> BearingConfiguration {
        applyInverted()
        applyAddresses()
        if let open = configuration.gate[.openThreshold], let stay = configuration.gate[.stayThreshold], stay > open {
            addFault(["gate.stay_threshold"], expected: "at most gate.open_threshold (\(open))", found: "\(stay)")
        }
        guard faults.isEmpty else { throw ConfigurationError(faults) }
        return configuration
    }

    private mutating func applyInverted() {
        guard let inverted else { return }
        if let channels = configuration.input.channels {
            do throws(AudioError) {
                configuration.input.channels = try ChannelMap(channels.indices, inverted: inverted)
            } catch {
                addFault(["input.inverted"], expected: "numbers below \(channels.count), that of the channels", found: "\(inverted)")
            }
        } else if origins["input.channels"] == nil, let origin = origins["input.inverted"] {
            faults.append(
                ConfigurationFault(
                    file: origin.file, place: "input.channels", expected: "channel numbers beside inverted", found: "nothing"))
        }
    }

    private mutating func applyAddresses() {
        if place != nil || tcp != nil {
            configuration.socket.addresses = [place ?? .path(SocketPath.standard)] + (tcp.map { [$0] } ?? [])
        }
        guard case .abstract? = place else { return }
        // Otherwise the key would seem to restrict access.
        let wrong = Set(faults.map(\.place))
        for key in ["mode", "owner", "group"] {
            guard let origin = origins["socket.\(key)"], !wrong.contains(origin.place) else { continue }
            addFault(
                ["socket.\(key)"], expected: "nothing beside an abstract socket", found: key,
                advice: "such a socket has no permissions; use a path, or remove this key")
        }
    }

    /// Adds the sector of an `[[ignore]]` after reading.
    mutating func appendSector() {
        defer { (azimuth, elevation) = (nil, nil) }
        guard azimuth != nil || elevation != nil else { return }
        configuration.ignored.append(
            Sector(
                azimuth: azimuth.map { (from: Float($0[0]), to: Float($0[1])) },
                elevation: elevation.map { Float($0[0])...Float($0[1]) } ?? -90...90))
    }
}
