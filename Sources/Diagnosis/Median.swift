enum Median {
    /// The median of some values, the mean of the two middle ones for an even count, 0 for none.
    static func of(_ values: [Float]) -> Float {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
