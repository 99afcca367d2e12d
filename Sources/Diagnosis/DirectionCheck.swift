public import Audio
public import Geometry

/// Determines order, polarity and mounting with sounds from known directions.
///
/// Every order of the channels (and, for Ambisonics, every polarity) is a hypothesis about the channels for these directions;
/// so is a rotated array. The best hypothesis is reported if it fits clearly better than the configuration.
public enum DirectionCheck {
    /// Tolerance of a measured direction in degrees: people point roughly, and rooms reflect.
    private static let tolerance: Float = 20
    /// Smallest rotation in degrees that is reported as a mounting.
    private static let smallestTurn: Float = 12
    /// Tolerance of the level of W relative to Y, Z and X together in dB; Furse-Malham differs by 3, other scalings by more.
    private static let omniTolerance: Float = 2.2

    /// - Parameters:
    ///   - mounting: as configured: rotates the array's directions to the world's.
    ///   - convention: as configured; the samples have been converted from it. For `ambisonics`.
    public static func report(
        _ sounds: [CalibrationSound], _ kind: MicrophoneKind, mounting: Rotation = .none, convention: AmbisonicConvention = .ambix
    ) -> DirectionReport {
        let wanted = sounds.map { mounting.inverse($0.direction) }
        let trial: any ChannelTrial =
            switch kind {
            case .ambisonics: AmbisonicTrial(sounds, wanted: wanted)
            case .capsules(let geometry): CapsuleTrial(sounds, geometry, wanted: wanted)
            }
        let clear = sounds.indices.filter { trial.measured[$0] != nil }
        let unclear = sounds.indices.filter { trial.measured[$0] == nil }
        var report = DirectionReport(
            measured: trial.measured.map { $0.map { mounting($0) } }, findings: unclear.map { .unclear(sounds[$0].direction) })
        if !clear.isEmpty {
            let directions = sounds.map(\.direction)
            report.findings += verdict(trial, directions, clear, mounting, convention)
        }
        return report
    }

    /// - Parameter directions: of the sounds, in the world's axes.
    private static func verdict(
        _ trial: any ChannelTrial, _ directions: [Direction], _ clear: [Int], _ mounting: Rotation,
        _ convention: AmbisonicConvention
    ) -> [ChannelFinding] {
        let pairs = clear.compactMap { index in trial.measured[index].map { (from: $0, to: directions[index]) } }
        let worst = pairs.reduce(0) { max($0, mounting($1.from).angle(to: $1.to)) }
        guard spans(clear.map { directions[$0] }) else { return worst > tolerance ? [.wrongDirections(degrees: worst)] : [] }

        let wanted = directions.map { mounting.inverse($0) }
        let best = trial.best(clear)
        let fit = trial.fit(best, wanted, clear)
        let unchanged = ChannelHypothesis.asIs(trial.channels)
        let asIs = trial.fit(unchanged, wanted, clear)
        // The mounting that makes the measured directions equal the known ones.
        let turned = Rotation(bringing: pairs)
        let left = pairs.reduce(0) { max($0, turned($1.from).angle(to: $1.to)) }
        let turnedFit = trial.fit(unchanged, directions.map { turned.inverse($0) }, clear)
        let turn = mounting.inverse.then(turned).angle

        if best == unchanged || asIs > fit - 0.02 {
            if turn > smallestTurn, worst > tolerance, left < worst / 2 { return [.mounting(turned)] }
            if let level = trial.omniLevel(unchanged, clear), abs(level) > omniTolerance {
                return [.level(channel: 0, decibels: level)]
            }
            return worst > 2 * tolerance ? [.unexplained(degrees: worst)] : []
        }
        if let other = other(than: convention, best, trial.omniLevel(best, clear)) { return [.convention(other)] }
        let isTurn = left < tolerance && turnedFit > fit - 0.05
        // A rotation is possible only with a limited error, and inverting two channels is unlikely.
        if isTurn, turnedFit > fit + 0.05 || (best.isTurn && !best.inverted.isEmpty) { return [.mounting(turned)] }
        return [.order(best.order, inverted: best.inverted, mounting: isTurn ? turned : nil)]
    }

    /// The other convention of Ambisonics, if order and level of W match it.
    private static func other(
        than convention: AmbisonicConvention, _ hypothesis: ChannelHypothesis, _ omniLevel: Float?
    ) -> AmbisonicConvention? {
        guard let omniLevel, hypothesis.inverted.isEmpty else { return nil }
        switch convention {
        case .ambix, .n3d: return hypothesis.order == [0, 2, 3, 1] && omniLevel < -1.5 ? .fuma : nil
        case .fuma: return hypothesis.order == [0, 3, 1, 2] && omniLevel > 1.5 ? .ambix : nil
        }
    }

    /// Whether three of the directions do not lie in a plane with the microphone.
    private static func spans(_ directions: [Direction]) -> Bool {
        let vectors = directions.map { [Double($0.x), Double($0.y), Double($0.z)] }
        return directions.count >= 3 && SymmetricMatrix(outerProductsOf: vectors, size: 3).eigen[2].value > 0.1
    }
}
