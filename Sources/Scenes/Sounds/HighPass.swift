import Glibc

/// Removes offsets and rumble from recordings: Butterworth of fourth order at 80 Hz, as two second-order sections.
///
/// Sounds of games often contain them. A room amplifies frequencies below its lowest mode by another 25 dB or more, since all
/// images add in phase. A level set with an offset leaves the sound itself far below the background.
struct HighPass {
    /// Cut-off frequency in Hz.
    static let corner = 80.0

    private struct Section {
        let gain, feedback1, feedback2: Double
        var state1 = 0.0
        var state2 = 0.0

        /// Bilinear transform of s^2 / (s^2 + s / q + 1).
        init(rate: Double, q: Double) {
            let k = tan(.pi * HighPass.corner / rate)
            let norm = 1 / (1 + k / q + k * k)
            gain = norm
            feedback1 = 2 * (k * k - 1) * norm
            feedback2 = (1 - k / q + k * k) * norm
        }

        mutating func step(_ x: Double) -> Double {
            let y = gain * x + state1
            state1 = -2 * gain * x - feedback1 * y + state2
            state2 = gain * x - feedback2 * y
            return y
        }
    }

    private var sections: (Section, Section)

    /// - Parameter rate: sample rate in Hz.
    init(rate: Double) {
        sections = (Section(rate: rate, q: 0.541_196_1), Section(rate: rate, q: 1.306_563))
    }

    mutating func step(_ sample: Float) -> Float {
        Float(sections.1.step(sections.0.step(Double(sample))))
    }
}
