import Geometry
import Glibc
import Platform

/// What the capsules of an array tell of a direction in one narrow band at one moment, by simulation.
///
/// Plane waves from directions all over the sphere reach the capsules, with noise in each capsule 20 dB below the mean power of all, and the
/// direction whose response is most similar is taken. In the low range the capsules differ too little for such noise; in the high one,
/// other directions are as similar. Sounds fill many bands for a long time, so tracks are better; reverberation makes them worse.
public struct ArrayResolution: Sendable, Hashable {
    /// Hz: the longest range of thirds of an octave in which nine of ten directions are found within 20 degrees.
    public let frequencies: ClosedRange<Double>
    /// Degrees: the median error in that range; of the azimuth for capsules in a horizontal plane.
    public let error: Double

    /// Decibels.
    public static let noise = -20.0
    /// Degrees.
    private static let largestError = 20.0
    private static let share = 0.9
    /// Hz, thirds of an octave.
    private static let centres = (0...20).map { 100 * pow(2, Double($0) / 3) }
    private static let candidates = 1000
    private static let waves = 97
    private static let draws = 2
    /// Sine of the largest elevation at which an azimuth is compared.
    private static let steepest: Float = 0.7

    /// - Returns: nil if no third of an octave gives directions.
    public init?(of geometry: ArrayGeometry) {
        let trial = Trial(geometry)
        let errors = Self.centres.map { trial.errors(frequency: $0) }
        let isFound = errors.map { all in Double(all.count { $0 <= Self.largestError }) >= Self.share * Double(all.count) }
        var (longest, first) = (0..<0, 0)
        for index in 0...isFound.count where index == isFound.count || !isFound[index] {
            if index - first > longest.count { longest = first..<index }
            first = index + 1
        }
        guard let lowest = longest.first, let highest = longest.last else { return nil }
        let sorted = errors[longest].joined().sorted()
        frequencies = Self.centres[lowest]...Self.centres[highest]
        error = sorted[sorted.count / 2]
    }

    /// The directions of a simulation.
    private struct Trial {
        let geometry: ArrayGeometry
        let candidates, waves: [Direction]

        init(_ geometry: ArrayGeometry) {
            self.geometry = geometry
            let normal = geometry.dimensions == 2 ? geometry.differences[2].vector.map(Float.init) : nil
            let isHorizontal = geometry.isHorizontal
            // Of capsules in a plane, one side stands for both.
            func isWanted(_ direction: Direction, upTo steepest: Float) -> Bool {
                guard let normal else { return true }
                let height = normal[0] * direction.x + normal[1] * direction.y + normal[2] * direction.z
                return height > 0 && (!isHorizontal || height < steepest)
            }
            candidates = ArrayGeometry.directions(ArrayResolution.candidates).filter { isWanted($0, upTo: 2) }
            waves = ArrayGeometry.directions(ArrayResolution.waves).filter { isWanted($0, upTo: ArrayResolution.steepest) }
        }

        /// Degrees, of each wave with each draw of noise.
        func errors(frequency: Double) -> [Double] {
            var random = RandomSource(seed: 1)
            let known = geometry.responses(frequency: frequency, to: candidates).map { response in
                let scale = 1 / max((response.real * response.real + response.imaginary * response.imaginary).sum(), 1e-30).squareRoot()
                return (real: response.real * scale, imaginary: response.imaginary * scale)
            }
            let amplitude = pow(10, ArrayResolution.noise / 20)
            let received = geometry.responses(frequency: frequency, to: waves)
            return zip(waves, received).flatMap { wave, response in
                let power = (response.real * response.real + response.imaginary * response.imaginary).sum()
                // Half of it in each part.
                let deviation = amplitude * (power / Double(2 * geometry.capsules.count)).squareRoot()
                return (0..<ArrayResolution.draws).map { _ in
                    var (real, imaginary) = response
                    for capsule in geometry.capsules.indices {
                        real[capsule] += deviation * Double(random.normal())
                        imaginary[capsule] += deviation * Double(random.normal())
                    }
                    var (best, chosen) = (-1.0, 0)
                    for (index, candidate) in known.enumerated() {
                        let along = (candidate.real * real + candidate.imaginary * imaginary).sum()
                        let across = (candidate.real * imaginary - candidate.imaginary * real).sum()
                        let likeness = along * along + across * across
                        if likeness > best { (best, chosen) = (likeness, index) }
                    }
                    return difference(candidates[chosen], wave)
                }
            }
        }

        private func difference(_ found: Direction, _ wave: Direction) -> Double {
            guard geometry.isHorizontal else { return Double(found.angle(to: wave)) }
            return abs(remainder(Double(found.azimuth - wave.azimuth), 360))
        }
    }
}
