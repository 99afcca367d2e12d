import Glibc
public import Platform

/// A source, or its mirror image in walls, as the array hears it.
public struct ImageSource: Sendable, Hashable {
    /// Metres from the array's centre, in room axes.
    public var offset: SIMD3<Float>
    /// Metres.
    public var distance: Float
    /// Sound pressure for each octave band, 1 for the direct sound at 1 m.
    public var gains: BandValues
    /// How many walls it was reflected by; 0 is the source itself.
    public var order: Int
    /// For each axis, -1 where it is mirrored, else 1.
    public var mirror: SIMD3<Float>

    /// The unit vector in room axes in which the source itself sends what comes to the array by this image.
    public var emission: SIMD3<Float> { offset * mirror * (-1 / max(distance, 1e-6)) }
}

/// A shoebox room: one corner at the origin, walls along the axes.
public struct Room: Sendable, Hashable {
    /// Metres a second.
    public static let speedOfSound: Float = 343

    /// Metres.
    public let size: SIMD3<Float>
    /// Share of the energy that a wall takes, 0...1, a row of bands for each of the walls x = 0, x = size.x, y = 0, y = size.y,
    /// z = 0, z = size.z.
    public let absorption: [BandValues]
    /// Nepers of intensity a metre.
    public let airAbsorption: BandValues

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

    /// A room without walls: only the direct sound.
    public static func anechoic(size: SIMD3<Float>) -> Room {
        Room(size: size, absorption: Array(repeating: BandValues(repeating: 1), count: 6), airAbsorption: .zero)
    }

    public var volume: Float { size.x * size.y * size.z }

    /// Square metres of the walls in the order of `absorption`.
    public var wallAreas: [Float] {
        let (x, y, z) = (size.y * size.z, size.x * size.z, size.x * size.y)
        return [x, x, y, y, z, z]
    }

    /// Seconds in which the diffuse sound decays by 60 dB, for each band (Eyring's formula with air absorption).
    public var reverberationTime: BandValues {
        let areas = wallAreas
        let total = areas.reduce(0, +)
        var mean = BandValues.zero
        for (alpha, area) in zip(absorption, areas) { mean += alpha * (area / total) }
        let surface = mean.mapBands { -log(max(1 - $0, 1e-6)) } * total
        return 24 * log(Float(10)) * volume / Self.speedOfSound / (surface + 4 * volume * airAbsorption)
    }

    /// Mean energy of the diffuse impulse response per second at time 0, for sources whose direct sound has pressure 1 at 1 m:
    /// the density of image sources, 4 pi c^3 t^2 / V a second, times the energy of each, 1 / (c t)^2.
    public var diffuseEnergyDensity: Float { 4 * .pi * Self.speedOfSound / volume }

    /// True when nothing comes back from the walls.
    public var isAnechoic: Bool { absorption.allSatisfy { $0.min() >= 1 } }

    /// The absorption that a band needs for a reverberation time, spread over the walls by `weights` (mean about 1).
    ///
    /// - Parameter time: seconds for each band; what cannot be reached comes as near as absorption within 1...95 % allows.
    public static func absorption(
        for time: BandValues, size: SIMD3<Float>, airAbsorption: BandValues, weights: [BandValues]
    ) -> [BandValues] {
        let bare = Room(size: size, absorption: Array(repeating: .zero, count: 6), airAbsorption: airAbsorption)
        let total = bare.wallAreas.reduce(0, +)
        let surface = 24 * log(Float(10)) * bare.volume / speedOfSound / time - 4 * bare.volume * airAbsorption
        let mean = surface.mapBands { 1 - exp(-max($0, 0) / total) }
        var average = BandValues.zero
        for (weight, area) in zip(weights, bare.wallAreas) { average += weight * (area / total) }
        return weights.map { ($0 / average * mean).clamped(lowerBound: .init(repeating: 0.01), upperBound: .init(repeating: 0.95)) }
    }

    /// Seconds of reverberation at 1 kHz that most rooms have which people live and work in.
    public static let usualReverberation: ClosedRange<Float> = 0.2...0.9

    /// A room as people have them: 3 to 12 m by 3 to 9 m by 2.3 to 4.5 m, walls that differ.
    ///
    /// - Parameter reverberation: the reverberation time at 1 kHz lies about there, short ones as often as long ones by ratio.
    public static func random(
        reverberation: ClosedRange<Float> = usualReverberation, using random: inout RandomSource
    ) -> Room {
        let size = SIMD3(random.uniform(3...12), random.uniform(3...9), random.uniform(2.3...4.5))
        let air = OctaveBands.airAbsorption(
            temperature: Double(random.uniform(15...26)), humidity: Double(random.uniform(25...70)))
        let middle = reverberation.lowerBound * pow(reverberation.upperBound / reverberation.lowerBound, random.uniform(0...1))
        // Bass rings longer, treble shorter, and no two rooms alike.
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
