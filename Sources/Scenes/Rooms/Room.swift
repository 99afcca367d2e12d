import Glibc
public import Platform
import Signal

/// A source, or one of its mirror images, seen from the array.
public struct ImageSource: Sendable, Hashable {
    /// Metres from the array's centre, in room axes.
    public var offset: SIMD3<Float>
    /// Metres.
    public var distance: Float
    /// Sound pressure for each octave band, 1 for the direct sound at 1 m.
    public var gains: BandValues
    /// Number of reflections by walls; 0 is the source itself.
    public var order: Int
    /// For each axis, -1 if it is mirrored, else 1.
    public var mirror: SIMD3<Float>

    /// Unit vector in room axes of the radiation from the source that arrives by this image.
    public var emission: SIMD3<Float> { offset * mirror * (-1 / max(distance, 1e-6)) }
}

/// A horizontal surface below the array, such as a table: it reflects what arrives from above, in the bands whose waves are short
/// compared with its size.
public struct Table: Sendable, Hashable {
    /// Metres above the floor.
    public var height: Float
    /// Sound pressure of the reflection for each octave band.
    public var gains: BandValues

    public init(height: Float, gains: BandValues) {
        self.height = height
        self.gains = gains
    }

    /// 3 to 40 cm below a height in metres, that of the array; a metre or so wide, of wood, glass or cloth.
    static func random(below height: Float, using random: inout RandomSource) -> Table {
        let share = BandValues(0, 0, 0.1, 0.4, 0.7, 0.9, 1, 1)
        return Table(height: height - random.uniform(0.03...0.4), gains: share * random.uniform(0.4...0.95))
    }
}

/// A shoebox room: one corner at the origin, walls along the axes.
public struct Room: Sendable, Hashable {
    /// Metres.
    public let size: SIMD3<Float>
    /// Share of the energy absorbed by each wall, 0...1, a row of bands for each of the walls x = 0, x = size.x, y = 0, y =
    /// size.y, z = 0, z = size.z.
    public let absorption: [BandValues]
    /// Nepers of intensity a metre.
    public let airAbsorption: BandValues
    /// The surface that the array stands on or hangs above, if there is one.
    public var table: Table?
    /// Share of the energy of a reflection that a wall scatters to all directions, 0...1.
    public var scattering: Float = 1

    public init(
        size: SIMD3<Float>, absorption: [BandValues],
        airAbsorption: BandValues = OctaveBands.airAbsorption(temperature: 20, humidity: 50)
    ) {
        precondition(size.min() > 0, "a room has positive size, found \(size)")
        precondition(absorption.count == 6, "a room has 6 walls, found absorption of \(absorption.count)")
        self.size = size
        self.absorption = absorption
        self.airAbsorption = airAbsorption
    }

    /// A room without walls: only direct sound.
    public static func anechoic(size: SIMD3<Float>) -> Room {
        Room(size: size, absorption: Array(repeating: BandValues(repeating: 1), count: 6), airAbsorption: .zero)
    }

    public var volume: Float { size.x * size.y * size.z }

    /// Areas of the walls in square metres, in the order of `absorption`.
    public var wallAreas: [Float] {
        let (x, y, z) = (size.y * size.z, size.x * size.z, size.x * size.y)
        return [x, x, y, y, z, z]
    }

    /// Reverberation time in seconds for each band (Eyring's formula with air absorption).
    public var reverberationTime: BandValues {
        let areas = wallAreas
        let total = areas.reduce(0, +)
        var mean = BandValues.zero
        for (alpha, area) in zip(absorption, areas) { mean += alpha * (area / total) }
        let surface = mean.mapBands { -log(max(1 - $0, 1e-6)) } * total
        return 24 * log(Float(10)) * volume / Acoustics.speedOfSound / (surface + 4 * volume * airAbsorption)
    }

    /// Mean energy of the diffuse impulse response per second at time 0, for sources whose direct sound has pressure 1 at 1 m:
    /// the density of image sources, 4 pi c^3 t^2 / V a second, times the energy of each, 1 / (c t)^2.
    public var diffuseEnergyDensity: Float { 4 * .pi * Acoustics.speedOfSound / volume }

    /// True if the walls reflect nothing.
    public var isAnechoic: Bool { absorption.allSatisfy { $0.min() >= 1 } }

    /// The absorption for a reverberation time, distributed over the walls by `weights` (mean about 1).
    ///
    /// - Parameter time: seconds for each band; an unreachable time is approximated with absorption within 1...95 %.
    public static func absorption(
        for time: BandValues, size: SIMD3<Float>, airAbsorption: BandValues, weights: [BandValues]
    ) -> [BandValues] {
        let bare = Room(size: size, absorption: Array(repeating: .zero, count: 6), airAbsorption: airAbsorption)
        let total = bare.wallAreas.reduce(0, +)
        let surface = 24 * log(Float(10)) * bare.volume / Acoustics.speedOfSound / time - 4 * bare.volume * airAbsorption
        let mean = surface.mapBands { 1 - exp(-max($0, 0) / total) }
        var average = BandValues.zero
        for (weight, area) in zip(weights, bare.wallAreas) { average += weight * (area / total) }
        return weights.map { ($0 / average * mean).clamped(lowerBound: .init(repeating: 0.01), upperBound: .init(repeating: 0.95)) }
    }

    /// Walls between bare ones (2 %) and those behind furniture and shelves (half).
    static func randomScattering(using random: inout RandomSource) -> Float { 0.02 * pow(25, random.uniform(0...1)) }

    /// Usual reverberation times at 1 kHz in seconds.
    public static let usualReverberation: ClosedRange<Float> = 0.2...0.9

    /// A room of usual size: 3 to 12 m by 3 to 9 m by 2.3 to 4.5 m, with unequal walls.
    ///
    /// - Parameter reverberation: approximate range of the reverberation time at 1 kHz, distributed logarithmically.
    public static func random(
        reverberation: ClosedRange<Float> = usualReverberation, using random: inout RandomSource
    ) -> Room {
        let size = SIMD3(random.uniform(3...12), random.uniform(3...9), random.uniform(2.3...4.5))
        let air = OctaveBands.airAbsorption(
            temperature: Double(random.uniform(15...26)), humidity: Double(random.uniform(25...70)))
        let middle = reverberation.lowerBound * pow(reverberation.upperBound / reverberation.lowerBound, random.uniform(0...1))
        // Longer times at low frequencies, shorter at high ones, with random variation.
        let tilt = random.uniform(0...0.12)
        var time = BandValues.zero
        for band in 0..<OctaveBands.count {
            time[band] = middle * exp(-tilt * Float(band - 4) + 0.1 * random.normal())
        }
        let weights = (0..<6).map { _ in
            let wall = 0.6 * random.normal()
            return BandValues.zero.mapBands { _ in exp(wall + 0.2 * random.normal()) }
        }
        return Room(
            size: size, absorption: absorption(for: time, size: size, airAbsorption: air, weights: weights),
            airAbsorption: air)
    }
}
