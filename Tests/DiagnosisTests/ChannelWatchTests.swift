import Audio
import Geometry
import Glibc
import TestSupport
import Testing

@testable import Diagnosis

/// Findings about the channels of a stream, and streams without a fault.
@Suite struct ChannelWatchTests {
    private static let rate = 24_000

    /// A wave from a direction as bursts over a diffuse background, in Ambisonics: [seconds * 24000 * 4].
    private static func ambisonics(
        _ direction: Direction, seconds: Int, background: Float = 3e-4, level: Float = 0.1, seed: UInt64 = 1
    ) -> [Float] {
        var random = SeededRandom(seed: seed)
        var samples: [Float] = []
        samples.reserveCapacity(seconds * rate * 4)
        var (state, before): (Float, Float) = (0, 0)
        for frame in 0..<seconds * rate {
            // Coloured noise: low frequencies prevail, as in speech.
            state += 0.2 * (random.normal() - state)
            let value = frame % 9600 < 5000 ? level * (state - 0.98 * before) : 0
            before = state
            let diffuse = [1, 0.577, 0.577, 0.577].map { background * $0 * random.normal() }
            samples += [
                value + diffuse[0], value * direction.y + diffuse[1], value * direction.z + diffuse[2], value * direction.x + diffuse[3],
            ]
        }
        return samples
    }

    private static func changed(_ samples: [Float], _ change: (inout [Float], Int) -> Void) -> [Float] {
        var changed = samples
        for start in stride(from: 0, to: samples.count, by: 4) {
            var frame = Array(samples[start..<start + 4])
            change(&frame, start / 4)
            for channel in 0..<4 { changed[start + channel] = frame[channel] }
        }
        return changed
    }

    /// Everything that was found, in its order, and what stands at the end.
    private func watch(
        _ samples: [Float], _ kind: MicrophoneKind = .ambisonics, convention: AmbisonicConvention = .ambix, piece: Int = 7001
    ) -> (ever: [ChannelFinding], last: [ChannelFinding]) {
        let watch = ChannelWatch(kind, convention: convention)
        var ever: [ChannelFinding] = []
        for start in stride(from: 0, to: samples.count, by: 4 * piece) {
            watch.push(samples.span.extracting(start..<min(samples.count, start + 4 * piece)))
            for finding in watch.findings where !ever.contains(finding) { ever.append(finding) }
        }
        watch.finish()
        for finding in watch.findings where !ever.contains(finding) { ever.append(finding) }
        return (ever, watch.findings)
    }

    private static let front = Direction(azimuth: 0, elevation: 0)
    private static let side = Direction(azimuth: 60, elevation: 10)

    @Test(arguments: 0..<4) func aDeadChannelIsFound(_ channel: Int) {
        for direction in [Self.front, Self.side] {
            let samples = Self.ambisonics(direction, seconds: 8)
            let zero = Self.changed(samples) { frame, _ in frame[channel] = 0 }
            #expect(watch(zero).last == [.dead(channel: channel)], "\(direction)")
            // With the noise of its converter, and an offset.
            var random = SeededRandom(seed: 3)
            let faint = Self.changed(samples) { frame, _ in frame[channel] = 0.01 + 1e-6 * random.normal() }
            #expect(watch(faint).last == [.dead(channel: channel)], "\(direction)")
            // Samples too small to be sound.
            let denormal = Self.changed(samples) { frame, _ in frame[channel] = 0x1p-140 }
            #expect(watch(denormal).last == [.dead(channel: channel)], "\(direction)")
            let quiet = Self.changed(samples) { frame, _ in frame[channel] *= 1e-3 }
            #expect(watch(quiet).last == [.dead(channel: channel)], "\(direction), 60 dB down")
        }
    }

    /// In all axes that a wave can leave without sound, and where it makes two channels equal; with a background and without.
    @Test(arguments: [(0, 0), (90, 0), (0, 90), (180, 0), (-90, 0), (90, 45), (45, 0), (45, 35.26)] as [(Float, Float)])
    func aPlaneWaveInAnOpenFieldIsNotAFault(_ azimuth: Float, _ elevation: Float) {
        // 0 and 1, and no rounding of them.
        let exact = { (value: Float) in abs(value) < 1e-6 ? 0 : value }
        let direction = Direction(azimuth: azimuth, elevation: elevation)
        for background in [0, 3e-5, 1e-3] as [Float] {
            let samples = Self.ambisonics(
                Direction(unit: exact(direction.x), exact(direction.y), exact(direction.z)), seconds: 11, background: background)
            #expect(watch(samples).ever.isEmpty, "background \(background)")
        }
    }

    @Test func aWaveThatMovesInThePlaneIsNotAFault() {
        let samples = Self.changed(Self.ambisonics(Self.front, seconds: 12, background: 0)) { frame, index in
            let direction = Direction(azimuth: Float(index) / 800, elevation: 0)
            frame = [frame[0], frame[0] * direction.y, 0, frame[0] * direction.x]
        }
        #expect(watch(samples).ever.isEmpty)
    }

    /// From behind each of four cardioids, which then receives nothing; in a diffuse field such a capsule is dead.
    @Test(arguments: 0..<4) func aWaveFromBehindACardioidIsNotAFault(_ channel: Int) {
        let kind = MicrophoneKind.capsules(Captures.aformat)
        for background in [0, 1e-5, 1e-4] as [Float] {
            var random = SeededRandom(seed: 9)
            // Without a pause for the background.
            let behind = (0..<11 * Self.rate).flatMap { _ in
                let wave = 0.05 * random.normal()
                return (0..<4).map { ($0 == channel ? 0 : wave * (1 + 1e-4 * Float($0))) + background * random.normal() }
            }
            #expect(watch(behind, kind).ever.isEmpty, "background \(background)")
        }
        let room = Self.rendered(.aformat, 3, talkers: 1)
        #expect(watch(Self.changed(room) { frame, _ in frame[channel] = 0 }, kind).last == [.dead(channel: channel)])
        let sphere = Self.changed(Self.ambisonics(Self.front, seconds: 11, background: 0)) { frame, _ in
            frame = (0..<4).map { $0 == channel ? 0 : frame[0] }
        }
        #expect(!watch(sphere, .capsules(.tetrahedral)).ever.isEmpty)
    }

    @Test func copiesAreFound() {
        let samples = Self.ambisonics(Self.side, seconds: 11)
        for kind in [MicrophoneKind.ambisonics, .capsules(.tetrahedral)] {
            #expect(
                watch(Self.changed(samples) { frame, _ in frame = Array(repeating: frame[0], count: 4) }, kind).last == [
                    .equal(channels: [0, 1, 2, 3])
                ])
        }
        #expect(watch(Self.changed(samples) { frame, _ in frame[3] = frame[1] }).last == [.equal(channels: [1, 3])])
        let stereo = Self.changed(samples) { frame, _ in frame = [frame[0], frame[1], frame[0], frame[1]] }
        #expect(watch(stereo).last == [.equal(channels: [0, 2]), .equal(channels: [1, 3])])
    }

    /// Reported after ten seconds, whatever comes later, and over when sound comes.
    @Test func silenceAndConstantSamplesBeginAndEnd() {
        let sound = Self.ambisonics(Self.side, seconds: 4)
        for (value, finding) in [(Float(0), ChannelFinding.silence), (0.3, .still), (-0.9, .still), (0x1p-140, .silence)] {
            let still = [Float](repeating: value, count: 11 * Self.rate * 4)
            let watch = ChannelWatch(.ambisonics)
            watch.push(sound.span)
            watch.push(still.span.extracting(0..<still.count * 9 / 11))
            #expect(watch.findings.isEmpty, "after nine seconds of \(value)")
            watch.push(still.span.extracting(0..<still.count * 2 / 11))
            #expect(watch.findings == [finding])
            watch.push(sound.span)
            #expect(watch.findings.isEmpty)
        }
        // What stands still in one channel is dead, whatever its offset.
        #expect(watch(Self.changed(sound) { frame, _ in frame[2] = 0.5 }).last == [.dead(channel: 2)])
    }

    /// Too short or too quiet to check, and shorter than ten seconds in a recording that has ended.
    @Test func tooLittleAudioHasNoFinding() {
        let zero = [Float](repeating: 0, count: 4 * Self.rate * 19 / 10)
        #expect(watch(zero).ever.isEmpty)
        #expect(watch(zero + zero).last == [.silence])
        let faint = Self.changed(Self.ambisonics(Self.side, seconds: 11)) { frame, _ in
            frame = frame.map { $0 * 1e-4 }
            frame[1] = 0
        }
        #expect(watch(faint).ever.isEmpty)
    }

    /// How samples come in pieces changes nothing.
    @Test func everyChunkingFindsTheSame() {
        let samples = Self.changed(Self.ambisonics(Self.side, seconds: 12)) { frame, index in if index > 30_000 { frame[1] = 0 } }
        let whole = watch(samples, piece: samples.count)
        for piece in [480, 2400, 2401, 100_000] { #expect(watch(samples, piece: piece).last == whole.last) }
    }

    // MARK: - Formats

    private static func rendered(_ microphone: Captures.Microphone, _ place: Int, talkers: Int, isReal: Bool = true) -> [Float] {
        Captures(microphone, Captures.places[place], talkers: talkers, isReal: isReal, directions: []).ambience
    }

    @Test(arguments: Captures.places.indices, [0, 1, 3])
    func capsulesAreNotAmbisonicsAndTheReverse(_ place: Int, _ talkers: Int) {
        for microphone in [Captures.Microphone.sphere, .aformat] {
            let heard = Self.rendered(microphone, place, talkers: talkers)
            #expect(watch(heard).last == [.capsules], "\(microphone)")
            #expect(watch(heard, microphone.kind).ever.isEmpty, "\(microphone)")
            #expect(AmbienceCheck.findings(heard, .ambisonics) == [.capsules])
        }
        let heard = Self.rendered(.ambisonics, place, talkers: talkers)
        #expect(watch(heard).ever.isEmpty)
        // One wave that no wall answers makes W, Y, Z and X coherent: 0.43 on average, where a limit of 0.33 keeps clear of cardioids (0.67).
        let isHidden = Captures.places[place].absorption == 1 && Captures.places[place].signalToNoise < 20 && talkers == 1
        for microphone in [Captures.Microphone.sphere, .aformat] {
            // If it is not found, no advice to invert capsules must appear either.
            let expected: [ChannelFinding] = isHidden && microphone == .aformat ? [] : [.ambisonics]
            #expect(watch(heard, microphone.kind).last == expected, "\(microphone)")
            #expect(AmbienceCheck.findings(heard, microphone.kind) == expected)
        }
    }

    /// Sources on its axis make a channel that is too quiet look like a scaling of all three.
    @Test(arguments: 1..<4) func aQuietChannelIsNotReportedAsScaling(_ channel: Int) {
        let heard = Captures(.ambisonics, Captures.places[2], talkers: 2, directions: []).ambience
        let quiet = Self.changed(heard) { frame, _ in frame[channel] *= 0.25 }
        #expect(watch(quiet).ever.isEmpty)
        let samples = Self.ambisonics(
            Direction(unit: channel == 3 ? 1 : 0, channel == 1 ? 1 : 0, channel == 2 ? 1 : 0), seconds: 11, background: 3e-3)
        #expect(watch(Self.changed(samples) { frame, _ in frame[channel] *= 0.25 }).ever.isEmpty)
    }

    @Test func anotherScalingIsFoundForADominantSource() {
        for direction in [Self.front, Self.side, Direction(azimuth: -130, elevation: -40)] {
            let samples = Self.ambisonics(direction, seconds: 11)
            for (gain, decibels) in [(Float(3).squareRoot(), Float(4.8)), (Float(2).squareRoot(), 3), (Float(0.5).squareRoot(), -3)] {
                let scaled = Self.changed(samples) { frame, _ in for channel in 1..<4 { frame[channel] *= gain } }
                guard case .scaling(let found)? = watch(scaled).last.first else {
                    Issue.record("\(direction), \(decibels) dB: \(watch(scaled))")
                    continue
                }
                #expect(abs(found - decibels) < 1)
            }
            // Furse-Malham, configured as such: no finding; as AmbiX: its level.
            let fuma = Self.changed(samples) { frame, _ in frame = [frame[0] * Float(0.5).squareRoot(), frame[3], frame[1], frame[2]] }
            #expect(watch(fuma, convention: .fuma).ever.isEmpty)
            #expect(watch(fuma).last.count == 1)
        }
    }

    /// A quiet room: only noise of capsules, which an encoder amplifies in Y, Z and X.
    @Test func noiseOfCapsulesIsNotAFault() {
        var random = SeededRandom(seed: 5)
        let noise = (0..<11 * Self.rate * 4).map { _ in 2e-3 * random.normal() }
        #expect(watch(noise).ever.isEmpty)
        #expect(watch(noise, .capsules(.tetrahedral)).ever.isEmpty)
        #expect(watch(noise, .capsules(Captures.aformat)).ever.isEmpty)
        var encoded = noise
        var span = encoded.mutableSpan
        FilterMatrix(AFormatEncoder.filters(for: Captures.aformat)).process(noise.span, into: &span)
        #expect(watch(encoded).ever.isEmpty)
    }

    /// Mains hum of a few harmonics, as a standing wave and as a wave, over a quiet room; and alone.
    @Test(arguments: [0, 1e-4] as [Float]) func humIsNotAFault(background: Float) {
        let gains: [[Float]] = [[1, 0.3, 0.2, 0.9], [0.2, 0.6, 0.3, 0.5], [0.1, -0.6, 0.3, 0.5], [1, 0.58, 0.58, 0.58]]
        for gain in gains {
            let room = Self.ambisonics(Self.side, seconds: 11, background: background, level: 0)
            let samples = Self.changed(room) { frame, index in
                let phase = 2 * Double.pi * 50 * Double(index % 480) / 24_000
                let hum = Float(sin(phase) + 0.5 * sin(2 * phase + 1) + 0.3 * sin(3 * phase + 2))
                for channel in 0..<4 { frame[channel] += 0.01 * gain[channel] * hum }
            }
            #expect(watch(samples).ever.isEmpty, "\(gain)")
        }
    }
}
