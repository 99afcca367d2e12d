public import Audio
public import Geometry

/// A fault of the channels of a microphone.
public enum ChannelFinding: Sendable, Hashable {
    /// Digital silence on all channels.
    case silence
    /// Constant samples on all channels.
    case still
    /// All channels are too quiet to be checked; the level of the loudest in dB below full scale.
    case faint(decibels: Float)
    /// No signal, or almost none, on a channel while the others have one.
    case dead(channel: Int)
    /// Equal samples in all of these channels.
    case equal(channels: [Int])
    /// Capsules, configured as Ambisonics.
    case capsules
    /// Ambisonics, configured as capsules.
    case ambisonics
    /// Ambisonics in which Y, Z and X are too loud relative to W, by this number of dB.
    case scaling(decibels: Float)
    /// Level relative to that expected from the others, in dB.
    case level(channel: Int, decibels: Float)
    /// Number of samples at the channel's maximum.
    case clipping(channel: Int, samples: Int)
    /// The polarity is opposite to that of the other channels.
    case inverted(channels: [Int])
    /// One half of the channels has the opposite polarity of the other.
    case split(channels: [Int])
    /// A sound from that direction is not distinct enough to determine its direction.
    case unclear(Direction)
    /// Channel i should be the present channel `order[i]`, with inverted polarity if `inverted` contains i. `mounting` is an
    /// alternative explanation.
    case order([Int], inverted: [Int], mounting: Rotation?)
    /// The mounting of the array: rotates its directions to the world's.
    case mounting(Rotation)
    case convention(AmbisonicConvention)
    /// Directions are wrong by at most this many degrees, and too few were given to find the reason.
    case wrongDirections(degrees: Float)
    /// Directions are wrong, and neither order, polarity nor mounting explains it.
    case unexplained(degrees: Float)

    /// Whether the channels are of another kind than configured, so that no other check applies.
    public var isOfAnotherKind: Bool {
        switch self {
        case .equal, .capsules, .ambisonics, .silence, .still: true
        default: false
        }
    }

    /// One line: the fault, and what to do.
    public func description(_ kind: MicrophoneKind) -> String {
        switch self {
        case .silence:
            "expected sound, found digital silence on every channel: is the microphone muted, its gain at zero, or another input chosen?"
        case .still:
            "expected sound, found samples that never change on every channel: is the microphone muted, or another input chosen?"
        case .faint(let decibels):
            "expected ambient sound, found at most \(Decibels.text(decibels)) dBFS: raise the gain to check the channels"
        case .dead(let channel):
            "\(kind.channel(channel)): expected sound as on the others, found almost none, which makes directions wrong: check its capsule and cable"
                + (kind == .ambisonics && channel == 2 ? " (a recording without height has no signal there)" : "")
        case .equal(let channels):
            "\(Self.list(channels.map(kind.channel))): expected a signal of its own in each, found the same samples in all: is it mono, or "
                + "does a driver copy channels?"
        case .capsules:
            "expected the channels of first-order Ambisonics (W, Y, Z, X), found channels that agree at low frequencies, as capsules do: "
                + "use format mic or aformat with the array file"
        case .ambisonics:
            "expected the channels of capsules, found channels that differ at low frequencies, as those of first-order Ambisonics do: use format foa"
        case .scaling(let decibels):
            "expected Y, Z and X together as loud as W (SN3D), found them \(Decibels.text(abs(decibels))) dB \(decibels < 0 ? "quieter" : "louder"): "
                + "set the convention of the source (ambisonics), or convert it; N3D is 5 dB louder, Furse-Malham 3 dB"
        case .level(let channel, let decibels):
            "\(kind.channel(channel)): expected a level that fits the others, found it \(Decibels.text(abs(decibels))) dB "
                + "\(decibels < 0 ? "quieter" : "louder"): check its gain and its capsule"
        case .clipping(let channel, let samples):
            "\(kind.channel(channel)): expected peaks below full scale, found \(samples) clipped samples: lower the gain"
        case .inverted(let channels):
            "\(Self.list(channels.map(kind.channel))): expected the polarity of the others, found the opposite: invert it at the mixer, "
                + "or in the configuration"
        case .split(let channels):
            "\(Self.list(channels.map(kind.channel))): expected the polarity of the other \(Self.count(channels)), found the opposite: invert "
                + "\(Self.count(channels)) channels, whichever they are"
        case .unclear(let direction):
            "a sound from \(Self.text(direction)): expected a distinct sound, found no clear direction: make it louder, closer and in "
                + "short bursts, such as claps"
        case .order(let order, let inverted, let mounting):
            Self.orderText(order, inverted, mounting, kind)
        case .mounting(let rotation):
            "the array is rotated: expected directions as given, found them as with \(Self.text(rotation))"
        case .convention(let convention):
            "expected Ambisonics as configured, found \(convention.rawValue): W, \(convention == .fuma ? "X, Y, Z" : "Y, Z, X") and the "
                + "level of W match it"
        case .wrongDirections(let degrees):
            "expected directions as given, found them up to \(Int(degrees.rounded())) degrees off: give three, not in one plane "
                + "with the microphone, such as front, left and above, to find out why"
        case .unexplained(let degrees):
            "expected directions as given, found them up to \(Int(degrees.rounded())) degrees off, and neither order, polarity nor "
                + "mounting explains it: check the array file, and where the sounds were made"
        }
    }

    private static func orderText(_ order: [Int], _ inverted: [Int], _ mounting: Rotation?, _ kind: MicrophoneKind) -> String {
        var parts: [String] = []
        if order != Array(order.indices) {
            let moved = order.indices.filter { order[$0] != $0 }
            let places = moved.map { "\(kind.channel($0)) on \(order[$0])" }
            parts.append("channels in another order: \(list(places))")
        }
        if !inverted.isEmpty { parts.append("the polarity of \(list(inverted.map(kind.channel))) inverted") }
        let other = mounting.map { "; or, if it is mounted so, \(text($0))" } ?? ""
        return "expected directions as given, found them as with \(parts.joined(separator: ", and "))\(other)"
    }

    private static func count(_ channels: [Int]) -> String { channels.count == 2 ? "two" : "\(channels.count)" }

    private static func list(_ parts: [String]) -> String { parts.joined(separator: ", ") }

    private static func text(_ direction: Direction) -> String {
        "azimuth \(Int(direction.azimuth.rounded())), elevation \(Int(direction.elevation.rounded()))"
    }

    private static func text(_ rotation: Rotation) -> String {
        let angles = rotation.wholeAngles
        return "yaw \(angles.yaw), pitch \(angles.pitch), roll \(angles.roll)"
    }
}
