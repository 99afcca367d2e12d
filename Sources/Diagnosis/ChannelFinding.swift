public import Audio
public import Geometry

/// Something that is wrong with the channels of a microphone.
public enum ChannelFinding: Sendable, Hashable {
    /// Nothing on any channel.
    case silence
    /// Samples that never change, on any channel.
    case still
    /// All channels so quiet that nothing can be said of them; the loudest, dB below full scale.
    case faint(decibels: Float)
    /// Nothing, or next to nothing, where the others hear something.
    case dead(channel: Int)
    /// The same samples in all of them.
    case equal(channels: [Int])
    /// Capsules, taken for Ambisonics.
    case capsules
    /// Ambisonics, taken for capsules.
    case ambisonics
    /// Ambisonics in which Y, Z and X are so many dB louder beside W than they should be.
    case scaling(decibels: Float)
    /// dB against what the others let expect.
    case level(channel: Int, decibels: Float)
    /// Samples at the highest value that the channel can have.
    case clipping(channel: Int, samples: Int)
    /// Its polarity is the opposite of the others'.
    case inverted(channels: [Int])
    /// Two channels have the opposite polarity of the other two.
    case split(channels: [Int])
    /// A sound from there stands out too little to tell its direction.
    case unclear(Direction)
    /// Channel i should be what now is channel `order[i]`, its polarity turned where `inverted` has i. `mounting` would explain it as well.
    case order([Int], inverted: [Int], mounting: Rotation?)
    /// The array is mounted so: takes its directions to the world's.
    case mounting(Rotation)
    case convention(AmbisonicConvention)
    /// Directions are wrong by so many degrees at most, and too few were given to find out why.
    case wrongDirections(degrees: Float)
    /// Directions are wrong, and neither order, polarity nor mounting explains how.
    case unexplained(degrees: Float)

    /// Whether the channels are no microphone's of the kind that they are taken for, so that nothing else can be told of them.
    public var isOfAnotherKind: Bool {
        switch self {
        case .equal, .capsules, .ambisonics, .silence, .still: true
        default: false
        }
    }

    /// One line: what is wrong, and what to do.
    public func description(_ kind: MicrophoneKind) -> String {
        switch self {
        case .silence:
            "expected sound, found digital silence on every channel: is the microphone muted, its gain at zero, or another input chosen?"
        case .still:
            "expected sound, found samples that never change on every channel: is the microphone muted, or another input chosen?"
        case .faint(let decibels):
            "expected the sounds of a room, found \(Decibels.text(decibels)) dBFS at most: raise the gain to judge the channels"
        case .dead(let channel):
            "\(kind.channel(channel)): expected sound as on the others, found next to nothing, which bends directions: check its capsule and cable"
                + (kind == .ambisonics && channel == 2 ? " (a recording without height has nothing there)" : "")
        case .equal(let channels):
            "\(Self.list(channels.map(kind.channel))): expected a signal of its own in each, found the same samples in all: is it a mono track, or "
                + "a driver that copies channels?"
        case .capsules:
            "expected the channels of first-order Ambisonics (W, Y, Z, X), found channels that agree at low frequencies, as capsules do: "
                + "use format mic or aformat with the array file"
        case .ambisonics:
            "expected the channels of capsules, found channels that differ at low frequencies, as those of first-order Ambisonics do: use format foa"
        case .scaling(let decibels):
            "expected Y, Z and X together as loud as W (SN3D), found them \(Decibels.text(abs(decibels))) dB \(decibels < 0 ? "quieter" : "louder"): "
                + "set the convention of the source (ambisonics), or convert it; N3D is 5 dB louder, Furse-Malham 3 dB"
        case .level(let channel, let decibels):
            "\(kind.channel(channel)): expected the level that the others let expect, found it \(Decibels.text(abs(decibels))) dB "
                + "\(decibels < 0 ? "quieter" : "louder"): check its gain and its capsule"
        case .clipping(let channel, let samples):
            "\(kind.channel(channel)): expected peaks below full scale, found \(samples) samples cut off at the top: lower the gain"
        case .inverted(let channels):
            "\(Self.list(channels.map(kind.channel))): expected the polarity of the others, found the opposite: turn it at the mixer, "
                + "or in the configuration"
        case .split(let channels):
            "\(Self.list(channels.map(kind.channel))): expected the polarity of the other two, found the opposite: turn that of two "
                + "channels; sounds from known directions do not matter here"
        case .unclear(let direction):
            "a sound from \(Self.text(direction)): expected it to stand out, found no clear direction: make it louder, closer and in "
                + "short bursts, such as claps"
        case .order(let order, let inverted, let mounting):
            Self.orderText(order, inverted, mounting, kind)
        case .mounting(let rotation):
            "the array is turned: expected directions as given, found them as with \(Self.text(rotation))"
        case .convention(let convention):
            "expected Ambisonics as configured, found \(convention.rawValue): W, \(convention == .fuma ? "X, Y, Z" : "Y, Z, X") and the "
                + "level of W are those of it"
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
        if order != [0, 1, 2, 3] {
            let moved = order.indices.filter { order[$0] != $0 }
            let places = moved.map { "\(kind.channel($0)) on \(order[$0])" }
            parts.append("channels in another order: \(list(places))")
        }
        if !inverted.isEmpty { parts.append("the polarity of \(list(inverted.map(kind.channel))) turned") }
        let other = mounting.map { "; or, if it is mounted so, \(text($0))" } ?? ""
        return "expected directions as given, found them as with \(parts.joined(separator: ", and "))\(other)"
    }

    private static func list(_ parts: [String]) -> String { parts.joined(separator: ", ") }

    private static func text(_ direction: Direction) -> String {
        "azimuth \(Int(direction.azimuth.rounded())), elevation \(Int(direction.elevation.rounded()))"
    }

    private static func text(_ rotation: Rotation) -> String {
        let angles = rotation.wholeAngles
        return "yaw \(angles.yaw), pitch \(angles.pitch), roll \(angles.roll)"
    }
}
