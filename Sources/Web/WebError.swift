public import Audio
public import Files
public import Formats

/// A reason why `bearing web` cannot start.
public enum WebError: Error, CustomStringConvertible {
    case cannotListen(address: String, reason: String)
    /// Another process listens there.
    case inUse(address: String)
    case badToken(path: String, found: String)
    case file(FileError)
    case audio(AudioError)
    case tracks(MetadataError)
    /// A folder without the files of `run --record`.
    case noRecordings(path: String)
    case badLine(path: String, line: Int, expected: String)
    /// Pieces of one recording with different sample rates.
    case otherRate(path: String, expected: Int, found: Int)
    case tooLong(hours: Int)

    public var description: String {
        switch self {
        case .cannotListen(let address, let reason):
            "expected to listen on \(address), found: \(reason): give another --listen"
        case .inUse(let address): "expected to listen on \(address), found it in use: end the other process, or give another --listen"
        case .badToken(let path, let found):
            "\(path): expected a token of 16 to 256 letters, digits, - and _, found \(found): write one with `openssl rand -hex 24`"
        case .file(let error): error.description
        case .audio(let error): error.description
        case .tracks(let error): error.description
        case .noRecordings(let path):
            "\(path): expected pairs bearing-*.wav and bearing-*.jsonl of `run --record`, found none: give such a folder, or an audio file "
                + "and --tracks"
        case .badLine(let path, let line, let expected): "\(path):\(line): expected \(expected), found something else: correct the line"
        case .otherRate(let path, let expected, let found):
            "\(path): expected \(expected) Hz as in the file before it, found \(found): replay them one by one"
        case .tooLong(let hours): "expected at most \(hours) hours to replay, found more: copy the files of interest to another folder"
        }
    }
}
