import Audio
import Geometry

/// Responses of an array to plane waves from all sides, to begin a calibration with.
struct SteeringTable {
    private let elevation: ElevationSense
    private let directions: [Direction]
    /// [directions][frequencies][capsules]
    private let responses: [[[Complex]]]

    /// Degrees between candidates of a turn about the vertical.
    private static let step: Float = 10
    /// Position between the mean over all directions (0) and a plane wave (1) from which a sound is distinct.
    private static let clear = 0.2

    init(_ geometry: ArrayGeometry) {
        let all = ArrayGeometry.directions(600)
        elevation = geometry.elevation
        directions = elevation == .unsigned ? all.filter { $0.z > 0 } : all
        responses = Self.responses(geometry, directions)
    }

    /// - Returns: [directions][frequencies][capsules]
    static func responses(_ geometry: ArrayGeometry, _ directions: [Direction]) -> [[[Complex]]] {
        var responses = [[[Complex]]](repeating: [], count: directions.count)
        for frequency in WavePiece.frequencies {
            let response = geometry.response(frequency: frequency, to: directions)
            for index in directions.indices { responses[index].append(response.map { $0[index] }) }
        }
        return responses
    }

    /// The direction that matches best, how well, and whether it does so distinctly.
    func search(_ piece: WavePiece) -> (direction: Direction, share: Double, isClear: Bool) {
        let matches = responses.map { piece.match($0) }
        let best = matches.indices.max { matches[$0] < matches[$1] } ?? 0
        let mean = matches.reduce(0, +) / Double(matches.count)
        return (directions[best], matches[best], matches[best] > mean + Self.clear * (1 - mean))
    }

    /// The turn by which known directions match best: none, about the vertical, upside down, or as the found directions have it.
    func turn(_ pieces: [WavePiece], _ known: [Direction], found: [Direction]) -> Rotation {
        var candidates = [Rotation.none]
        // Directions without sign may be mirrored.
        if elevation == .signed { candidates.append(Rotation(bringing: Array(zip(found, known).map { (from: $0, to: $1) }))) }
        for roll: Float in [0, 180] {
            for yaw in stride(from: -180 as Float, to: 180, by: Self.step) { candidates.append(Rotation(yaw: yaw, pitch: 0, roll: roll)) }
        }
        func score(_ turn: Rotation) -> Double {
            zip(pieces, known).reduce(0) { sum, sound in
                let wanted = elevation.reported(turn.inverse(sound.1))
                let nearest = directions.indices.max { Self.cosine(directions[$0], wanted) < Self.cosine(directions[$1], wanted) } ?? 0
                return sum + sound.0.match(responses[nearest])
            }
        }
        let scores = candidates.map(score)
        return candidates[scores.indices.max { scores[$0] < scores[$1] } ?? 0]
    }

    private static func cosine(_ a: Direction, _ b: Direction) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }
}
