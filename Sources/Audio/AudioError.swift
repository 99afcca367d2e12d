/// Errors between a file or a device and the samples: one line each, with the name, what was expected, what was found and what
/// to do.
public enum AudioError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingFile(path: String)
    case unreadableFile(path: String, reason: String)
    /// The audio format is unknown, or its header is invalid.
    case notAudio(path: String, reason: String)
    case emptyFile(path: String)
    case wrongChannelCount(source: String, expected: Int, found: Int)
    /// The channel map names a channel, counted from 0, that the source does not have.
    case missingChannel(source: String, channel: Int, found: Int)
    /// The recording exceeds the maximum length.
    case overlong(path: String, found: String)
    /// The file contains fewer frames than its header says.
    case truncatedFile(path: String, expectedFrames: Int, foundFrames: Int)
    case unwritableFile(path: String, reason: String)
    /// The sample rate is outside the range of the resampler.
    case unfitSampleRate(found: Int)
    case unfitChannelMap(reason: String)
    case missingDevice(name: String)
    case busyDevice(name: String)
    case forbiddenDevice(name: String)
    /// The device exists but offers nothing that Bearing can use.
    case unfitDevice(name: String, expected: String, found: String)
    case failedDevice(name: String, operation: String, reason: String)

    /// "A,B,C" of three.
    private static func letters(_ count: Int) -> String {
        (0..<count).map { String(UnicodeScalar(UInt8(65 + $0 % 26))) }.joined(separator: ",")
    }

    public var description: String {
        switch self {
        case .missingFile(let path):
            "\(path): expected an audio file, found nothing there: check the path"
        case .unreadableFile(let path, let reason):
            "\(path): expected a readable audio file, found: \(reason): check the path and its permissions"
        case .notAudio(let path, let reason):
            "\(path): expected an audio file (WAV, FLAC, AIFF, Ogg...), found: \(reason): convert or record it again"
        case .emptyFile(let path):
            "\(path): expected audio, found none in it: record it again"
        case .wrongChannelCount(let source, let expected, let found):
            "\(source): expected \(expected) channels, found \(found): "
                + (found > expected
                    ? "choose \(expected) of them, counted from 0, with --channels \(Self.letters(expected)) or `channels` in [input] of the "
                        + "configuration"
                    : "use a recording or device with \(expected) channels")
        case .missingChannel(let source, let channel, let found):
            "\(source): expected a channel \(channel) as the channel map says, found \(found) channels, 0 to \(found - 1): "
                + "correct --channels, or `channels` in [input] of the configuration"
        case .overlong(let path, let found):
            "\(path): expected at most 1000 hours of audio, found \(found): cut it into shorter files"
        case .truncatedFile(let path, let expected, let found):
            "\(path): expected \(expected) frames as its header says, found \(found): "
                + "the file is cut off or damaged; copy or record it again"
        case .unwritableFile(let path, let reason):
            "\(path): expected to write audio there, found: \(reason): check folder, permissions and free space"
        case .unfitSampleRate(let found):
            "sample rate: expected 1000 to 768000 samples a second, found \(found): choose another rate"
        case .unfitChannelMap(let reason):
            "channel map: expected \(ChannelMap.expected), found \(reason): correct the map"
        case .missingDevice(let name):
            "\(name): expected a capture device, found none of that name: `bearing devices` lists them"
        case .busyDevice(let name):
            "\(name): expected a free capture device, found it in use: stop the other program that records from it"
        case .forbiddenDevice(let name):
            "\(name): expected permission to record, found none: add the user to the group `audio`"
        case .unfitDevice(let name, let expected, let found):
            "\(name): expected \(expected), found \(found): `bearing devices` shows what each device offers"
        case .failedDevice(let name, let operation, let reason):
            "\(name): expected to \(operation), found: \(reason): check the cable and `bearing devices`"
        }
    }
}
