/// A microphone that is recognised by the name of its device, and the options with which Bearing reads it.
///
/// The table below is the only list; `bearing devices` suggests its options, and docs/microphones.md describes it.
public struct KnownMicrophone: Sendable, Hashable {
    public let name: String
    public let format: AudioFormat
    /// A file in arrays/; nil for Ambisonics.
    public let array: String?
    /// The device's channels of the capsules, counted from 0; nil if it has only these.
    public let channels: [Int]?
    public let remark: String?

    /// Substrings of a device's name or description that identify this microphone.
    let marks: [String]
    /// Number of channels in the mode that delivers the capsules.
    let deviceChannels: Int

    static let planar = "its capsules lie in a plane: elevations are reported without sign (docs/any-array.md)"

    /// Names as in ALSA; channels as in the array files, which name the sources.
    public static let all = [
        KnownMicrophone(
            name: "ReSpeaker USB 4-mic array", format: .mic, array: "respeaker-usb-4-mic", channels: [1, 2, 3, 4],
            remark: planar, marks: ["ReSpeaker 4 Mic Array", "ArrayUAC10"], deviceChannels: 6),
        KnownMicrophone(
            name: "ReSpeaker 4-mic HAT", format: .mic, array: "respeaker-4-mic-hat", channels: nil,
            remark: planar, marks: ["seeed-4mic-voicecard", "seeed4micvoicec"], deviceChannels: 4),
        KnownMicrophone(
            name: "ReSpeaker 6-mic HAT", format: .mic, array: "respeaker-6-mic-hat-all", channels: Array(0..<6),
            remark: planar, marks: ["seeed-8mic-voicecard", "seeed8micvoicec"], deviceChannels: 8),
        KnownMicrophone(
            name: "miniDSP UMA-8", format: .mic, array: "uma-8-all", channels: Array(0..<7),
            remark: planar, marks: ["micArray RAW"], deviceChannels: 8),
        KnownMicrophone(
            name: "miniDSP UMA-16", format: .mic, array: "uma-16", channels: [2, 4, 11, 13],
            remark: planar, marks: ["micArray16"], deviceChannels: 16),
        KnownMicrophone(
            name: "MATRIX Creator", format: .mic, array: "matrix-creator-all", channels: nil,
            remark: planar, marks: ["MATRIXIO"], deviceChannels: 8),
        KnownMicrophone(
            name: "Zoom H3-VR", format: .foa, array: nil, channels: nil,
            remark: "set AmbiX as the format on the recorder", marks: ["H3-VR", "CARD=H3VR"], deviceChannels: 4),
    ]

    /// The microphone that a device's name matches; nil for an unknown one.
    public static func recognised(_ device: CaptureDevice) -> KnownMicrophone? {
        all.first { microphone in
            microphone.marks.contains { device.name.contains($0) || device.description.contains($0) }
        }
    }

    /// Options of `run`, `check` and `localize`, such as `--format mic --array uma-8-all --channels 0,1,2,3,4,5,6`.
    public var options: String {
        let array = array.map { " --array \($0)" } ?? ""
        let channels = channels.map { " --channels " + $0.map(String.init).joined(separator: ",") } ?? ""
        return "--format \(format.rawValue)\(array)\(channels)"
    }

    /// The problem of a device with too few channels for the capsules; nil without a problem.
    public func shortage(of offer: CaptureDevice.Offer) -> String? {
        guard offer.channels.upperBound < deviceChannels else { return nil }
        return "expected \(deviceChannels) channels with its capsules, found \(offer.channels.upperBound): "
            + "install the maker's firmware for \(deviceChannels) channels"
    }
}
