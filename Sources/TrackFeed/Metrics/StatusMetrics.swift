/// A daemon's status as metrics. Names begin with bearing_, units are seconds.
package enum StatusMetrics {
    private static let states = ["opening", "running", "lost", "ended", "stopped"]

    /// The only metric that is known when no daemon answers.
    package static var unreachable: String {
        var text = PrometheusText()
        text.family("bearing_up", .gauge, upHelp, 0)
        return text.text
    }

    package static func text(_ report: DaemonReport) -> String {
        var text = PrometheusText()
        text.family("bearing_up", .gauge, upHelp, 1)
        describe(report, &text)
        capture(report.status, &text)
        analysis(report.status, &text)
        audience(report.status, &text)
        return text.text
    }

    private static let upHelp = "Whether a daemon answers on the socket."

    private static func describe(_ report: DaemonReport, _ text: inout PrometheusText) {
        let (hello, status) = (report.hello, report.status)
        text.family(
            "bearing_info", .gauge, "Version, source, format and model of the daemon: always 1.",
            [
                PrometheusText.Sample(
                    1, ("name", hello.name.description), ("source", (status.source ?? hello.source)?.description ?? ""),
                    ("format", (status.format ?? hello.format)?.description ?? ""),
                    ("model", (status.model ?? hello.model)?.description ?? ""))
            ])
        text.family("bearing_uptime_seconds", .gauge, "Time since the daemon started.", status.uptime.value)
    }

    private static func capture(_ status: DaemonReport.Status, _ text: inout PrometheusText) {
        let state = status.state.description
        let known = states.contains(state) ? states : states + [state]
        text.family(
            "bearing_capture_state", .gauge, "State of the capture: 1 for the present state, 0 for the others.",
            known.map { PrometheusText.Sample($0 == state ? 1 : 0, ("state", $0)) })
        text.family(
            "bearing_capture_frames_total", .counter, "Frames captured, at 24 kHz.", status.frames.map(Double.init))
        text.family(
            "bearing_capture_drift_ratio", .gauge, "Relative deviation of the device's clock; positive if it is fast.",
            status.driftPpm.map { $0.value * 1e-6 })
        text.family(
            "bearing_capture_events_total", .counter, "Capture events, by kind.",
            status.namedEvents.map { PrometheusText.Sample(Double($0.count), ("event", $0.name)) })
        text.family(
            "bearing_level_dbfs", .gauge, "Root mean square of the last block, decibels below full scale.",
            status.levelDbfs.prefix(64).enumerated().compactMap { channel, level in
                level.map { PrometheusText.Sample($0.value, ("channel", "\(channel)")) }
            })
    }

    private static func analysis(_ status: DaemonReport.Status, _ text: inout PrometheusText) {
        text.family("bearing_blocks_total", .counter, "Blocks of 100 ms analysed.", Double(status.blocks))
        text.family(
            "bearing_dropped_blocks_total", .counter, "Blocks lost inside the daemon, before or after the analysis.",
            Double(status.droppedBlocks))
        text.family(
            "bearing_dropped_frames_total", .counter, "Frames dropped because the analysis was too slow.",
            status.dropped.map { Double($0.frames) })
        text.family(
            "bearing_warnings", .gauge, "Present warnings about the channels.", status.warnings.map { Double($0.count) })
        text.family(
            "bearing_network_resets_total", .counter, "Resets of the network because a value in it was not finite.",
            status.networkResets.map(Double.init))
        text.family("bearing_load_ratio", .gauge, "Computing time of the analysis as a share of real time.", status.load.value)
        summary(
            "bearing_latency_seconds", "From the end of a block to its line in the subscribers' sockets, last minute.",
            status.latencyMs, &text)
        text.family(
            "bearing_latency_max_seconds", .gauge, "Longest latency since the start.", status.latencyMs.map { $0.total.max.value / 1000 })
        summary("bearing_compute_seconds", "Computing time of a block, last minute.", status.computeMs, &text)
    }

    private static func audience(_ status: DaemonReport.Status, _ text: inout PrometheusText) {
        text.family(
            "bearing_subscribers", .gauge, "Subscribers connected, including the one that requests this.", Double(status.subscribers))
        text.family(
            "bearing_subscribers_served_total", .counter, "Subscribers served.", status.subscribersServed.map(Double.init))
        text.family(
            "bearing_subscribers_stalled_total", .counter, "Subscribers disconnected because they did not read.",
            status.subscribersStalled.map(Double.init))
        text.family(
            "bearing_dropped_lines_total", .counter, "Lines dropped because subscribers were too slow.",
            status.dropped.map { Double($0.lines) })
    }

    /// Quantiles of the last minute; sum and count since the start, as Prometheus expects.
    private static func summary(
        _ name: String, _ help: String, _ durations: DaemonReport.Status.Durations?, _ text: inout PrometheusText
    ) {
        guard let durations else { return }
        let minute = durations.minute
        let quantiles = [("0.5", minute.p50), ("0.9", minute.p90), ("0.99", minute.p99), ("0.999", minute.p999), ("1", minute.max)]
        text.family(
            name, .summary, help,
            quantiles.map { PrometheusText.Sample(minute.count > 0 ? $1.value / 1000 : .nan, ("quantile", $0)) } + [
                PrometheusText.Sample(durations.total.sum.value / 1000, suffix: "_sum"),
                PrometheusText.Sample(Double(durations.total.count), suffix: "_count"),
            ])
    }
}
