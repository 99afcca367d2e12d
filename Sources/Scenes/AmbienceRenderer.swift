import Audio
import CRealtime
import Glibc
import Platform
import Tensor

/// Renders unlabelled sound: the diffuse background, noise from its sides, and stationary sources in the room. One instance per thread.
@safe
final class AmbienceRenderer {
    /// Period of stationary sources in samples: 5.5 s. It is longer than any impulse response, so that a product of spectra is
    /// the steady state.
    private static let period = 1 << 17

    private let transform = RealTransform(points: period)
    private let arena: Arena<Float>
    private let channels: Int
    /// [channels, period]
    private let sound: MutableTensorRef<Float>
    /// Spectra of a machine's sound, or sums over the waves of a side; real and imaginary: [channels, 2, bins].
    private let spectra: MutableTensorRef<Float>

    init(channels: Int) {
        self.channels = channels
        var layout = ArenaLayout<Float>()
        let (signal, spectrum) = (layout.add(Shape(channels, Self.period)), layout.add(Shape(channels, 2, transform.bins)))
        let arena = Arena(layout)
        (sound, spectra) = (arena[signal], arena[spectrum])
        self.arena = arena
    }

    /// Replaces the contents of `mix`, [channels, length], by the scene's ambience, below 1 in free air by the scene's signal-to-noise
    /// ratio.
    func render(
        _ scene: Scene, by renderer: SourceRenderer, to mix: MutableTensorRef<Float>, random: inout RandomSource
    ) {
        addBackground(scene, of: renderer.field, to: mix, random: &random)
        let background = Self.power(mix)
        for side in scene.ambience.sides {
            add(side, of: renderer.field.response, in: scene, background: background, to: mix, random: &random)
        }
        for source in scene.ambience.sources {
            add(source, in: scene, by: renderer, background: background, to: mix, random: &random)
        }
        let power = scene.ambience.power * scene.ambience.powerWithSources
        let gain = pow(10, -scene.signalToNoise / 20) / max(power, 1e-18).squareRoot()
        for index in 0..<mix.count { mix[index] *= gain }
    }

    /// Diffuse noise with slowly changing levels of its bands.
    private func addBackground(
        _ scene: Scene, of field: DiffuseField, to mix: MutableTensorRef<Float>, random: inout RandomSource
    ) {
        let signs = SIMD4<Float>(1, random.chance(0.5) ? 1 : -1, random.chance(0.5) ? 1 : -1, random.chance(0.5) ? 1 : -1)
        // Capsules are permuted only if the array is rotated; their noise keeps its signs.
        let flips = field.response.format == .foa ? SIMD8<Float>(lowHalf: signs, highHalf: .one) : .one
        let place = random.index(below: 1 << 30)
        for band in 0..<OctaveBands.count {
            let base = pow(10, scene.ambience.spectrum[band] / 20)
            Self.drift(length: scene.length, decibels: 2, random: &random) { range, first, last in
                field.add(
                    band: band, from: place + range.lowerBound, to: mix, range: range, first: base * first,
                    last: base * last, signs: flips)
            }
        }
    }

    /// A source in the steady state.
    private func add(
        _ source: AmbientSource, in scene: Scene, by renderer: SourceRenderer, background: Double,
        to mix: MutableTensorRef<Float>, random: inout RandomSource
    ) {
        spectra.fill(0)
        sound.fill(0)
        renderer.addResponse(from: source.place, in: scene.room, array: scene.array, to: sound, random: &random)
        addProduct(with: source.period(bins: transform.bins))
        transformBack()
        play(level: source.level, against: background, to: mix, random: &random)
    }

    /// Independent noises, each from its direction.
    private func add(
        _ side: AmbientSide, of response: ArrayResponse, in scene: Scene, background: Double, to mix: MutableTensorRef<Float>,
        random: inout RandomSource
    ) {
        let bins = transform.bins
        spectra.fill(0)
        var noise = RandomSource(seed: side.seed)
        let amplitudes = side.spectrum.mapBands { pow(10, $0 / 20) }
        for direction in side.directions {
            sound.fill(0)
            let origin = scene.array.direction(ofOffset: direction, distance: 1)
            response.add(delay: Float(ArrayResponse.taps), from: origin, gains: amplitudes, to: sound)
            var wave = (real: [Float](repeating: 0, count: bins), imaginary: [Float](repeating: 0, count: bins))
            for bin in 0..<bins { (wave.real[bin], wave.imaginary[bin]) = (noise.normal(), noise.normal()) }
            for edge in [0, bins - 1] { (wave.real[edge], wave.imaginary[edge]) = (0, 0) }
            addProduct(with: wave)
        }
        transformBack()
        play(level: side.level, against: background, to: mix, random: &random)
    }

    /// Adds the spectra of the channels of `sound`, times that of a period, to `spectra`.
    private func addProduct(with period: (real: [Float], imaginary: [Float])) {
        let bins = transform.bins
        for channel in 0..<channels {
            unsafe transform.time.unsafeBase.update(from: sound.unsafeBase + channel * Self.period, count: Self.period)
            transform.forward()
            let place = 2 * channel * bins
            for bin in 0..<bins {
                let (a, b) = (transform.real[bin], transform.imaginary[bin])
                spectra[place + bin] += a * period.real[bin] - b * period.imaginary[bin]
                spectra[place + bins + bin] += a * period.imaginary[bin] + b * period.real[bin]
            }
        }
    }

    /// From `spectra` to `sound`.
    private func transformBack() {
        let bins = transform.bins
        for channel in 0..<channels {
            let spectrum = unsafe spectra.unsafeBase + 2 * channel * bins
            unsafe transform.real.unsafeBase.update(from: spectrum, count: bins)
            unsafe transform.imaginary.unsafeBase.update(from: spectrum + bins, count: bins)
            transform.inverse()
            unsafe (sound.unsafeBase + channel * Self.period).update(from: transform.time.unsafeBase, count: Self.period)
        }
    }

    /// Adds the period in `sound` over and over to all channels of `mix`, [channels, length], with a slowly changing level.
    ///
    /// - Parameters: `level` in dB relative to the mean power `background`.
    private func play(level: Float, against background: Double, to mix: MutableTensorRef<Float>, random: inout RandomSource) {
        let length = mix.shape[1]
        let gain = Float((background / max(Self.power(sound), 1e-30)).squareRoot()) * pow(10, level / 20)
        let place = random.index(below: Self.period)
        Self.drift(length: length, decibels: 1, random: &random) { range, first, last in
            var done = 0
            let step = gain * (last - first) / Float(range.count)
            while done < range.count {
                let start = (place + range.lowerBound + done) % Self.period
                let count = min(range.count - done, Self.period - start)
                for channel in 0..<channels {
                    unsafe bearing_accumulate_ramp(
                        mix.unsafeBase + channel * length + range.lowerBound + done,
                        sound.unsafeBase + channel * Self.period + start, gain * first + step * Float(done), step,
                        Int32(count))
                }
                done += count
            }
        }
    }

    /// Passes segments of 1 to 5 s with start and end amplitudes that vary about 1.
    private static func drift(
        length: Int, decibels: Float, random: inout RandomSource, _ body: (Range<Int>, Float, Float) -> Void
    ) {
        var start = 0
        var amplitude = pow(10, decibels * random.normal() / 20)
        while start < length {
            let end = min(start + Int(random.uniform(1...5) * Float(AudioFormat.sampleRate)), length)
            let next = pow(10, decibels * random.normal() / 20)
            body(start..<end, amplitude, next)
            amplitude = next
            start = end
        }
    }

    /// Mean power of all channels.
    private static func power(_ samples: MutableTensorRef<Float>) -> Double {
        var sum = 0.0
        for index in 0..<samples.count { sum += Double(samples[index] * samples[index]) }
        return sum / Double(max(samples.count, 1))
    }
}
