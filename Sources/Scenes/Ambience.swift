import Glibc
import Platform

/// Unlabelled sound besides the events: a diffuse background, noise from a side of the room, and machines at fixed positions.
public struct Ambience: Sendable, Hashable {
    /// Amplitude of the diffuse background in each octave band relative to white noise, dB.
    public var spectrum: BandValues
    public var sources: [AmbientSource]
    public var sides: [AmbientSide]

    /// Diffuse pink noise.
    public static let pink = Ambience(
        spectrum: BandValues(0, -3, -6, -9, -12, -15, -18, -21), sources: [])

    public init(spectrum: BandValues, sources: [AmbientSource], sides: [AmbientSide] = []) {
        self.spectrum = spectrum
        self.sources = sources
        self.sides = sides
    }

    /// Pressure power of the diffuse background in free air, before its level is set.
    var power: Float {
        let amplitudes = spectrum.mapBands { pow(10, $0 / 20) }
        let sum = (0..<256).map { point -> Float in
            let frequency = (Double(point) + 0.5) * 12_000 / 256
            let amplitude = (OctaveBands.weights(at: frequency) * amplitudes).sum() * Float(OctaveBands.taper(at: frequency))
            return amplitude * amplitude
        }.reduce(0, +)
        return sum / 256
    }

    /// The power of all ambience relative to that of the diffuse background.
    var powerWithSources: Float { 1 + (sources.map(\.level) + sides.map(\.level)).map { pow(10, $0 / 10) }.reduce(0, +) }

    /// A background between pink and brown noise with up to two peaks, half of it stronger from a side, and sometimes one or two machines.
    ///
    /// - Parameters: `machines` is the probability of machines; `levels` are theirs in dB relative to the background.
    static func random(
        in room: Room, array: ArrayPlacement, machines: Float = 0.4, levels: ClosedRange<Float> = -25...4,
        using random: inout RandomSource
    ) -> Ambience {
        let tilt = random.uniform(1...7)
        var spectrum = BandValues(0, 1, 2, 3, 4, 5, 6, 7) * -tilt
        spectrum = spectrum.mapBands { $0 + 2.5 * random.normal() }
        for _ in 0..<random.index(below: 3) {
            let (centre, width) = (random.uniform(0...7), random.uniform(0.5...1.5))
            let height = random.uniform(3...15)
            for band in 0..<OctaveBands.count {
                let x = (Float(band) - centre) / width
                spectrum[band] += height * exp(-0.5 * x * x)
            }
        }
        let count = random.chance(machines) ? (random.chance(0.25) ? 2 : 1) : 0
        let sources = (0..<count).compactMap { _ in
            AmbientSource.random(in: room, array: array, levels: levels, using: &random)
        }
        let sides = random.chance(0.5) ? [AmbientSide.random(using: &random)] : []
        return Ambience(spectrum: spectrum, sources: sources, sides: sides)
    }
}

/// Noise that comes from a side rather than from a place: a street behind windows, a ventilated ceiling, reverberation of the next room.
/// Independent waves about a direction.
public struct AmbientSide: Sendable, Hashable {
    /// Unit vectors in room axes, towards where each wave comes from.
    public var directions: [SIMD3<Float>]
    /// Amplitude in each octave band relative to white noise, dB.
    public var spectrum: BandValues
    /// Level at the array relative to the diffuse background, dB.
    public var level: Float
    /// Draws the noise.
    public var seed: UInt64

    public init(directions: [SIMD3<Float>], spectrum: BandValues, level: Float, seed: UInt64) {
        self.directions = directions
        self.spectrum = spectrum
        self.level = level
        self.seed = seed
    }

    /// Four to ten waves, within about 15 to 60 degrees of any direction.
    static func random(using random: inout RandomSource) -> AmbientSide {
        func anywhere() -> SIMD3<Float> { SIMD3(random.normal(), random.normal(), random.normal()) }
        func unit(_ vector: SIMD3<Float>) -> SIMD3<Float> { vector / max(Walk.norm(vector), 1e-6) }
        let middle = unit(anywhere() * SIMD3(1, 1, 0.6))
        let spread = random.uniform(0.15...0.7)
        let directions = (0..<4 + random.index(below: 7)).map { _ in unit(middle + spread * anywhere()) }
        let tilt = random.uniform(1...8)
        let spectrum = (BandValues(0, 1, 2, 3, 4, 5, 6, 7) * -tilt).mapBands { $0 + 2.5 * random.normal() }
        return AmbientSide(directions: directions, spectrum: spectrum, level: random.uniform(-8...8), seed: random.next())
    }
}

/// A fan, a vent or a humming transformer: stationary sound from one position.
public struct AmbientSource: Sendable, Hashable {
    /// Room coordinates, metres.
    public var place: SIMD3<Float>
    /// Amplitude of its noise in each octave band relative to white noise, dB.
    public var spectrum: BandValues
    /// Fundamental frequency in Hz: once or twice the mains, or the blade rate.
    public var fundamental: Float
    /// Level of all tones together relative to the noise, dB.
    public var tones: Float
    /// Tones up to this multiple of the fundamental.
    public var harmonics: Int
    /// Level at the array relative to the diffuse background, dB.
    public var level: Float
    /// Draws noise and phases.
    public var seed: UInt64

    public init(
        place: SIMD3<Float>, spectrum: BandValues, fundamental: Float, tones: Float, harmonics: Int, level: Float,
        seed: UInt64
    ) {
        self.place = place
        self.spectrum = spectrum
        self.fundamental = fundamental
        self.tones = tones
        self.harmonics = harmonics
        self.level = level
        self.seed = seed
    }

    /// Two thirds fans, one third mains hum; nil if the position lay in the array.
    static func random(
        in room: Room, array: ArrayPlacement, levels: ClosedRange<Float>, using random: inout RandomSource
    ) -> AmbientSource? {
        let place = SIMD3(
            random.uniform(0.15...room.size.x - 0.15), random.uniform(0.15...room.size.y - 0.15),
            random.uniform(0.15...room.size.z - 0.15))
        let hums = random.chance(0.33)
        let tilt = random.uniform(hums ? 2...6 : 0...5)
        var spectrum = BandValues(0, 1, 2, 3, 4, 5, 6, 7) * -tilt
        spectrum = spectrum.mapBands { $0 + 3 * random.normal() }
        let mains: Float = random.chance(0.5) ? 50 : 60
        let source = AmbientSource(
            place: place, spectrum: spectrum, fundamental: hums ? mains : random.uniform(60...400),
            tones: hums ? random.uniform(0...20) : random.uniform(-25 ... -3),
            harmonics: hums ? 3 + random.index(below: 25) : 1 + random.index(below: 6),
            level: random.uniform(levels), seed: random.next())
        return Walk.norm(array.inArray(place)) < 0.7 ? nil : source
    }

    /// One period of its sound.
    ///
    /// - Parameter bins: of the period's spectrum, including 0 Hz and 12 kHz.
    /// - Returns: real and imaginary parts, of any level.
    func period(bins: Int) -> (real: [Float], imaginary: [Float]) {
        var random = RandomSource(seed: seed)
        var real = [Float](repeating: 0, count: bins)
        var imaginary = real
        let grid = 512
        let amplitudes = spectrum.mapBands { pow(10, $0 / 20) }
        let shape = (0...grid).map { point in
            let frequency = Double(point) * 12_000 / Double(grid)
            return (OctaveBands.weights(at: frequency) * amplitudes).sum()
        }
        var power: Float = 0
        for bin in 1..<bins - 1 {
            let amplitude = shape[bin * grid / (bins - 1)]
            real[bin] = amplitude * random.normal()
            imaginary[bin] = amplitude * random.normal()
            power += real[bin] * real[bin] + imaginary[bin] * imaginary[bin]
        }
        let slope = random.uniform(0.5...2)
        let weights = (1...max(harmonics, 1)).map { pow(Float($0), -slope) * random.uniform(0.2...1) }
        let scale = (power * pow(10, tones / 10) / weights.map { $0 * $0 }.reduce(0, +)).squareRoot()
        for (index, weight) in weights.enumerated() {
            let bin = Int((fundamental * Float(index + 1) / 12_000 * Float(bins - 1)).rounded())
            let phase = random.uniform(0...2 * .pi)
            guard bin < bins - 1 else { break }
            real[bin] += scale * weight * cos(phase)
            imaginary[bin] += scale * weight * sin(phase)
        }
        return (real, imaginary)
    }
}
