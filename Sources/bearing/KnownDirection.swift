import Geometry

/// `--from AZ,EL` or `--from AZ,EL=RECORDING`: the direction of a sound, and optionally a recording of it.
struct KnownDirection {
    let direction: Direction
    /// Degrees, as given.
    let azimuth, elevation: Float
    let recording: String?

    static let expected = "AZIMUTH,ELEVATION in degrees, or AZIMUTH,ELEVATION=RECORDING"

    /// - Returns: nil if the text has neither form.
    init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let numbers = parts[0].split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
        guard numbers.count == 2, let azimuth = numbers[0], let elevation = numbers[1], abs(azimuth) <= 360,
            abs(elevation) <= 90, parts.count == 1 || !parts[1].isEmpty
        else { return nil }
        self.azimuth = azimuth
        self.elevation = elevation
        direction = Direction(azimuth: azimuth, elevation: elevation)
        recording = parts.count == 2 ? parts[1] : nil
    }

    /// The direction in words.
    var name: String {
        let numbers = "azimuth \(Double(azimuth).formatted(0)), elevation \(Double(elevation).formatted(0))"
        let names: [(String, Direction)] = [
            ("front", Direction(azimuth: 0, elevation: 0)), ("left", Direction(azimuth: 90, elevation: 0)),
            ("right", Direction(azimuth: -90, elevation: 0)), ("behind", Direction(azimuth: 180, elevation: 0)),
            ("above", Direction(azimuth: 0, elevation: 90)), ("below", Direction(azimuth: 0, elevation: -90)),
        ]
        guard let near = names.first(where: { $0.1.angle(to: direction) < 1 }) else { return numbers }
        return "\(near.0) (\(numbers))"
    }
}
