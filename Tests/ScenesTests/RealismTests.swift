import Audio
import Geometry
import Glibc
import Platform
import Scenes
import Testing

/// What makes scenes like recordings: sources that walk and look somewhere, microphones that are real, sounds that end.
@Suite struct RealismTests {
    static let foa = DiffuseField(ArrayResponse(.foa), length: 1 << 16)
    static let encoders = EncoderBank()

    /// An anechoic scene of one still source, without background unless asked for.
    func scene(
        _ direction: Direction, microphone: MicrophoneModel, ambience: Ambience = .pink, signalToNoise: Float = 90,
        gain: Float = 1.5
    ) -> Scene {
        let size = SIMD3<Float>(8, 7, 4)
        return Scene(
            room: Room.anechoic(size: size), array: ArrayPlacement(position: size * 0.45, yaw: 0),
            events: [
                SceneEvent(
                    sound: bursts(seconds: 3), start: 24_000, trajectory: Trajectory(still: direction, distance: 1.5),
                    gain: gain, classIndex: 0, track: 0)
            ],
            ambience: ambience, microphone: microphone, length: 4 * 24_000, signalToNoise: signalToNoise, peak: -3,
            noiseSeed: 9, overlap: 1)
    }

    func render(_ scene: Scene) -> [Float] {
        SceneRenderer(field: Self.foa, encoders: Self.encoders).render(scene)
    }

    func power(_ samples: [Float], channel: Int, _ range: Range<Int>) -> Float {
        var sum: Float = 0
        for index in range { sum += samples[4 * index + channel] * samples[4 * index + channel] }
        return sum / Float(range.count)
    }

    @Test(arguments: [EncoderArray.cardioids10, .subcardioids15, .sphere25])
    func encodersPointWhereTheSourceIs(array: EncoderArray) {
        var microphone = MicrophoneModel.ideal
        microphone.encoder = EncoderModel(array: array, limit: 25, corner: 20, isEqualized: true)
        microphone.encodesField = true
        for (azimuth, elevation) in [(30, 10), (-100, -40), (170, 60)] as [(Float, Float)] {
            let direction = Direction(azimuth: azimuth, elevation: elevation)
            var scene = scene(direction, microphone: microphone)
            // Below 2 kHz: above it four capsules alias, and should.
            for _ in 0..<3 {
                let sound = scene.events[0].sound
                scene.events[0].sound = sound.indices.dropLast(12).map { sound[$0..<$0 + 12].reduce(0, +) / 12 }
            }
            let samples = render(scene)
            let found = intensityDirection(samples, 26_000..<90_000)
            #expect(found.angle(to: direction) < 4, "\(array) at \(azimuth), \(elevation)")
        }
    }

    @Test func anAmplificationLimitReducesBassOfFirstOrder() {
        var microphone = MicrophoneModel.ideal
        microphone.encodesField = true
        let front = Direction(azimuth: 0, elevation: 0)
        func share(limit: Float) -> Float {
            microphone.encoder = EncoderModel(array: .sphere25, limit: limit, corner: 1, isEqualized: true)
            var scene = scene(front, microphone: microphone)
            // A tone of 100 Hz.
            scene.events[0].sound = (0..<72_000).map { (index: Int) -> Float in sin(2 * .pi * Float(index % 240) / 240) }
            let samples = render(scene)
            return (power(samples, channel: 3, 40_000..<80_000) / power(samples, channel: 0, 40_000..<80_000)).squareRoot()
        }
        #expect(abs(share(limit: 35) - 1) < 0.1)
        #expect(share(limit: 12) < 0.5)
    }

    @Test func unequalCapsulesLeak() {
        var microphone = MicrophoneModel.ideal
        microphone.encoder = EncoderModel(array: .cardioids10, limit: 25, corner: 20, isEqualized: true)
        let front = Direction(azimuth: 0, elevation: 0)
        let clean = render(scene(front, microphone: microphone))
        microphone.gains = SIMD8(1.5, -1.5, 1, -1, 0, 0, 0, 0)
        let leaking = render(scene(front, microphone: microphone))
        func leak(_ samples: [Float]) -> Float {
            power(samples, channel: 1, 26_000..<90_000) / power(samples, channel: 0, 26_000..<90_000)
        }
        // Y is 0.75 of the sum over the capsules of y times gain times response, 1 + d . s.
        let expected: Float = 0.277
        #expect(leak(clean) < 1e-5)
        #expect(abs(leak(leaking).squareRoot() - expected) < 0.05, "\(leak(leaking).squareRoot())")
    }

    @Test func ambienceHasTheConfiguredLevel() {
        let fan = AmbientSource(
            place: SIMD3(1, 1, 1), spectrum: .zero, fundamental: 100, tones: -20, harmonics: 3, level: 0, seed: 3)
        let side = Ambience(spectrum: .zero, sources: [], sides: [Self.side])
        for ambience in [Ambience.pink, Ambience(spectrum: .zero, sources: [fan]), side] {
            let samples = render(
                scene(Direction(azimuth: 40, elevation: 0), microphone: .ideal, ambience: ambience, signalToNoise: 10))
            let noise = power(samples, channel: 0, 0..<23_000)
            let both = power(samples, channel: 0, 24_000..<96_000)
            // Bursts sound for 4/5 of the time and end at 11.5 kHz.
            let found = 10 * log10((both / noise - 1) / (0.8 * 0.958))
            #expect(abs(found - 10) < 3, "found \(found) dB")
        }
    }

    static let side = AmbientSide(
        directions: [SIMD3(0, 1, 0), SIMD3(0.28, 0.96, 0), SIMD3(0, 0.96, 0.28)], spectrum: .zero, level: 30, seed: 3)

    /// Noise from a side has that direction on the whole, whichever way the array faces, and that of several waves: a block is not one plane wave.
    @Test(arguments: [0, 90] as [Float]) func noiseFromASideComesFromThere(yaw: Float) {
        let ambience = Ambience(spectrum: .zero, sources: [], sides: [Self.side])
        var scene = scene(Direction(azimuth: 0, elevation: 0), microphone: .ideal, ambience: ambience, signalToNoise: 0)
        scene.events = []
        scene.array = ArrayPlacement(position: scene.array.position, yaw: yaw)
        let samples = render(scene)
        let found = intensityDirection(samples, 10_000..<90_000)
        #expect(found.angle(to: Direction(azimuth: 85 - yaw, elevation: 5)) < 4, "found \(found)")
        // Of one plane wave from y, the pressure is the velocity.
        let powers = (0...3).map { power(samples, channel: $0, 10_000..<90_000) }
        let (pressure, velocity) = (powers[0], powers[1...3])
        #expect(abs(velocity.reduce(0, +) / pressure - 1) < 0.05)
        #expect(powers[2] / pressure > 0.01, "some of it from above")
    }

    @Test func capsulesHaveIndependentNoise() {
        var microphone = MicrophoneModel.ideal
        microphone.noise = -45
        let field = DiffuseField(ArrayResponse(.mic), length: 1 << 16)
        let samples = SceneRenderer(field: field).render(
            scene(Direction(azimuth: 40, elevation: 0), microphone: microphone, signalToNoise: 120))
        var sums = [Float](repeating: 0, count: 2)
        for index in 0..<23_000 {
            sums[0] += samples[4 * index] * samples[4 * index]
            sums[1] += samples[4 * index] * samples[4 * index + 2]
        }
        let source = power(samples, channel: 0, 24_100..<96_000) / 0.766
        // On the sphere's near side pressure is up to twice that of the free field.
        #expect((45...51).contains(10 * log10(source / (sums[0] / 23_000))))
        #expect(abs(sums[1]) < 0.05 * sums[0])
    }

    @Test func sourcesHaveADirectivity() throws {
        let look = SourceDirectivity(front: SIMD3(1, 0, 0), frontToBack: 10)
        let (front, back) = (look.gains(towards: SIMD3(1, 0, 0)), look.gains(towards: SIMD3(-1, 0, 0)))
        #expect(abs(20 * log10(front[6] / back[6]) - 10) < 0.01 && abs(front[0] - 1) < 1e-5 && abs(back[0] - 1) < 1e-5)
        var random = RandomSource(seed: 8)
        var power = BandValues.zero
        for _ in 0..<20_000 {
            let d = Direction(towards: random.normal(), random.normal(), random.normal())
            let gains = look.gains(towards: SIMD3(d.x, d.y, d.z))
            power += gains * gains
        }
        for band in 0..<8 { #expect(abs(power[band] / 20_000 - 1) < 0.02, "band \(band)") }
        // An image behind the wall x = 0 of a source facing away from the wall was emitted to the back.
        let image = try #require(
            RoomTests.images(RoomTests.room, reach: 9).first { $0.order == 1 && abs($0.offset.x + 4.7) < 1e-4 })
        #expect(image.emission.x < -0.8 && abs((image.emission * image.emission).sum() - 1) < 1e-4)
    }

    @Test func walkersStayWithinTheRoomAndTheSpeedLimit() {
        var random = RandomSource(seed: 21)
        var walks = 0
        for _ in 0..<100 {
            let room = Room.random(using: &random)
            let array = ArrayPlacement.random(in: room, using: &random)
            guard let walk = Walk.random(in: room, array: array, seconds: 10, using: &random) else { continue }
            walks += 1
            let trajectory = Trajectory(walk)
            for step in 0..<100 {
                let time = Float(step) * 0.1
                let place = array.inRoom(trajectory.position(at: time))
                #expect(place.min() > 0.299 && (room.size - place).min() > 0.299, "\(walk)")
                #expect(trajectory.distance(at: time) > 0.599)
                let turned = trajectory.direction(at: time).angle(to: trajectory.direction(at: time + 0.1))
                #expect(turned < 0.1 * Trajectory.fastest + 0.02, "\(walk) at \(time) s")
            }
        }
        #expect(walks > 80)
    }

    @Test func soundFromAnApproachingWalkerIsCompressed() {
        let walk = Walk([.init(from: SIMD3(6, 0, 0), to: SIMD3(1, 0, 0), seconds: 4)])
        let tone = (0..<96_000).map { (index: Int) -> Float in sin(2 * .pi * Float(index % 24) / 24) }
        let heard = DopplerShift.received(tone, along: Trajectory(walk))
        // 5 m nearer in 4 s: 350 samples fewer.
        #expect(abs(96_000 - heard.count - 350) <= 2)
        let crossings = (1..<heard.count).filter { heard[$0 - 1] < 0 && heard[$0] >= 0 }.count
        #expect(abs(crossings - 4000) <= 2)
        let emission = Trajectory(walk).emission(arriving: 2)
        #expect(abs(emission - 2 - 1.25 * emission / 343) < 1e-5)
    }

    @Test func soundsAreCutInTheirPauses() {
        // 1 s of noise, 0.3 s of silence, and again.
        let sound = (0..<144_000).map { (index: Int) -> Int16 in
            index % 31_200 < 24_000 ? Int16(index * 7919 % 2000) : 0
        }
        var random = RandomSource(seed: 2)
        for _ in 0..<50 {
            let excerpt = Pauses.sanitized(of: sound, longest: 50_000, using: &random)
            #expect(excerpt.range.count <= 50_000 && excerpt.range.count > 25_000)
            #expect(!excerpt.cutsIn && !excerpt.cutsOut, "\(excerpt)")
            #expect(sound[excerpt.range.upperBound - 1] == 0)
        }
        let short = Pauses.sanitized(of: sound, longest: 12_000, using: &random)
        #expect(short.range.count <= 12_000)
    }
}
