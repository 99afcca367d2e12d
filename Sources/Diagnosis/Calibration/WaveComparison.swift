import Audio
import Geometry
import Glibc

/// A wave beside its model at one frequency.
struct WaveComparison {
    /// Of each capsule in the model's power: 0 to 1, 1 in sum.
    let shares: [Double]
    /// Logarithm of wave over model, without the mean over capsules.
    let residuals: [Complex]
    /// [2][capsules]: what a radian along each tangent adds to the logarithm of the model, without the mean over capsules.
    let slopes: [[Complex]]

    /// - Parameters:
    ///   - probes: the direction, and those a step along both tangents.
    ///   - corrected: a response with the gains and delays so far.
    init(
        _ wave: [Complex], _ geometry: ArrayGeometry, frequency: Double, probes: [Direction], step: Double,
        corrected: ([Complex]) -> [Complex]
    ) {
        let responses = geometry.response(frequency: frequency, to: probes)
        let models = probes.indices.map { probe in corrected(responses.map { $0[probe] }) }
        let model = models[0]
        let power = model.reduce(0) { $0 + $1.power }
        let shares = model.map { $0.power / max(power, 1e-30) }
        func centred(_ values: [Complex]) -> [Complex] {
            let mean = zip(shares, values).reduce(Complex.zero) { $0 + $1.0 * $1.1 }
            return values.map { $0 - mean }
        }
        // Phases near 0, so that their mean is one of them.
        let common = zip(model, wave).reduce(Complex.zero) { $0 + $1.0.conjugate * $1.1 }
        self.shares = shares
        residuals = centred(zip(wave, model).map { Self.logarithm($0 * (common * $1).conjugate, over: (common * $1).power) })
        slopes = (1...2).map { probe in
            centred(zip(models[probe], model).map { (1 / step) * Self.logarithm($0 * $1.conjugate, over: $1.power) })
        }
    }

    private static func logarithm(_ a: Complex, over power: Double) -> Complex {
        let value = (1 / max(power, 1e-30)) * a
        return Complex(0.5 * log(max(value.power, 1e-30)), atan2(value.imaginary, value.real))
    }
}
