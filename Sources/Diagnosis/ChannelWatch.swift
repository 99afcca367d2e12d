public import Audio

/// Watches the channels of a stream for what makes directions wrong though everything runs: dead and copied channels, silence, samples that
/// never move, and a format that is not the one they are taken for.
///
/// It judges the latest ten seconds each second; the format in ten seconds of each minute, and all the time while that is wrong.
/// Not for threads that must not wait: it allocates, and looks at a minute of audio in some tens of milliseconds.
public final class ChannelWatch {
    /// Seconds that are judged at once.
    public static let window = 10
    private static let blocksPerSecond = 10
    private static let windowBlocks = window * blocksPerSecond
    /// Blocks without which a recording that is over is not judged.
    private static let fewestBlocks = Int(AmbienceCheck.shortest) * blocksPerSecond
    /// Blocks from one look at the format to the next.
    private static let formatPause = 50 * blocksPerSecond
    /// Judgements in a row without a finding after which it is over.
    private static let patience = 2

    /// What stands now, in the order in which it was found.
    public private(set) var findings: [ChannelFinding] = []

    private let kind: MicrophoneKind
    private let filter: FilterMatrix?
    private let listener = FormatListener()
    /// The latest ones, the oldest first.
    private var blocks: [BlockSums] = []
    private var block = BlockSums()
    /// Blocks since the start.
    private var count = 0
    /// Blocks of which the listener has the spectra, and blocks that it leaves out before the next.
    private var heard = 0
    private var pause = 0
    private var format: ChannelFinding?
    /// Judgements since each finding was last made.
    private var missed: [ChannelFinding: Int] = [:]

    /// - Parameter convention: of Ambisonics; converted before it is judged.
    public init(_ kind: MicrophoneKind, convention: AmbisonicConvention = .ambix) {
        self.kind = kind
        filter = kind == .ambisonics ? EncodingFilters(from: convention).map { FilterMatrix($0) } : nil
        blocks.reserveCapacity(Self.windowBlocks)
    }

    /// - Parameter samples: [n, 4] at 24 kHz, any number of them.
    public func hear(_ samples: Span<Float>) {
        guard let filter else { return judge(samples) }
        var converted = [Float](repeating: 0, count: samples.count)
        var target = converted.mutableSpan
        filter.process(samples, into: &target)
        judge(converted.span)
    }

    /// The stream is over: judges it where it was too short to be judged before.
    public func finish() {
        guard count < Self.windowBlocks, count >= Self.fewestBlocks else { return }
        judgeFormat()
        judgeLevels()
    }

    private func judge(_ samples: Span<Float>) {
        var start = 0
        while start < samples.count {
            let frames = min(samples.count - start, 4 * (BlockSums.wholeBlock - block.frames))
            let piece = samples.extracting(start..<start + frames)
            for index in stride(from: 0, to: piece.count, by: 4) {
                block.add(SIMD4(piece[index], piece[index + 1], piece[index + 2], piece[index + 3]))
            }
            if pause == 0 { listener.hear(piece) }
            start += frames
            if block.frames == BlockSums.wholeBlock { endBlock() }
        }
    }

    private func endBlock() {
        if blocks.count == Self.windowBlocks { blocks.removeFirst() }
        blocks.append(block)
        block = BlockSums()
        count += 1
        if pause > 0 {
            pause -= 1
        } else {
            heard += 1
            if heard == Self.windowBlocks { judgeFormat() }
        }
        if count >= Self.windowBlocks, count % Self.blocksPerSecond == 0 { judgeLevels() }
    }

    private func judgeFormat() {
        let before = format
        format = FormatCheck(listener.spectra).flatMap { $0.finding(kind) }
        listener.forget()
        heard = 0
        // What stood until now is looked at once more before it is over.
        pause = format == nil && before == nil ? Self.formatPause : 0
    }

    private func judgeLevels() {
        var found = LevelCheck.findings(blocks, kind)
        // Of channels that are dead or copied the covariance says nothing.
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
    /// Whether another says the same but for a figure.
    fileprivate func isSame(as other: ChannelFinding) -> Bool {
        if case (.scaling, .scaling) = (self, other) { return true }
        return self == other
    }
}
