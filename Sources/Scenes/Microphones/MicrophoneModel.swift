import Audio
import Geometry
import Glibc
import Platform

/// The imperfections of a real microphone: noise, unequal capsules, and for Ambisonics an encoder.
public struct MicrophoneModel: Sendable, Hashable {
    /// Gain error of each capsule in dB, up to eight of them.
    public var gains: SIMD8<Float>
    /// Delay of each capsule in seconds.
    public var delays: SIMD8<Float>
    /// Frequency in Hz below which each capsule falls by 6 dB per octave; 0 for none.
    public var corners: SIMD8<Float>
    /// Level of a capsule's own noise relative to a source at its reference level, dB; nil for none.
    public var noise: Float?
    /// The encoder from capsules to `foa`; nil for channels of the ideal sound field.
    public var encoder: EncoderModel?
    /// False: the sound field itself is encoded, and only noise and capsule differences pass through the encoder.
    public var encodesField: Bool

    /// An ideal microphone.
    public static let ideal = MicrophoneModel(
        gains: .zero, delays: .zero, corners: .zero, noise: nil, encoder: nil, encodesField: false)

    public init(
        gains: SIMD8<Float>, delays: SIMD8<Float>, corners: SIMD8<Float>, noise: Float?, encoder: EncoderModel?,
        encodesField: Bool
    ) {
        precondition(encoder != nil || !encodesField, "encoding capsules requires an encoder")
        self.gains = gains
        self.delays = delays
        self.corners = corners
        self.noise = noise
        self.encoder = encoder
        self.encodesField = encodesField
    }

    /// A capsule's response at a frequency in Hz, relative to its nominal response.
    func response(capsule: Int, frequency: Double) -> Complex {
        let gain = pow(10, Double(gains[capsule]) / 20)
        let turn = Complex(phase: -2 * .pi * frequency * Double(delays[capsule]))
        let corner = Double(corners[capsule])
        return gain * (corner > 0 ? turn * (Complex(0, frequency) / Complex(corner, frequency)) : turn)
    }

    /// The effect of unequal capsules on channels of the ideal sound field: each capsule receives its mixture of W, Y, Z, X,
    /// and the encoder assumes the nominal capsule.
    func leakage(output: Int, input: Int, frequency: Double) -> Complex {
        var sum = Complex.zero
        for capsule in 0..<4 {
            let d = ArrayGeometry.tetrahedral.capsules[capsule].direction
            let weights = [1, Double(d.y), Double(d.z), Double(d.x)]
            let share = weights[output] * weights[input] * (output == 0 ? 0.25 : 0.75)
            sum = sum + share * response(capsule: capsule, frequency: frequency)
        }
        return sum
    }

    /// Noise 45 to 75 dB below sources; gain errors within 0 (calibrated) to 1.5 dB, delays within up to 4 microseconds; six of
    /// ten encode the capsules.
    static func random(using random: inout RandomSource) -> MicrophoneModel {
        let corner = 8 * pow(5, random.uniform(0...1))
        let spread = random.uniform(0...1)
        var model = MicrophoneModel.ideal
        func draw(_ capsules: Range<Int>, _ random: inout RandomSource) {
            for capsule in capsules {
                model.gains[capsule] = 1.5 * spread * random.uniform(-1...1)
                model.delays[capsule] = 4e-6 * spread * random.uniform(-1...1)
                model.corners[capsule] = corner * exp(0.22 * spread * random.uniform(-1...1))
            }
        }
        draw(0..<4, &random)
        // Apart, so that what follows is the same for every number of capsules.
        var further = RandomSource(seed: UInt64(model.corners[0].bitPattern) << 32 | UInt64(model.corners[1].bitPattern))
        draw(4..<8, &further)
        model.noise = random.uniform(-75 ... -45)
        model.encoder = EncoderModel.random(using: &random)
        model.encodesField = random.chance(0.6)
        return model
    }
}
