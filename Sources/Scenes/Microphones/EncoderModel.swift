import Audio
import Geometry
import Glibc
import Platform

/// Microphones whose four capsules are encoded to Ambisonics: tetrahedra of cardioids in open air, as in coincident
/// microphones, and of pressure capsules on small spheres.
public enum EncoderArray: Int, CaseIterable, Sendable {
    case cardioids10, cardioids15, subcardioids15, cardioids22, sphere25, sphere35, sphere50

    /// Metres from the centre to a capsule.
    var radius: Float {
        switch self {
        case .cardioids10: 0.01
        case .cardioids15, .subcardioids15: 0.015
        case .cardioids22: 0.022
        case .sphere25: 0.025
        case .sphere35: 0.035
        case .sphere50: 0.05
        }
    }

    /// Share of pressure in a capsule's response.
    var directivity: Float {
        switch self {
        case .cardioids10, .cardioids15, .cardioids22: 0.5
        case .subcardioids15: 0.65
        case .sphere25, .sphere35, .sphere50: 1
        }
    }

    var geometry: ArrayGeometry {
        ArrayGeometry(
            name: "\(self)", mount: directivity == 1 ? .rigidSphere : .open,
            capsules: ArrayGeometry.tetrahedral.capsules.map {
                ArrayGeometry.Capsule(direction: $0.direction, radius: radius, directivity: directivity)
            })
    }
}

/// The encoding of capsules to W, Y, Z, X: sums and differences, each divided by the array's response to its order of the sound
/// field, within a limit of amplification.
///
/// Above the limit first-order channels lose bass, and above the frequency at which the array is no longer small relative to
/// the wavelength they alias, as in real microphones.
public struct EncoderModel: Sendable, Hashable {
    public var array: EncoderArray
    /// Maximum amplification of the filters in dB.
    public var limit: Float
    /// Frequency in Hz below which first-order channels fall by 6 dB per octave.
    public var corner: Float
    /// False: a plain matrix, without correction of the array's frequency response. For cardioids only.
    public var isEqualized: Bool

    public init(array: EncoderArray, limit: Float, corner: Float, isEqualized: Bool) {
        self.array = array
        self.limit = limit
        self.corner = corner
        self.isEqualized = isEqualized
    }

    /// The filter from a capsule to a channel.
    ///
    /// - Parameters: `channel`, ACN; `modes` and `low`, the array's responses to orders 0 and 1 at this frequency (Hz) and at a low one.
    func response(channel: Int, capsule: Int, frequency: Double, modes: [Complex], low: [Complex]) -> Complex {
        let order = channel == 0 ? 0 : 1
        let d = ArrayGeometry.tetrahedral.capsules[capsule].direction
        let weights = [1, Double(d.y), Double(d.z), Double(d.x)]
        // Four directions of a tetrahedron are a design of degree 2: the mean of d (d . s) is s / 3.
        let matrix = weights[channel] * (order == 0 ? 0.25 : 0.75)
        let highPass =
            order == 0 ? Complex(1) : Complex(0, frequency) / Complex(Double(corner), frequency)
        guard isEqualized else { return matrix * (highPass / low[order]) }
        let mode = modes[order]
        // Tikhonov's inverse: never more than 1 / (2 lambda), and close to 1 / mode if that is small.
        let lambda = 0.5 * pow(10, -Double(limit) / 20)
        return (matrix / (mode.power + lambda * lambda)) * (mode.conjugate * highPass)
    }

    static func random(using random: inout RandomSource) -> EncoderModel {
        let array = EncoderArray.allCases[random.index(below: EncoderArray.allCases.count)]
        let plain = random.chance(0.35)
        return EncoderModel(
            array: array, limit: random.uniform(12...32), corner: 15 * pow(8, random.uniform(0...1)),
            isEqualized: array.directivity == 1 || !plain)
    }
}
