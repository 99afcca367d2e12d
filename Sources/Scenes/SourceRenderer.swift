import Audio
import CRealtime
import Glibc
public import Platform
import Signal
public import Tensor

/// Renders sources one after another into the channels of a recording.
///
/// Image sources up to the mixing time are rendered wave by wave, and for a moving source again every 43 ms with crossfaded
/// blocks. Later reflections are random waves that decay in octave bands, with the energy of the image sources that they
/// replace and distributed over directions as `LateReflections` says. One instance per thread; memory is allocated once.
@safe
public final class SourceRenderer {
    /// Samples between two way-points.
    static let hop = 1024
    /// Samples of the early impulse response.
    static let earlyLength = 2048
    private static let earlyTransform = 4096
    private static let tailTransform = 65_536
    /// Samples of the tail, at most 2 s.
    private static var tailLength: Int { 2 * FrameLayout.sampleRate }
    /// Waves of a tail in a step, and the samples of a step: 3,000 waves a second.
    private static let tailWaves = 30
    private static let tailStep = 240
    /// Approximate number of image sources rendered individually.
    private static let imageCount: Float = 220

    /// The array, which may change between recordings to one of as many channels.
    public var field: DiffuseField {
        didSet { precondition(field.channels == channels, "an array of as many channels") }
    }
    private let channels: Int
    private let early = RealTransform(points: earlyTransform)
    private let late = RealTransform(points: tailTransform)
    private let arena: Arena<Float>
    /// [channels, earlyLength]
    private let response: MutableTensorRef<Float>
    /// [channels, tailLength]
    private let tail: MutableTensorRef<Float>
    /// Spectra of the channels' responses, real and imaginary: [channels, 2, bins]
    private let earlySpectra, tailSpectra: MutableTensorRef<Float>
    /// Spectrum of a block of the source: [2, bins]
    private let earlyBlock, tailBlock: MutableTensorRef<Float>
    /// Rising half of the crossfade: [hop]
    private let window: [Float]

    public init(field: DiffuseField) {
        self.field = field
        channels = field.channels
        var layout = ArenaLayout<Float>()
        let responses = (layout.add(Shape(channels, Self.earlyLength)), layout.add(Shape(channels, Self.tailLength)))
        let spectra = (layout.add(Shape(channels, 2, early.bins)), layout.add(Shape(channels, 2, late.bins)))
        let blocks = (layout.add(Shape(2, early.bins)), layout.add(Shape(2, late.bins)))
        let arena = Arena(layout)
        (response, tail) = (arena[responses.0], arena[responses.1])
        (earlySpectra, tailSpectra) = (arena[spectra.0], arena[spectra.1])
        (earlyBlock, tailBlock) = (arena[blocks.0], arena[blocks.1])
        self.arena = arena
        window = (0..<Self.hop).map { index in
            let s = sin((Float(index) + 0.5) * .pi / Float(2 * Self.hop))
            return s * s
        }
    }

    /// Adds a source to a recording.
    ///
    /// - Parameters:
    ///   - sound: samples at 24 kHz, pressure 1 at 1 m for a value of 1.
    ///   - output: [channels, length]; reverberation after its end is ignored.
    ///   - start: the sample of the recording at which the source begins to emit (its direct sound arrives later).
    ///   - directivity: of the source, constant along its path.
    ///   - random: draws the tail.
    public func add(
        _ sound: [Float], along trajectory: Trajectory, in room: Room, array: ArrayPlacement, at start: Int,
        to output: MutableTensorRef<Float>, directivity: SourceDirectivity = .none, random: inout RandomSource
    ) {
        let sound = DopplerShift.received(sound, along: trajectory)
        let reach = Self.reach(in: room, distance: trajectory.distance)
        let images = ImageSources(room, receiver: array.position, reach: reach)
        addEarly(sound, along: trajectory, directivity, images: images, array: array, at: start, to: output)
        guard !room.isAnechoic else { return }
        let length = makeTail(of: room, at: array, reach: reach, random: &random)
        addTail(sound, length: length, at: start, to: output)
    }

    /// Adds the impulse response of a fixed omnidirectional source.
    ///
    /// - Parameters: `place`, room coordinates, metres; `output` [channels, length], at least two seconds long.
    func addResponse(
        from place: SIMD3<Float>, in room: Room, array: ArrayPlacement, to output: MutableTensorRef<Float>,
        random: inout RandomSource
    ) {
        let reach = Self.reach(in: room, distance: Walk.norm(place - array.position))
        let images = ImageSources(room, receiver: array.position, reach: reach)
        let early = renderEarly(images, source: place, array: array)
        let length = room.isAnechoic ? 0 : makeTail(of: room, at: array, reach: reach, random: &random)
        for channel in 0..<channels {
            let target = unsafe output.unsafeBase + channel * output.shape[1]
            unsafe bearing_accumulate(target, early.unsafeBase + channel * Self.earlyLength, 1, Int32(Self.earlyLength))
            unsafe bearing_accumulate(target, tail.unsafeBase + channel * Self.tailLength, 1, Int32(length))
        }
    }

    /// Distance in metres within which images are rendered individually, limited by their number and by the length of the early
    /// response.
    package static func reach(in room: Room, distance: Float) -> Float {
        let sphere = pow(imageCount * room.volume * 3 / (4 * .pi), 1.0 / 3)
        let longest = Float(earlyLength - ArrayResponse.taps) * Acoustics.speedOfSound / Float(AudioFormat.sampleRate)
        return min(max(sphere, 2 * distance), longest)
    }

    /// Share of amplitude of images at a distance, in the crossfade from 60 % of reach to all of it; the tail has the rest of
    /// the power.
    static func fade(_ distance: Float, reach: Float) -> (image: Float, tail: Float) {
        let x = min(max((distance / reach - 0.6) / 0.4, 0), 1) * .pi / 2
        return (cos(x), sin(x))
    }

    /// The early impulse response for one position of the source; [channels, earlyLength] from the emission on.
    ///
    /// - Parameter offset: metres added to all delays, for sound that already includes its propagation delay.
    package func renderEarly(
        _ images: ImageSources, source: SIMD3<Float>, directivity: SourceDirectivity = .none, offset: Float = 0,
        array: ArrayPlacement
    ) -> MutableTensorRef<Float> {
        response.fill(0)
        let samplesPerMetre = Float(AudioFormat.sampleRate) / Acoustics.speedOfSound
        images.visit(source: source) { image in
            let share = image.order == 0 ? 1 : Self.fade(image.distance, reach: images.reach).image
            field.response.add(
                delay: (image.distance + offset) * samplesPerMetre,
                from: array.direction(ofOffset: image.offset, distance: image.distance),
                gains: image.gains * directivity.gains(towards: image.emission) * share, to: response)
        }
        return response
    }

    /// The late reflections in a room; [channels, tailLength] from the emission on.
    ///
    /// - Returns: its samples until it has decayed by 55 dB in every band.
    package func makeTail(of room: Room, at array: ArrayPlacement, reach: Float, random: inout RandomSource) -> Int {
        tail.fill(0)
        let rate = Float(AudioFormat.sampleRate)
        let time = room.reverberationTime
        let start = Int(0.6 * reach / Acoustics.speedOfSound * rate)
        let length = min(Self.tailLength, max(start + 256, Int(time.max() * 0.92 * rate)))
        let reflections = LateReflections(room, receiver: array.position)
        let decay = 3 * log(Float(10)) / (time * rate)
        let power = room.diffuseEnergyDensity / rate * Float(Self.tailStep) / Float(Self.tailWaves)
        for step in stride(from: start, to: length, by: Self.tailStep) {
            let distribution = reflections.distribution(metres: Float(step) / rate * Acoustics.speedOfSound)
            for _ in 0..<Self.tailWaves {
                let delay = Float(step) + random.uniform(0...Float(Self.tailStep))
                let direction = random.direction()
                let fade = Self.fade(delay / rate * Acoustics.speedOfSound, reach: reach).tail
                let gains = (power * distribution.energy(from: direction)).squareRoot() * (-decay * delay).mapBands { exp($0) }
                field.response.add(
                    delay: delay, from: array.direction(ofOffset: direction, distance: 1),
                    gains: gains * (random.chance(0.5) ? fade : -fade), to: tail)
            }
        }
        return length
    }

    private func addEarly(
        _ sound: [Float], along trajectory: Trajectory, _ directivity: SourceDirectivity, images: ImageSources,
        array: ArrayPlacement, at start: Int, to output: MutableTensorRef<Float>
    ) {
        let rate = Float(AudioFormat.sampleRate)
        let first = trajectory.distance
        var fresh = true
        var block = -Self.hop
        while block < sound.count {
            if fresh || trajectory.isMoving {
                let place = trajectory.position(at: trajectory.emission(arriving: max(0, Float(block + Self.hop)) / rate))
                let response = renderEarly(
                    images, source: array.inRoom(place), directivity: directivity, offset: first - Walk.norm(place),
                    array: array)
                transform(response, length: Self.earlyLength, by: early, to: earlySpectra)
                fresh = false
            }
            early.time.fill(0)
            for index in 0..<2 * Self.hop where block + index >= 0 && block + index < sound.count {
                let gain = index < Self.hop ? window[index] : window[2 * Self.hop - 1 - index]
                early.time[index] = gain * sound[block + index]
            }
            convolve(by: early, block: earlyBlock, with: earlySpectra, at: start + block, to: output)
            block += Self.hop
        }
    }

    private func addTail(_ sound: [Float], length: Int, at start: Int, to output: MutableTensorRef<Float>) {
        transform(tail, length: length, by: late, to: tailSpectra)
        let hop = Self.tailTransform - length
        var block = 0
        while block < sound.count {
            let count = min(hop, sound.count - block)
            late.time.fill(0)
            for index in 0..<count { late.time[index] = sound[block + index] }
            convolve(by: late, block: tailBlock, with: tailSpectra, at: start + block, to: output)
            block += hop
        }
    }

    /// Spectra of all channels of a response.
    private func transform(
        _ response: MutableTensorRef<Float>, length: Int, by engine: RealTransform, to spectra: MutableTensorRef<Float>
    ) {
        for channel in 0..<channels {
            engine.time.fill(0)
            let row = unsafe response.unsafeBase + channel * response.shape[1]
            unsafe bearing_accumulate(engine.time.unsafeBase, row, 1, Int32(length))
            engine.forward()
            let target = unsafe spectra.unsafeBase + channel * 2 * engine.bins
            unsafe target.update(from: engine.real.unsafeBase, count: engine.bins)
            unsafe (target + engine.bins).update(from: engine.imaginary.unsafeBase, count: engine.bins)
        }
    }

    /// Convolves the contents of the engine's `time` with every channel's response, and adds the result to the output from
    /// sample `start` on.
    private func convolve(
        by engine: RealTransform, block: MutableTensorRef<Float>, with spectra: MutableTensorRef<Float>, at start: Int,
        to output: MutableTensorRef<Float>
    ) {
        let length = output.shape[1]
        let first = max(0, -start)
        let last = min(engine.points, length - start)
        guard first < last else { return }
        let bins = engine.bins
        engine.forward()
        unsafe block.unsafeBase.update(from: engine.real.unsafeBase, count: bins)
        unsafe (block.unsafeBase + bins).update(from: engine.imaginary.unsafeBase, count: bins)
        for channel in 0..<channels {
            let spectrum = unsafe spectra.unsafeBase + channel * 2 * bins
            unsafe bearing_spectrum_multiply(
                engine.real.unsafeBase, engine.imaginary.unsafeBase, block.unsafeBase, block.unsafeBase + bins, spectrum,
                spectrum + bins, 1 / Float(engine.points), Int32(bins))
            engine.inverse()
            unsafe bearing_accumulate(
                output.unsafeBase + (channel * length + start + first), engine.time.unsafeBase + first, 1,
                Int32(last - first))
        }
    }
}
