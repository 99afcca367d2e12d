import Platform

extension TrainingSettings {
    /// The learning rate of a step counted from 0.
    /// - Parameter halvings: how often the plateau schedule has halved it; other schedules ignore it.
    public func rate(at step: Int, halvings: Int = 0) -> Float {
        if step < warmup { return learningRate * Float(step + 1) / Float(warmup) * reduction(halvings) }
        switch schedule {
        case .cosine:
            let progress = Float(step - warmup) / Float(max(1, steps - warmup))
            return learningRate * (0.01 + 0.99 * 0.5 * (1 + cosine(Float.pi * min(progress, 1))))
        case .constant:
            return learningRate
        case .plateau:
            return learningRate * reduction(halvings)
        }
    }

    /// The part of the training that is done before a step counted from 0: 0 in the first, 1 in the last.
    func progress(at step: Int) -> Double { Double(step) / Double(max(1, steps - 1)) }

    private func reduction(_ halvings: Int) -> Float {
        schedule == .plateau ? Float(sign: .plus, exponent: -halvings, significand: 1) : 1
    }
}
