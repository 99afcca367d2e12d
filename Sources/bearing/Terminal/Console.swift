import Files
import Glibc

/// Messages of a command beside its result, on standard error, so that results can be piped.
enum Console {
    /// Control characters in names and foreign messages are escaped.
    static func note(_ line: String) { write("bearing: \(line.sanitized(nil))\n") }

    /// A message that the reader does not take within a second is lost: no command waits for it.
    static func write(_ text: String) {
        var output = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&output, 1, 1000) != 0 else { return }
        _ = unsafe text.withCString { unsafe Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}

extension Double {
    /// With a fixed number of decimals.
    func formatted(_ decimals: Int) -> String {
        guard isFinite else { return isNaN ? "-" : (self > 0 ? "inf" : "-inf") }
        let scale = (0..<decimals).reduce(1.0) { value, _ in value * 10 }
        let whole = Int64((abs(self) * scale).rounded())
        let sign = self < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % Int64(scale))
        return "\(sign)\(whole / Int64(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
