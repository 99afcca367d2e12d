public import Audio
public import Geometry

/// What sounds reveal about the capsules of an array: their gains and delays, and how the array is turned against its file.
///
/// The dominant wave of each sound is compared with the response of the array's file, by the logarithm of their ratio: its real part is a
/// gain, its imaginary part a phase. Least squares over sounds and frequencies (`CalibrationFit`) give what is common to all of them.
public struct ArrayCalibration: Sendable {
    /// Of each capsule, in dB and in seconds, besides those of the file; their means are 0. Without known directions delays are 0.
    public let gains, delays: [Double]
    /// From the axes of the file to those of the sounds; `none` without known directions.
    public let turn: Rotation
    public let uncertainty: CalibrationUncertainty
    /// Share of the sounds that the array's response explains, 0 to 1: by the file, and with the result.
    public let before, after: Double
    /// Of each sound or piece in the axes of the sounds, as the result locates it.
    public let directions: [Direction]

    /// The array with this calibration: rotated, and with gains and delays added to those that it has.
    public func applied(to geometry: ArrayGeometry) -> ArrayGeometry {
        let turned = geometry.rotated(by: turn)
        let capsules = turned.capsules.enumerated().map { index, capsule in
            var capsule = capsule
            capsule.gain += Float(gains[index])
            capsule.delay += Float(delays[index])
            return capsule
        }
        return ArrayGeometry(name: turned.name, mount: turned.mount, capsules: capsules)
    }

    /// From sounds from known directions, in the axes that the array's file should have.
    ///
    /// - Parameter sounds: [n, C] at 24 kHz each.
    public init(_ sounds: [CalibrationSound], of geometry: ArrayGeometry) throws(CalibrationError) {
        let pieces = sounds.map { WavePiece($0.samples, capsules: geometry.capsules.count) }
        let table = SteeringTable(geometry)
        let matches = pieces.map { table.search($0) }
        let unclear = matches.indices.filter { !matches[$0].isClear }
        guard unclear.isEmpty else { throw .unclear(unclear) }
        let known = sounds.map(\.direction)
        let start = table.turn(pieces, known, found: matches.map(\.direction))
        var fit = CalibrationFit(geometry, pieces, known: known, turn: start)
        try self.init(
            &fit, before: CalibrationFit(geometry, pieces, known: known, turn: .none).share, apart: matches.map(\.share))
        guard let yaw = uncertainty.yaw, yaw <= Self.largestTurnError else { throw .undetermined(degrees: uncertainty.yaw ?? 180) }
    }

    /// Gains from a recording of one sound that moves around the array.
    ///
    /// - Parameter samples: [n, C] at 24 kHz.
    public init(moving samples: [Float], of geometry: ArrayGeometry) throws(CalibrationError) {
        let table = SteeringTable(geometry)
        var (pieces, directions, shares): ([WavePiece], [Direction], [Double]) = ([], [], [])
        for samples in Self.pieces(samples, geometry.capsules.count) {
            let piece = WavePiece(samples, capsules: geometry.capsules.count)
            let match = table.search(piece)
            guard match.isClear else { continue }
            pieces.append(piece)
            directions.append(match.direction)
            shares.append(match.share)
        }
        guard pieces.count >= Self.fewestPieces else { throw .fewPieces(found: pieces.count, needed: Self.fewestPieces) }
        var fit = CalibrationFit(geometry, pieces, from: directions)
        fit.locate()
        try self.init(&fit, before: fit.share, apart: shares)
    }

    /// - Parameter apart: shares of the sounds that the file explains by a direction of each one's own.
    private init(_ fit: inout CalibrationFit, before: Double, apart: [Double]) throws(CalibrationError) {
        let uncertainty = fit.solve()
        gains = fit.gains.map { $0 * CalibrationFit.decibels }
        (delays, turn, directions) = (fit.delays, fit.turn, fit.reported)
        (self.before, after, self.uncertainty) = (before, fit.share, uncertainty)
        // Exchanged channels are those of a mirrored array: each sound has a direction, but not the known one.
        let expected = apart.reduce(0, +) / Double(apart.count)
        guard after >= max(Self.leastShare, expected - Self.largestLoss) else { throw .misfit(share: after) }
    }

    private static let largestTurnError = 3.0
    private static let leastShare = 0.5
    private static let largestLoss = 0.07
    private static let fewestPieces = 20
    /// Frames of a piece of a moving sound, and the level in dB below the loudest piece from which it is silence.
    private static let pieceFrames = 12_000
    private static let silence: Float = 25

    /// Half seconds of a recording, without silent ones.
    private static func pieces(_ samples: [Float], _ channels: Int) -> [[Float]] {
        let size = pieceFrames * channels
        let pieces = stride(from: 0, through: samples.count - size, by: size).map { Array(samples[$0..<$0 + size]) }
        let levels = pieces.map { piece in Decibels.of(piece.reduce(0) { $0 + Double($1 * $1) }) }
        let loudest = levels.max() ?? 0
        return zip(pieces, levels).filter { $1 > loudest - silence }.map(\.0)
    }
}
