public import Audio
import Signal

/// Watches the channels of a stream for faults that make directions wrong without an error: dead and copied channels, silence,
/// constant samples, and another format than configured.
///
/// The latest ten seconds are checked every second; the format is checked in ten seconds of each minute, and continuously while
/// it is wrong. Not for real-time threads: it allocates, and checks a minute of audio in some tens of milliseconds.
public final class ChannelWatch {
    /// Seconds that are checked at once.
    public static let window = 10
    private static let windowBlocks = window * FrameLayout.blocksPerSecond
    /// Minimum number of blocks for checking a recording that has ended.
    private static let fewestBlocks = Int(AmbienceCheck.shortest) * FrameLayout.blocksPerSecond
    /// Blocks between two checks of the format.
    private static let formatPause = 50 * FrameLayout.blocksPerSecond
    /// Consecutive checks without a finding after which it ends.
    private static let patience = 2

    /// Present findings, in the order of their discovery.
    public private(set) var findings: [ChannelFinding] = []

    private let kind: MicrophoneKind
    private let filter: FilterMatrix?
    /// nil for channels that cannot be of the other kind.
    private let collector: FormatCollector?
    /// The latest blocks, the oldest first.
    private var blocks: [BlockSums] = []
    private var block: BlockSums
    /// Blocks since the start.
    private var count = 0
    /// Blocks with spectra for the format check, and blocks to skip before the next.
    private var collected = 0
    private var pause = 0
    private var format: ChannelFinding?
    /// Checks since each finding was last made.
    private var missed: [ChannelFinding: Int] = [:]

    /// - Parameter convention: of Ambisonics; converted before the checks.
    public init(_ kind: MicrophoneKind, convention: AmbisonicConvention = .ambix) {
        self.kind = kind
        block = BlockSums(channels: kind.channels)
        collector = FormatCheck.applies(to: kind) ? FormatCollector() : nil
        filter = kind == .ambisonics ? EncodingFilters(from: convention).map { FilterMatrix($0) } : nil
        blocks.reserveCapacity(Self.windowBlocks)
    }

    /// - Parameter samples: [n, C] at 24 kHz, any number of them.
    public func push(_ samples: Span<Float>) {
        guard let filter else { return judge(samples) }
        var converted = [Float](repeating: 0, count: samples.count)
        var target = converted.mutableSpan
        filter.process(samples, into: &target)
        judge(converted.span)
    }

    /// The stream has ended: checks it if it was too short to be checked before.
    public func finish() {
        guard count < Self.windowBlocks, count >= Self.fewestBlocks else { return }
        judgeFormat()
        judgeLevels()
    }

    private func judge(_ samples: Span<Float>) {
        let channels = kind.channels
        var start = 0
        while start < samples.count {
            let count = min(samples.count - start, channels * (FrameLayout.samplesPerBlock - block.frames))
            let piece = samples.extracting(start..<start + count)
            block.add(piece)
            if pause == 0 { collector?.push(piece) }
            start += count
            if block.frames == FrameLayout.samplesPerBlock { endBlock() }
        }
    }

    private func endBlock() {
        if blocks.count == Self.windowBlocks { blocks.removeFirst() }
        blocks.append(block)
        block = BlockSums(channels: kind.channels)
        count += 1
        if pause > 0 {
            pause -= 1
        } else {
            collected += 1
            if collected == Self.windowBlocks { judgeFormat() }
        }
        if count >= Self.windowBlocks, count % FrameLayout.blocksPerSecond == 0 { judgeLevels() }
    }

    private func judgeFormat() {
        guard let collector else { return }
        let before = format
        format = FormatCheck(collector.spectra).flatMap { $0.finding(kind) }
        collector.reset()
        collected = 0
        // A present finding is checked once more before it ends.
        pause = format == nil && before == nil ? Self.formatPause : 0
    }

    private func judgeLevels() {
        var found = LevelCheck.findings(blocks, kind)
        // The covariance of dead or copied channels is meaningless.
        if found.isEmpty, let format { found = [format] }
        findings += found.filter { finding in !findings.contains { $0.isSame(as: finding) } }
        findings.removeAll { finding in
            let isFound = found.contains { $0.isSame(as: finding) }
            missed[finding] = isFound ? 0 : missed[finding, default: 0] + 1
            guard missed[finding, default: 0] >= Self.patience else { return false }
            missed[finding] = nil
            return true
        }
    }
}

extension ChannelFinding {
    /// Whether two findings differ at most in a figure.
    fileprivate func isSame(as other: ChannelFinding) -> Bool {
        if case (.scaling, .scaling) = (self, other) { return true }
        return self == other
    }
}
