import Audio
import CRealtime
import Glibc
import Platform
import Signal
package import Tensor

/// Noise of a perfectly diffuse sound field as received by an array, split into octave bands, for late reverberation and
/// background.
///
/// The bands sum to noise of unit pressure power that is white up to the band limit. It is periodic, computed once per format
/// and shared by threads.
@safe
public final class DiffuseField: @unchecked Sendable {
    /// Period in samples.
    public let length: Int
    public let response: ArrayResponse
    /// Of the response.
    public let channels: Int
    /// [bands, channels, length]
    private let noise: MutableTensorRef<Float>
    private let arena: Arena<Float>

    /// - Parameter length: period in samples, 22 s by default.
    public init(_ response: ArrayResponse, length: Int = 1 << 19, seed: UInt64 = 1) {
        self.response = response
        self.length = length
        channels = response.channels
        let shape = Shape(OctaveBands.count, channels, length)
        var arena = Arena<Float>(holding: shape)
        noise = arena.take(shape)
        self.arena = arena
        fill(seed: seed)
    }

    /// Adds noise of one band to all channels, from an offset within the period, with a linearly changing amplitude.
    ///
    /// - Parameters:
    ///   - target: [channels, length]; samples `range` of it are added to.
    ///   - place: offset within the period.
    ///   - first, last: amplitudes at both ends of the range.
    ///   - signs: for each channel.
    package func add(
        band: Int, from place: Int, to target: MutableTensorRef<Float>, range: Range<Int>, first: Float, last: Float,
        signs: SIMD8<Float> = .one
    ) {
        precondition(range.lowerBound >= 0 && range.upperBound <= target.shape[1], "noise within its target")
        var done = 0
        let step = (last - first) / Float(max(range.count, 1))
        while done < range.count {
            let start = (place + done) % length
            let count = min(range.count - done, length - start)
            let gain = first + step * Float(done)
            for channel in 0..<channels {
                let source = unsafe noise.unsafeBase + (band * channels + channel) * length + start
                let out = unsafe target.unsafeBase + channel * target.shape[1] + range.lowerBound + done
                unsafe bearing_accumulate_ramp(
                    out, source, gain * signs[channel], step * signs[channel], Int32(count))
            }
            done += count
        }
    }

    /// Independent Gaussian spectra, mixed in every bin by the Cholesky factor of the diffuse covariance.
    private func fill(seed: UInt64) {
        let transform = RealTransform(points: length)
        let grid = 512
        // [grid + 1, channels, channels]
        let factors = (0...grid).flatMap { index in
            let frequency = Double(index) * Double(FrameLayout.sampleRate / 2) / Double(grid)
            return DiffuseCovariance.factor(DiffuseCovariance.matrix(of: response, frequency: frequency)).flatMap { row in
                row.map { SIMD2(Float($0.real), Float($0.imaginary)) }
            }
        }
        var random = RandomSource(seed: seed)
        let bins = transform.bins
        // Real and imaginary parts, [channels, bins].
        var spectra = [SIMD2<Float>](repeating: .zero, count: channels * bins)
        var draws = [SIMD2<Float>](repeating: .zero, count: channels)
        let scale = 1 / (2 * Float(length)).squareRoot()
        for bin in 1..<bins - 1 {
            let frequency = Double(bin) * 12_000 / Double(bins - 1)
            let place = Int((frequency / 12_000 * Double(grid)).rounded())
            let gain = scale * Float(OctaveBands.taper(at: frequency))
            for channel in 0..<channels { draws[channel] = SIMD2(random.normal(), random.normal()) }
            for channel in 0..<channels {
                var sum = SIMD2<Float>.zero
                for other in 0...channel {
                    let factor = factors[(place * channels + channel) * channels + other]
                    let draw = draws[other]
                    sum += factor.x * draw + factor.y * SIMD2(-draw.y, draw.x)
                }
                spectra[channel * bins + bin] = gain * sum
            }
        }
        let weights = (0..<bins).map { OctaveBands.weights(at: Double($0) * 12_000 / Double(bins - 1)) }
        for band in 0..<OctaveBands.count {
            for channel in 0..<channels {
                for bin in 0..<bins {
                    transform.real[bin] = weights[bin][band] * spectra[channel * bins + bin].x
                    transform.imaginary[bin] = weights[bin][band] * spectra[channel * bins + bin].y
                }
                transform.inverse()
                noise.reshaped(Shape(OctaveBands.count * channels, length))
                    .rows(band * channels + channel..<band * channels + channel + 1)
                    .copy(from: transform.time.readOnly)
            }
        }
    }
}
