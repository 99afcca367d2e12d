/// A figure over several recordings, and the 95 % confidence interval that the jackknife gives it.
public struct Interval: Sendable, Hashable, Codable {
    /// Of all recordings together, as a report's pooled scores have it.
    public let estimate: Double
    public let low: Double
    public let high: Double

    /// For a difference: whether it may be chance.
    public var containsZero: Bool { low <= 0 && 0 <= high }
}

/// Which values a figure can take, and so its interval.
public enum FigureBounds: Sendable, Hashable {
    /// Percent of a whole.
    case share
    /// Percent, without a lower bound: errors may outnumber references.
    case accuracy
    /// Degrees.
    case angle
    /// 0 or more.
    case amount

    /// Of the figure.
    var range: ClosedRange<Double> {
        switch self {
        case .share: 0...100
        case .accuracy: -.infinity...100
        case .angle: 0...180
        case .amount: 0...(.infinity)
        }
    }

    /// Of a difference between two.
    var differences: ClosedRange<Double> {
        let width = range.upperBound - range.lowerBound
        return -width...width
    }
}

/// How far the figures of a report depend on which recordings it happened to score (Quenouille 1956, Tukey 1958).
///
/// With T the figure over all n recordings together and T(i) the one without recording i, the pseudo-values n T - (n - 1) T(i)
/// are treated as n independent draws: the interval is their mean, and to both sides their standard error times Student's t of
/// n - 1 degrees of freedom. Their mean corrects T for bias, so the interval need not lie evenly about T. What of it no figure can reach,
/// such as a recall over 100 %, is cut off; where nothing is left, there is no interval.
///
/// A report for each training seed may be given; a system's figure is then the mean over its seeds, and a recording is left out
/// of all of them at once. All reports have to hold the same recordings in the same order.
public enum Jackknife {
    /// The interval of one system's figure.
    ///
    /// - Parameters:
    ///   - reports: one for each seed.
    ///   - bounds: nil for an interval as it comes.
    ///   - figure: a rate, mean or share, from counts of one recording or of several; a total has no jackknife.
    /// - Returns: nil with fewer than 2 recordings, or where the figure is undefined over all recordings or without one of them.
    public static func interval(
        _ reports: [MetricsReport], within bounds: FigureBounds? = nil, _ figure: (MetricsReport.Scores) -> Double?
    ) -> Interval? {
        requireSameRecordings(reports)
        return figures(reports, figure).flatMap { interval(all: $0.all, without: $0.without, bounds?.range) }
    }

    /// The interval of how much larger a figure is for system `to` than for system `from` on the same recordings: paired, so
    /// that what makes a recording hard for both cancels. The numbers of seeds may differ.
    ///
    /// - Returns: nil with fewer than 2 recordings, or where a figure is undefined over all recordings or without one of them.
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
            reports.allSatisfy { $0.recordings.map(\.name) == names }, "reports to compare hold the same recordings in the same order")
    }

    /// Means over the reports: of all recordings together, and without each of them; nil where any is undefined.
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
        // A bound on the other side of rounding is no interval beyond what can be.
        guard mean - half <= range.upperBound + 1e-9, mean + half >= range.lowerBound - 1e-9 else { return nil }
        return Interval(
            estimate: all, low: min(max(mean - half, range.lowerBound), range.upperBound),
            high: min(max(mean + half, range.lowerBound), range.upperBound))
    }
}

extension MetricsReport {
    /// The scores of all recordings but one, for each of them. Pools of those before and of those after it make that n steps.
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
