import ArgumentParser
import Audio
import FoundationEssentials

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Lists the capture devices: their channels, rates and formats.",
        discussion: """
            Lists what the device itself offers, without ALSA's conversions. Bearing resamples and selects \
            channels. A device is usable if it has three channels or more. For known microphones, the options \
            of `run` and `check` are suggested.

            Example: bearing devices --json
            """)

    @Flag(help: "Print one JSON array.")
    var json = false

    func run() throws {
        let devices = CaptureDevices.list()
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(devices.map(Entry.init)), as: UTF8.self))
            return
        }
        guard !devices.isEmpty else {
            throw Failure(
                .unavailable,
                "expected a capture device, found none: plug in a microphone array; or read a recording with `--source file:PATH`")
        }
        for device in devices { print(Self.lines(device)) }
    }

    private static func lines(_ device: CaptureDevice) -> String {
        let head = device.description.isEmpty ? device.name : "\(device.name)  (\(device.description))"
        switch device.offer {
        case .failure(let error):
            return "\(head)\n    not available: \(error)"
        case .success(let offer):
            let channels = range(offer.channels)
            let rates = offer.rates.isEmpty ? range(offer.rateRange) : offer.rates.map(String.init).joined(separator: " ")
            let formats = offer.formats.map(\.rawValue).joined(separator: " ")
            let note = offer.isUsable ? "" : "\n    not usable: Bearing needs three channels of one of its formats"
            let known = KnownMicrophone.recognised(device).map { suggestion($0, offer) } ?? ""
            return "\(head)\n    channels \(channels)\n    rates    \(rates)\n    formats  \(formats)\(note)\(known)"
        }
    }

    private static func suggestion(_ microphone: KnownMicrophone, _ offer: CaptureDevice.Offer) -> String {
        let advice = microphone.shortage(of: offer) ?? microphone.options
        let remark = microphone.remark.map { "\n             \($0)" } ?? ""
        return "\n    known as \(microphone.name): \(advice)\(remark)"
    }

    private static func range(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }

    /// The JSON form; keys are a contract with scripts.
    private struct Entry: Encodable {
        var name, description: String
        var usable: Bool
        var channelsMin, channelsMax, rateMin, rateMax: Int?
        var rates: [Int]?
        var formats: [String]?
        var problem: String?
        var suggestion: Suggestion?

        init(_ device: CaptureDevice) {
            name = device.name
            description = device.description
            switch device.offer {
            case .failure(let error):
                usable = false
                problem = error.description
            case .success(let offer):
                usable = offer.isUsable
                (channelsMin, channelsMax) = (offer.channels.lowerBound, offer.channels.upperBound)
                (rateMin, rateMax) = (offer.rateRange.lowerBound, offer.rateRange.upperBound)
                rates = offer.rates
                formats = offer.formats.map(\.rawValue)
                suggestion = KnownMicrophone.recognised(device).map { Suggestion($0, offer) }
            }
        }
    }

    /// The options for a known microphone.
    private struct Suggestion: Encodable {
        var microphone, format: String
        var array, problem, remark: String?
        var channels: [Int]?

        init(_ known: KnownMicrophone, _ offer: CaptureDevice.Offer) {
            microphone = known.name
            format = known.format.rawValue
            array = known.array
            channels = known.channels
            problem = known.shortage(of: offer)
            remark = known.remark
        }
    }
}
