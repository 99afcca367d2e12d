/// The source of audio, as the command line and the configuration file give it.
public enum InputSource: Sendable, Hashable, CustomStringConvertible {
    /// An ALSA capture device, by its name in ALSA.
    case alsa(String)
    /// An audio file, played in real time.
    case file(String)
    /// The recording that ships with the program.
    case demo

    public static let expected = "alsa:NAME, file:PATH or demo"

    /// - Returns: nil for other text.
    public init?(_ text: String) {
        if text == "demo" {
            self = .demo
        } else if text.hasPrefix("alsa:"), text.count > 5 {
            self = .alsa(String(text.dropFirst(5)))
        } else if text.hasPrefix("file:"), text.count > 5 {
            self = .file(String(text.dropFirst(5)))
        } else {
            return nil
        }
    }

    /// Whether `array` is a path; a bare name is that of an array that ships with the program.
    static func isPath(array: String) -> Bool { array.contains("/") || array.hasSuffix(".toml") }

    public var description: String {
        switch self {
        case .alsa(let name): "alsa:\(name)"
        case .file(let path): "file:\(path)"
        case .demo: "demo"
        }
    }
}
