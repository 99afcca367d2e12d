import Files
import Glibc
import Platform

/// Progress on standard error: one line redrawn in place on a terminal, otherwise a plain line every few seconds.
struct ProgressBar {
    private let label: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let began = MonotonicTime.seconds
    private var shown: Double
    /// Seconds between two lines if standard error is not a terminal.
    private static let plainInterval = 15.0
    private static let terminalInterval = 0.2
    /// Work that ends within two seconds shows nothing.
    private static let patience = 2.0

    init(_ label: String) {
        // Names may contain control characters.
        self.label = label.sanitized(nil)
        shown = began
    }

    /// - Parameters: `fraction` of the work done, 0...1, nil if the end is unknown; `note` is appended.
    mutating func update(_ fraction: Double?, note: String = "") {
        let now = MonotonicTime.seconds
        let interval = isTerminal ? Self.terminalInterval : Self.plainInterval
        guard now - began > Self.patience, now - shown > interval else { return }
        shown = now
        guard let fraction else {
            Self.write(isTerminal ? "\r\u{1B}[K\(label) \(note)" : "\(label): \(note)\n")
            return
        }
        let left = fraction > 0.001 ? (now - began) * (1 - fraction) / fraction : .nan
        let percent = Int(fraction * 100)
        let time = left.isFinite ? ", \(Self.duration(left)) left" : ""
        let details = note.isEmpty ? "" : ", \(note)"
        if isTerminal {
            let filled = Int(fraction * 24)
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
            Self.write("\r\u{1B}[K\(label) \(bar) \(percent) %\(time)\(details)")
        } else {
            Self.write("\(label): \(percent) %\(time)\(details)\n")
        }
    }

    /// Clears the line for the next output.
    func finish() {
        if isTerminal { Self.write("\r\u{1B}[K") }
    }

    /// Hours, minutes and seconds in words.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }

    private static func write(_ text: String) {
        _ = unsafe text.withCString { unsafe Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}
