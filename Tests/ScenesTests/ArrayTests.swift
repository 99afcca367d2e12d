import Audio
import Geometry
import Glibc
import Scenes
import Tensor
import TestSupport
import Testing

/// Arrays of any capsules against their definition, integrated in Python.
@Suite struct ArrayTests {
    /// The oracle's array in open air: an omnidirectional capsule, a cardioid, a figure of eight and one between.
    static func array(_ oracle: OracleFixture) -> ArrayGeometry {
        let rows = oracle.doubles("open.capsules").map { Float($0) }
        return ArrayGeometry(
            name: "open", mount: .open,
            capsules: (0..<4).map { index in
                let row = Array(rows[7 * index..<7 * index + 7])
                return .init(
                    position: SIMD3(row[0], row[1], row[2]), aim: Direction(towards: row[3], row[4], row[5]),
                    directivity: row[6])
            })
    }

    static func directions(_ oracle: OracleFixture) -> [Direction] {
        let values = oracle.doubles("open.directions").map { Float($0) }
        return (0..<values.count / 3).map { Direction(towards: values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2]) }
    }

    /// The spectrum of a channel of a plane wave's kernels at a frequency, against the wave's arrival at the centre.
    static func heard(_ response: ArrayResponse, channel: Int, from direction: Direction, _ frequency: Double) -> Complex {
        var arena = Arena<Float>(capacity: 4 * 256)
        let target = arena.take(Shape(4, 256))
        response.add(delay: 100, from: direction, gains: BandValues(repeating: 1), to: target)
        var sum = Complex.zero
        for sample in 0..<256 {
            let turn = Complex(phase: -2 * .pi * frequency / 24_000 * Double(sample - 100))
            sum = sum + Double(target[channel * 256 + sample]) * turn
        }
        return sum
    }

    @Test func capsulesInOpenAirFollowTheirPositionAndAim() throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        let response = ArrayResponse(.mic, geometry: Self.array(oracle))
        let (real, imaginary) = (oracle.doubles("open.real"), oracle.doubles("open.imaginary"))
        let directions = Self.directions(oracle)
        for (row, frequency) in oracle.doubles("sphere.frequencies").enumerated() {
            for (column, direction) in directions.enumerated() {
                for channel in 0..<4 {
                    let index = (row * directions.count + column) * 4 + channel
                    let wanted = Complex(real[index], imaginary[index])
                    let exact = response.pressure(capsule: channel, from: direction, frequency: frequency)
                    #expect((exact - wanted).power < 1e-10, "capsule \(channel) at \(frequency) Hz")
                    // Kernels have 1/128 sample and begin to fall at 11 kHz.
                    guard frequency < 9000 else { continue }
                    let found = Self.heard(response, channel: channel, from: direction, frequency)
                    #expect((found - wanted).power < 0.01 * 0.01, "kernel of capsule \(channel) at \(frequency) Hz")
                }
            }
        }
    }

    /// In responses, in what a source leaves in the channels, and in a diffuse field alike.
    @Test(arguments: [ArrayGeometry.Mount.open, .rigidSphere])
    func gainsAndDelaysOfCapsulesApplyEverywhere(_ mount: ArrayGeometry.Mount) {
        let equal = ArrayGeometry(name: "a", mount: mount, capsules: ArrayGeometry.tetrahedral.capsules)
        let capsules = equal.capsules.enumerated().map { index, capsule in
            var capsule = capsule
            (capsule.gain, capsule.delay) = ([0, 1.5, -2, 0.5][index], [0, 4e-6, -10e-6, 20e-6][index])
            return capsule
        }
        let unequal = ArrayGeometry(name: "b", mount: mount, capsules: capsules)
        let (plain, changed) = (ArrayResponse(.mic, geometry: equal), ArrayResponse(.mic, geometry: unequal))
        let source = Direction(azimuth: 35, elevation: -15)
        for frequency in [500.0, 2000, 5000] {
            func factor(_ channel: Int) -> Complex {
                pow(10, Double(capsules[channel].gain) / 20) * Complex(phase: -2 * .pi * frequency * Double(capsules[channel].delay))
            }
            let response = unequal.responses(frequency: frequency, to: [source])[0]
            let diffuse = DiffuseCovariance.matrix(of: changed, frequency: frequency)
            let before = DiffuseCovariance.matrix(of: plain, frequency: frequency)
            for channel in 0..<4 {
                let wanted = factor(channel) * plain.pressure(capsule: channel, from: source, frequency: frequency)
                #expect((changed.pressure(capsule: channel, from: source, frequency: frequency) - wanted).power < 1e-12)
                #expect((Complex(response.real[channel], response.imaginary[channel]) - wanted).power < 1e-10)
                #expect((Self.heard(changed, channel: channel, from: source, frequency) - wanted).power < 0.09 * 0.09)
                let cross = factor(0) * factor(channel).conjugate * before[0][channel]
                #expect((diffuse[0][channel] - cross).power < 1e-12)
            }
        }
    }

    @Test func capsulesOnASphereFollowItsSeries() {
        let geometry = ArrayGeometry(
            name: "sphere", mount: .rigidSphere,
            capsules: [(0, 0), (120, 20), (-110, -50), (10, 80)].map {
                .init(direction: Direction(azimuth: $0, elevation: $1), radius: 0.08)
            })
        let response = ArrayResponse(.mic, geometry: geometry)
        let source = Direction(azimuth: 35, elevation: -15)
        for channel in 0..<4 {
            for frequency in [300.0, 1000, 2500, 5000] {
                let wanted = response.pressure(capsule: channel, from: source, frequency: frequency)
                let found = Self.heard(response, channel: channel, from: source, frequency)
                // Angles are tabulated in degrees: half of one is 0.064 radians at 5 kHz.
                #expect((found - wanted).power < 0.09 * 0.09, "capsule \(channel) at \(frequency) Hz")
            }
        }
    }

    @Test func diffuseCovarianceIsTheIntegralOverTheSphere() throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        let response = ArrayResponse(.mic, geometry: Self.array(oracle))
        let (real, imaginary) = (oracle.doubles("diffuse.real"), oracle.doubles("diffuse.imaginary"))
        for (row, frequency) in oracle.doubles("sphere.frequencies").enumerated() {
            let matrix = DiffuseCovariance.matrix(of: response, frequency: frequency)
            for a in 0..<4 {
                for b in 0..<4 {
                    let index = (row * 4 + a) * 4 + b
                    let wanted = Complex(real[index], imaginary[index])
                    #expect((matrix[a][b] - wanted).power < 1e-9, "capsules \(a), \(b) at \(frequency) Hz")
                }
            }
        }
    }

    /// The noise itself, phases between capsules included.
    @Test func diffuseNoiseHasTheCovarianceOfCardioids() throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        let length = 1 << 18
        let field = DiffuseField(ArrayResponse(.mic, geometry: Self.array(oracle)), length: length)
        var arena = Arena<Float>(capacity: 4 * length)
        let noise = arena.take(Shape(4, length))
        for band in 0..<8 { field.add(band: band, from: 0, to: noise, range: 0..<length, first: 1, last: 1) }
        // 1000 Hz, bin 20 of 480; pieces under a Hann window.
        let turns = (0..<480).map { (index: Int) -> Complex in
            (0.5 - 0.5 * cos(2 * .pi * Double(index) / 480)) * Complex(phase: -2 * .pi * 20 * Double(index) / 480)
        }
        var sums = [Complex](repeating: .zero, count: 16)
        var pieces = 0
        for start in stride(from: 0, through: length - 480, by: 480) {
            let spectra = (0..<4).map { channel in
                turns.indices.reduce(Complex.zero) { $0 + Double(noise[channel * length + start + $1]) * turns[$1] }
            }
            for pair in 0..<16 { sums[pair] = sums[pair] + spectra[pair / 4] * spectra[pair % 4].conjugate }
            pieces += 1
        }
        let scale = 1 / (Double(pieces) * turns.map(\.power).reduce(0, +))
        let row = try #require(oracle.doubles("sphere.frequencies").firstIndex(of: 1000))
        for pair in 0..<16 {
            let wanted = Complex(
                oracle.doubles("diffuse.real")[16 * row + pair], oracle.doubles("diffuse.imaginary")[16 * row + pair])
            #expect((scale * sums[pair] - wanted).power < 0.1 * 0.1, "capsules \(pair / 4), \(pair % 4)")
        }
    }
}
