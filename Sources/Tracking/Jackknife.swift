/// A figure over several recordings, with its 95 % confidence interval by jackknife.
public struct Interval: Sendable, Hashable, Codable {
    /// The figure of all recordings together, as in a report's pooled scores.
    public let estimate: Double
    public let low: Double
    public let high: Double

    /// For a difference: whether it may be chance.
    public var containsZero: Bool { low <= 0 && 0 <= high }
}

/// The possible values of a figure, which also limit its interval.
public enum FigureBounds: Sendable, Hashable {
    /// Percent of a whole.
    case share
    /// Percent, without a lower bound, since errors may outnumber references.
    case accuracy
    /// Degrees.
    case angle
    /// 0 or more.
    case amount

    /// Bounds of the figure.
    var range: ClosedRange<Double> {
        switch self {
        case .share: 0...100
        case .accuracy: -.infinity...100
        case .angle: 0...180
        case .amount: 0...(.infinity)
        }
    }

    /// Bounds of a difference between two figures.
    var differences: ClosedRange<Double> {
        let width = range.upperBound - range.lowerBound
        return -width...width
    }
}

/// The dependence of a report's figures on the choice of recordings (Quenouille 1956, Tukey 1958).
///
/// With T the figure over all n recordings together and T(i) the one without recording i, the pseudo-values n T - (n - 1) T(i)
/// are treated as n independent samples. The interval is their mean plus and minus their standard error times Student's t of n
/// - 1 degrees of freedom. The mean corrects the bias of T, so the interval need not be symmetric about T. Impossible values,
/// such as a recall over 100 %, are cut off; if nothing is left, there is no interval.
///
/// There may be one report for each training seed: a system's figure is then the mean over its seeds, and a recording is
/// omitted from all of them at once. All reports must have the same recordings in the same order.
public enum Jackknife {
    /// The interval of one system's figure.
    ///
    /// - Parameters:
    ///   - reports: one for each seed.
    ///   - bounds: nil for an unlimited interval.
    ///   - figure: a rate, mean or share, from counts of one or several recordings; not a total.
    /// - Returns: nil with fewer than 2 recordings, or if the figure is undefined for all recordings or without one of them.
    public static func interval(
        _ reports: [MetricsReport], within bounds: FigureBounds? = nil, _ figure: (MetricsReport.Scores) -> Double?
    ) -> Interval? {
        requireSameRecordings(reports)
        return figures(reports, figure).flatMap { interval(all: $0.all, without: $0.without, bounds?.range) }
    }

    /// The interval of the difference of a figure between the systems `to` and `from` on the same recordings. It is paired, so
    /// that the difficulty of a recording for both cancels. The numbers of seeds may differ.
    ///
    /// - Returns: nil with fewer than 2 recordings, or if a figure is undefined for all recordings or without one of them.
    public static func difference(
        from: [MetricsReport], to: [MetricsReport], within bounds: FigureBounds? = nil,
        _ figure: (MetricsReport.Scores) -> Double?
    ) -> Interval? {
        requireSameRecordings(from + to)
        guard let from = figures(from, figure), let to = figures(to, figure) else { return nil }
        return interval(all: to.all - from.all, without: zip(to.without, from.without).map { $0 - $1 }, bounds?.differences)
    }

    private static func requireSameRecordings(_ reports: [MetricsReport]) {
        let names = reports.first?.recordings.map(\.name)
        precondition(
            reports.allSatisfy { $0.recordings.map(\.name) == names }, "reports to compare have the same recordings in the same order")
    }

    /// Means over the reports: of all recordings together, and without each of them; nil if any is undefined.
    private static func figures(
        _ reports: [MetricsReport], _ figure: (MetricsReport.Scores) -> Double?
    ) -> (all: Double, without: [Double])? {
        var sums: [Double] = []
        for report in reports {
            let values = ([report.pooled] + report.pooledWithoutEach).map(figure)
            let defined = values.compactMap { $0 }
            guard defined.count == values.count else { return nil }
            sums = sums.isEmpty ? defined : zip(sums, defined).map { $0 + $1 }
        }
        guard let all = sums.first else { return nil }
        let count = Double(reports.count)
        return (all / count, sums.dropFirst().map { $0 / count })
    }

    private static func interval(all: Double, without: [Double], _ range: ClosedRange<Double>?) -> Interval? {
        guard without.count >= 2 else { return nil }
        let n = Double(without.count)
        let pseudoValues = without.map { n * all - (n - 1) * $0 }
        let mean = pseudoValues.reduce(0, +) / n
        let variance = pseudoValues.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        let half = StudentT.quantile(degreesOfFreedom: without.count - 1) * (variance / n).squareRoot()
        guard let range else { return Interval(estimate: all, low: mean - half, high: mean + half) }
        // Bounds that are crossed by rounding are not an interval.
        guard mean - half <= range.upperBound + 1e-9, mean + half >= range.lowerBound - 1e-9 else { return nil }
        return Interval(
            estimate: all, low: min(max(mean - half, range.lowerBound), range.upperBound),
            high: min(max(mean + half, range.lowerBound), range.upperBound))
    }
}

extension MetricsReport {
    /// The scores of all recordings except one, for each of them. Pools of the recordings before and after it make that n
    /// steps.
    var pooledWithoutEach: [Scores] {
        var after = [Scores()]
        for recording in recordings.dropFirst().reversed() { after.append(after[after.count - 1].pooled(with: recording.scores)) }
        var before = Scores()
        return recordings.map { recording in
            let rest = before.pooled(with: after.removeLast())
            before = before.pooled(with: recording.scores)
            return rest
        }
    }
}
