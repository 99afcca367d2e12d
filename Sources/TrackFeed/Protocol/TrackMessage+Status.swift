import JSON

/// The status line: the fields of protocol 1, then later additions.
extension TrackMessage {
    /// - Parameters:
    ///   - time: Unix seconds.
    ///   - now: nanoseconds of the monotonic clock.
    mutating func encode(
        _ status: FeedStatus, of hello: FeedHello, to audience: FeedAudience, _ timings: FeedTimings, time: Double, now: Int64
    ) {
        line.begin()
        line.field("type", "status")
        line.field("time", time, decimals: 4)
        line.field("state", status.state)
        line.field("overruns", status.overruns)
        line.field("dropped_blocks", status.droppedBlocks)
        line.field("blocks", status.blocks)
        line.field("load", status.load, decimals: 4)
        line.openArray("level_dbfs")
        for level in status.levels { line.element(level, decimals: 1) }
        line.closeArray()
        line.field("subscribers", audience.connected)
        line.field("uptime", status.uptime, decimals: 1)

        line.field("error", status.error)
        line.field("source", hello.source)
        line.field("format", hello.format)
        line.field("model", hello.model)
        line.field("frames", status.frames)
        line.field("drift_ppm", status.drift, decimals: 1)
        line.field("network_resets", status.networkResets)
        line.openArray("warnings")
        for warning in status.warnings { line.element(warning) }
        line.closeArray()
        line.openObject("events")
        for event in status.events { line.field(event.name, event.count) }
        line.closeObject()
        line.openObject("dropped")
        line.field("frames", status.droppedFrames)
        line.field("blocks", status.lostBlocks)
        line.field("lines", audience.droppedLines)
        line.closeObject()
        line.field("subscribers_served", audience.served)
        line.field("subscribers_stalled", audience.stalled)
        encode("latency_ms", timings.latency, now: now)
        encode("compute_ms", timings.computing, now: now)
        line.endLine()
    }

    private mutating func encode(_ key: String, _ recorder: LatencyRecorder, now: Int64) {
        line.openObject(key)
        encode("minute", recorder.lastMinute(at: now))
        encode("total", recorder.sinceStart())
        line.closeObject()
    }

    private mutating func encode(_ key: String, _ summary: LatencySummary) {
        line.openObject(key)
        line.field("count", summary.count)
        line.field("sum", milliseconds(summary.sum), decimals: 3)
        line.field("p50", milliseconds(summary.p50), decimals: 3)
        line.field("p90", milliseconds(summary.p90), decimals: 3)
        line.field("p99", milliseconds(summary.p99), decimals: 3)
        line.field("p999", milliseconds(summary.p999), decimals: 3)
        line.field("max", milliseconds(summary.longest), decimals: 3)
        line.closeObject()
    }

    private func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) * 1e-6 }
}
