public import Logging

/// The log of a separate process.
public enum ServiceLog {
    /// Lines on standard error through `output`; under systemd the journal adds the time.
    public static func make(_ level: Logger.Level, _ output: LogWriter) -> Logger {
        var log = Logger(label: "bearing") { StreamLogHandler(label: $0, stream: output) }
        log.logLevel = level
        return log
    }
}
