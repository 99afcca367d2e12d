import Audio
import Configuration
import Features
import Formats
import Geometry
import Options

/// The meaning of a source's channels, and their conversion to the input of a model.
struct ModelInput {
    let format: AudioFormat
    /// The array of `mic` and `aformat`; nil for the model's own.
    let geometry: ArrayGeometry?
    /// What a file's channels are known to contain.
    let channels: FileChannels
    /// Number of channels of the source: four of Ambisonics, or the capsules of the array.
    let channelCount: Int
    /// nil if the model takes the channels as they are.
    let encoding: EncodingFilters?
    /// What the elevations of its tracks tell.
    let elevation: ElevationSense
    /// What reduces accuracy, a line each.
    let warnings: [String]

    /// - Parameter file: the configuration file with these settings, for messages.
    /// - Throws: a `Failure` for channels that do not fit the model at `path`.
    init(_ input: BearingConfiguration.Input, of file: String? = nil, model: ModelFile, at path: String) throws {
        func key(_ name: String) -> String { file.map { "\($0): input.\(name)" } ?? name }
        let native: AudioFormat = model.features.isAmbisonic ? .foa : .mic
        // With a model for foa, capsules can only be encoded.
        format = input.format ?? (input.array != nil && native == .foa ? .aformat : native)
        guard format == native || (format == .aformat && native == .foa) else {
            throw Failure(
                .configuration,
                "\(file == nil ? path : key("format")): expected a model for format \(format == .aformat ? "foa" : format.rawValue), found one for "
                    + "\(native.rawValue): give --format \(native.rawValue) or another --model")
        }
        if let convention = input.ambisonics, convention != .ambix, format != .foa {
            throw Failure(
                .configuration,
                "\(key("ambisonics")): expected \(convention.rawValue) with format foa only, found format \(format.rawValue): "
                    + "remove one of them")
        }
        channels = format != .foa ? .capsules : input.ambisonics.map { .ambisonics($0) } ?? .declared
        let array = input.array.map(Resources.array)
        let geometry = try array.map { try Self.load($0) }
        self.geometry = format == .foa ? nil : geometry
        let capsules = format == .foa ? nil : geometry ?? model.geometry ?? .tetrahedral
        channelCount = capsules?.capsules.count ?? AudioFormat.channels
        if let capsules {
            try Self.requireCapsules(capsules.capsules.count, format, model: model, at: path, of: array ?? path)
        }
        if let map = input.channels, map.count != channelCount {
            throw Failure(
                .configuration,
                "\(key("channels")): expected \(channelCount) channel numbers, "
                    + (capsules.map { "one for each capsule of \($0.name)" } ?? "those of W, Y, Z and X")
                    + ", found \(map.count): correct them\(capsules == nil ? "" : " or the array file")")
        }
        var warnings = format == .foa ? [] : (geometry?.remarks ?? []).map { "\(array ?? ""): \($0)" }
        switch format {
        case .foa:
            encoding = input.ambisonics.flatMap { EncodingFilters(from: $0) }
            if let array { warnings.append("\(array): not used, since format foa has no capsules; use format aformat to encode them") }
        case .mic:
            encoding = nil
            if let geometry, let array, let trained = model.geometry {
                let differences = geometry.differences(from: trained)
                if !differences.isEmpty {
                    warnings.append(
                        "\(array): not the array that \(path) was trained on (\(trained.name)): \(differences.joined(separator: ", ")); "
                            + "directions will be wrong, so train a model with this array")
                }
            }
        case .aformat:
            guard let geometry else {
                throw Failure(
                    .configuration,
                    "\(key("array")): expected the array of format aformat, found none: give --array FILE, or the name of one that ships "
                        + "with Bearing, such as aformat-cardioid")
            }
            encoding = AFormatEncoder.filters(for: geometry)
        }
        if format != .foa, let capsules = geometry ?? model.geometry {
            elevation = capsules.elevation
            let name = array ?? path
            if capsules.isHorizontal {
                warnings.append("\(name): elevations are reported without sign: the angle above or below the plane of the capsules")
            } else if capsules.dimensions == 2 {
                warnings.append(
                    "\(name): directions may be on the wrong side of the plane of the capsules: describe them with z = 0, and how the array is "
                        + "mounted in [mounting]")
            }
        } else {
            elevation = .signed
        }
        self.warnings = warnings
    }

    /// - Throws: for a number of capsules that neither the model nor an encoder takes.
    private static func requireCapsules(
        _ count: Int, _ format: AudioFormat, model: ModelFile, at path: String, of array: String
    ) throws {
        if format == .aformat, count < AudioFormat.channels {
            throw Failure(
                .configuration,
                "\(array): expected \(AudioFormat.channels) capsules at least for format aformat, found \(count), which determine no "
                    + "Ambisonics: use format mic")
        }
        guard format != .mic || model.features.isArrayIndependent || count == AudioFormat.channels else {
            throw Failure(
                .configuration,
                "\(array): expected \(AudioFormat.channels) capsules, which \(path) was trained on, found \(count): use a model for any array, "
                    + "such as array-live, or describe four of them and choose their channels")
        }
    }

    /// Delay of the encoder in seconds.
    var latency: Double { Double(encoding?.delay ?? 0) / Double(AudioFormat.sampleRate) }

    /// One line that describes the channels.
    var summary: String {
        guard format == .aformat, let geometry, let encoding else { return format.rawValue }
        return "\(format.rawValue), \(geometry.name), encoded to foa; accurate to 3 degrees and 1 dB up to "
            + "\(Int((encoding.limit / 100).rounded()) * 100) Hz"
    }

    static func load(_ path: String) throws -> ArrayGeometry {
        do {
            return try ArrayFile.load(path)
        } catch {
            throw Failure(error)
        }
    }
}
