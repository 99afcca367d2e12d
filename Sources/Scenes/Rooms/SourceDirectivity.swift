import Glibc
import Platform

/// Radiation of a source by direction, for each octave band: a + b cos(angle from its front).
///
/// Low frequencies are omnidirectional; above 250 Hz the pattern narrows, as for voices and loudspeakers. Its power over all
/// directions is 1, so that a room's reverberation does not depend on it.
public struct SourceDirectivity: Sendable, Hashable {
    /// Unit vector in room axes.
    public let front: SIMD3<Float>
    private let omnidirectional, dipole: BandValues

    /// Radiates equally in all directions.
    public static let none = SourceDirectivity(front: SIMD3(1, 0, 0), frontToBack: 0)

    /// - Parameter frontToBack: dB at 4 kHz and above, 0 or more.
    public init(front: SIMD3<Float>, frontToBack: Float) {
        precondition(frontToBack >= 0, "expected 0 dB or more from front to back, found \(frontToBack) dB")
        self.front = front
        let share = BandValues(0, 0, 0, 0.25, 0.5, 0.75, 1, 1)
        let back = share.mapBands { pow(10, -frontToBack * $0 / 20) }
        let (a, b) = ((1 + back) / 2, (1 - back) / 2)
        let power = (a * a + b * b / 3).mapBands { $0.squareRoot() }
        (omnidirectional, dipole) = (a / power, b / power)
    }

    /// Pressure towards a direction, relative to an omnidirectional source of the same power.
    ///
    /// - Parameter direction: unit vector in room axes.
    package func gains(towards direction: SIMD3<Float>) -> BandValues { omnidirectional + (direction * front).sum() * dipole }

    /// Any horizontal direction, up to 30 degrees up or down, 0 to 10 dB; every fifth 10 to 20 dB, as loudspeakers that may face away.
    static func random(using random: inout RandomSource) -> SourceDirectivity {
        let azimuth = random.uniform(-.pi ... .pi)
        let elevation = min(max(0.2 * random.normal(), -0.5), 0.5)
        return SourceDirectivity(
            front: SIMD3(cos(azimuth) * cos(elevation), sin(azimuth) * cos(elevation), sin(elevation)),
            frontToBack: random.chance(0.2) ? random.uniform(10...20) : random.uniform(0...10))
    }
}
