/// Round values along an axis: steps of 1, 2 or 5 times a power of ten.
struct PlotAxis {
    private let step: Double
    /// Ticks are these multiples of the step.
    private let multiples: ClosedRange<Int>
    /// Decimals that distinguish the ticks.
    let decimals: Int
    /// The range of the axis.
    let range: ClosedRange<Double>

    /// A larger value is an error that would make the others invisible.
    static func canShow(_ value: Double) -> Bool { abs(value) < 1e12 }

    /// - Parameters:
    ///   - values: values to include, all `canShow`; 0...1 if empty.
    ///   - parts: maximum number of steps, at least 2.
    ///   - smallestStep: 1 if only integers are meaningful.
    ///   - reachesOut: whether to extend to the ticks around the values instead of only those between them.
    init(_ values: some Collection<Double>, parts: Int, smallestStep: Double = 1e-6, reachesOut: Bool) {
        var (low, high) = (values.min() ?? 0, values.max() ?? 1)
        if high - low < max(smallestStep, 1e-9 * max(abs(low), abs(high))) {
            let around = max(smallestStep, high == 0 ? 1 : 0.1 * abs(high))
            (low, high) = (low - around, high + around)
        }
        let steps = (-6...12).lazy.flatMap { exponent in [1.0, 2, 5].map { Self.round($0, exponent) } }
        let step = steps.first { step in
            let multiples = Self.multiples(low / step, high / step, reachesOut: reachesOut)
            return step >= smallestStep && multiples.upperBound - multiples.lowerBound <= Double(parts)
        }
        guard let step else { preconditionFailure("no step divides \(low)...\(high)") }
        self.step = step
        decimals = (0...6).first { Self.round(1, -$0) <= step } ?? 6
        let bounds = Self.multiples(low / step, high / step, reachesOut: reachesOut)
        multiples = Int(bounds.lowerBound)...Int(bounds.upperBound)
        range = reachesOut ? bounds.lowerBound * step...bounds.upperBound * step : low...high
    }

    /// The integers around or within; rounding errors are removed.
    private static func multiples(_ low: Double, _ high: Double, reachesOut: Bool) -> ClosedRange<Double> {
        let slack = reachesOut ? -1e-9 : 1e-9
        let first = (low - slack).rounded(reachesOut ? .down : .up)
        return first...max(first, (high + slack).rounded(reachesOut ? .up : .down))
    }

    /// factor 10^exponent, as exactly as possible.
    private static func round(_ factor: Double, _ exponent: Int) -> Double {
        let power = (0..<abs(exponent)).reduce(1.0) { value, _ in value * 10 }
        return exponent < 0 ? factor / power : factor * power
    }

    /// Ascending.
    var ticks: [(value: Double, label: String)] {
        multiples.map { multiple in
            let value = Double(multiple) * step
            return (value, Self.label(value, decimals))
        }
    }

    /// With a real minus sign.
    static func label(_ value: Double, _ decimals: Int) -> String {
        let text = value.fixed(decimals)
        return text.hasPrefix("-") ? "\u{2212}" + text.dropFirst() : text
    }
}

extension Double {
    /// With this number of decimals; a value that rounds to 0 has no sign. Traps if it does not fit an integer.
    package func fixed(_ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1) { value, _ in value * 10 }
        let scaled = Int((self * Double(scale)).rounded())
        let sign = scaled < 0 ? "-" : ""
        guard decimals > 0 else { return "\(scaled)" }
        let fraction = "\(abs(scaled) % scale)"
        return "\(sign)\(abs(scaled) / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
