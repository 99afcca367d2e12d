import Audio
import Glibc
import Signal

/// A sound from a source that approaches or recedes: compressed and stretched in time.
///
/// Applied once to the dry sound, for the direct path; impulse responses then need no changing delay.
package enum DopplerShift {
    private static let taps = 16
    private static let phases = 64
    /// Samples between exact emission times; interpolated linearly between them.
    private static let step = 240

    /// [phases + 1, taps]: sinc under a Hann window.
    private static let table: [Float] = (0...phases).flatMap { phase in
        (0..<taps).map { tap in
            let x = Float(tap - taps / 2 + 1) - Float(phase) / Float(phases)
            let sinc = abs(x) < 1e-6 ? 1 : sin(.pi * x) / (.pi * x)
            return sinc * (0.5 + 0.5 * cos(2 * .pi * x / Float(taps)))
        }
    }

    /// - Parameter sound: at the source.
    /// - Returns: samples at the array, from the arrival of the first one on.
    package static func received(_ sound: [Float], along trajectory: Trajectory) -> [Float] {
        guard trajectory.changesDistance else { return sound }
        let rate = Float(AudioFormat.sampleRate)
        let duration = Float(sound.count) / rate
        let late = (trajectory.distance(at: duration) - trajectory.distance) / Acoustics.speedOfSound
        var result = [Float](repeating: 0, count: max(sound.count + Int(late * rate), 1))
        var start = 0
        while start < result.count {
            let end = min(start + step, result.count)
            // Relative to the piece, since a float cannot represent a minute with an accuracy of a fraction of a sample.
            let first = trajectory.emission(arriving: Float(start) / rate) - Float(start) / rate
            let last = trajectory.emission(arriving: Float(end) / rate) - Float(end) / rate
            for index in start..<end {
                let early = (first + (last - first) * Float(index - start) / Float(end - start)) * rate
                let whole = early.rounded(.down)
                let phase = Int(((early - whole) * Float(phases)).rounded())
                let place = index + Int(whole) - taps / 2 + 1
                var sum: Float = 0
                for tap in max(0, -place)..<max(max(0, -place), min(taps, sound.count - place)) {
                    sum += table[phase * taps + tap] * sound[place + tap]
                }
                result[index] = sum
            }
            start = end
        }
        return result
    }
}
