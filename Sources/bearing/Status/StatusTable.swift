import TrackFeed

/// A daemon's status as a table.
struct StatusTable {
    let report: DaemonReport
    /// The address of the daemon.
    let socket: String

    private static let indent = 13
    private static let barWidth = 20
    private static let barFloor = -80.0

    /// Lines without line ends.
    var lines: [String] {
        let (hello, status) = (report.hello, report.status)
        var lines = [
            row("daemon", "\(hello.name), up \(Self.duration(status.uptime.value))"),
            row("socket", "\(ForeignText(socket))"),
            row("source", text(status.source ?? hello.source) + "   format " + text(status.format ?? hello.format)),
            row("model", text(status.model ?? hello.model)),
            row("capture", capture),
            row("", status.namedEvents.map { "\(Self.grouped($0.count)) \($0.name)" }.joined(separator: "   ")),
        ]
        if let device = hello.capture { lines.insert(row("device", "\(device)"), at: 3) }
        if let error = status.error { lines.append(row("last fault", "\(error)")) }
        for warning in (status.warnings ?? []).prefix(16) { lines.append(row("warning", "\(warning)")) }
        lines.append(row("analysis", analysis))
        lines.append(row("dropped", dropped))
        lines += levels
        lines += latencies
        lines.append(row("subscribers", subscribers))
        if status.isOld {
            lines += ["", "This daemon is older than this program and lacks some figures: restart it after the update."]
        }
        return lines
    }

    private var capture: String {
        let status = report.status
        var parts = ["\(status.state)"]
        if let frames = status.frames { parts.append("\(Self.grouped(frames)) frames") }
        if let drift = status.driftPpm, drift.value != 0 {
            parts.append("clock \(abs(drift.value).formatted(1)) ppm \(drift.value > 0 ? "fast" : "slow")")
        }
        return parts.joined(separator: "   ")
    }

    private var analysis: String {
        let status = report.status
        let resets = status.networkResets.map { $0 > 0 ? "   \(Self.grouped($0)) network resets" : "" } ?? ""
        return "\(Self.grouped(status.blocks)) blocks   load \((status.load.value * 100).formatted(1)) %\(resets)"
    }

    private var dropped: String {
        guard let dropped = report.status.dropped else { return "\(Self.grouped(report.status.droppedBlocks)) blocks" }
        return "\(Self.grouped(dropped.frames)) frames before the analysis   \(Self.grouped(dropped.blocks)) blocks after it   "
            + "\(Self.grouped(dropped.lines)) lines to slow subscribers"
    }

    private var subscribers: String {
        let status = report.status
        var parts = ["\(Self.grouped(status.subscribers)) connected, this one included"]
        if let served = status.subscribersServed { parts.append("\(Self.grouped(served)) served") }
        if let stalled = status.subscribersStalled { parts.append("\(Self.grouped(stalled)) disconnected because they did not read") }
        return parts.joined(separator: "   ")
    }

    private var levels: [String] {
        report.status.levelDbfs.prefix(16).enumerated().map { channel, level in
            let bar = Self.bar(level?.value ?? -.infinity)
            let figure = level.map { "\(Self.right($0.value.formatted(1))) dBFS" } ?? "      -"
            return row(channel == 0 ? "level" : "", "\(channel)  \(bar)\(figure)")
        }
    }

    /// A table in milliseconds.
    private var latencies: [String] {
        let status = report.status
        guard let latency = status.latencyMs, let compute = status.computeMs else { return [row("latency", "-")] }
        let rows = [
            ("air to socket, last minute", latency.minute), ("since the start", latency.total),
            ("computing, last minute", compute.minute), ("since the start", compute.total),
        ]
        return [row("latency", LatencyTable.head)]
            + rows.map { name, summary in
                let figures = [summary.p50, summary.p90, summary.p99, summary.p999, summary.max].map(\.value)
                return row("", LatencyTable.row(name, summary.count > 0 ? figures : nil))
            }
    }

    // MARK: - Pieces

    private func row(_ name: String, _ text: String) -> String { Self.left(name, Self.indent) + text }

    private func text(_ text: ForeignText?) -> String { text?.description ?? "-" }

    /// Bar from the lowest level shown to full scale.
    static func bar(_ level: Double) -> String {
        let share = max(0, min(1, (level - barFloor) / -barFloor))
        let filled = Int((share * Double(barWidth)).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: barWidth - filled)
    }

    /// The two largest units: 3 d 4 h.
    static func duration(_ seconds: Double) -> String {
        guard seconds >= 60 else { return "\(max(0, seconds).formatted(1)) s" }
        let whole = Int(seconds)
        let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        let first = units.firstIndex { whole >= $0.0 } ?? 3
        var (rest, parts) = (whole, [String]())
        for (size, unit) in units[first..<min(first + 2, 4)] {
            parts.append("\(rest / size) \(unit)")
            rest %= size
        }
        return parts.joined(separator: " ")
    }

    /// Thousands apart: 1,234,567.
    static func grouped(_ count: Int) -> String {
        let digits = String(count.magnitude)
        let grouped = digits.enumerated().map { place, digit in
            (digits.count - place) % 3 == 0 && place > 0 ? ",\(digit)" : "\(digit)"
        }
        return (count < 0 ? "-" : "") + grouped.joined()
    }

    /// Wide enough for -200.0.
    private static func right(_ text: String) -> String { String(repeating: " ", count: max(0, 7 - text.count)) + text }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
