import Audio
import Glibc
import Platform
import Tensor

/// Renders scenes for one array format; one instance per thread.
public final class SceneRenderer {
    public let field: DiffuseField
    private let encoders: EncoderBank
    private let sources: SourceRenderer
    private let ambience: AmbienceRenderer
    private let filter: MatrixFilter

    private var format: AudioFormat { field.response.format }

    /// - Parameter encoders: the arrays of Ambisonics, shared by all renderers.
    public init(field: DiffuseField, encoders: EncoderBank = EncoderBank()) {
        self.field = field
        self.encoders = encoders
        sources = SourceRenderer(field: field)
        filter = MatrixFilter(channels: field.channels)
        ambience = AmbienceRenderer(channels: field.channels)
    }

    /// - Returns: interleaved samples, [length, channels], with the peak level of the scene.
    public func render(_ scene: Scene) -> [Float] {
        let shape = Shape(field.channels, scene.length)
        var layout = ArenaLayout<Float>()
        let places = layout.add(shape, times: 3)
        let arena = Arena(layout)
        let (sound, noise, mix) = (arena[places[0]], arena[places[1]], arena[places[2]])
        let encoder = format == .foa ? scene.microphone.encoder.map { ($0, encoders.entry($0.array)) } : nil
        sources.field = scene.microphone.encodesField ? encoder?.1.field ?? field : field

        var random = RandomSource(seed: scene.noiseSeed)
        ambience.render(scene, by: sources, to: sound, random: &random)
        for event in scene.events {
            let dry = event.sound.map { $0 * event.gain }
            sources.add(
                dry, along: event.trajectory, in: scene.room, array: scene.array, at: event.start, to: sound,
                directivity: event.directivity, random: &random)
        }
        guard scene.microphone != .ideal else { return Self.interleaved(sound, peak: scene.peak) }
        if let level = scene.microphone.noise {
            CapsuleNoise.add(level: pow(10, level / 20), to: noise, using: &random)
        }
        apply(scene.microphone, encoder, sound: sound, noise: noise, to: mix)
        return Self.interleaved(mix, peak: scene.peak)
    }

    /// From capsules to channels; all [channels, length].
    private func apply(
        _ microphone: MicrophoneModel, _ encoder: (model: EncoderModel, entry: EncoderBank.Entry)?,
        sound: MutableTensorRef<Float>, noise: MutableTensorRef<Float>, to mix: MutableTensorRef<Float>
    ) {
        let carriesField = encoder == nil || microphone.encodesField
        if carriesField {
            for index in 0..<sound.count { sound[index] += noise[index] }
        }
        guard let encoder else {
            filter.set { output, input, bin in
                output != input ? nil : microphone.response(capsule: input, frequency: MatrixFilter.frequency(bin))
            }
            filter.add(sound, to: mix)
            return
        }
        if !carriesField {
            filter.set { output, input, bin in
                microphone.leakage(output: output, input: input, frequency: MatrixFilter.frequency(bin))
            }
            filter.add(sound, to: mix)
        }
        let modes = encoder.entry.modes
        filter.set { channel, capsule, bin in
            let frequency = MatrixFilter.frequency(bin)
            return microphone.response(capsule: capsule, frequency: frequency)
                * encoder.model.response(
                    channel: channel, capsule: capsule, frequency: frequency, modes: modes[bin], low: modes[0])
        }
        filter.add(carriesField ? sound : noise, to: mix)
    }

    private static func interleaved(_ mix: MutableTensorRef<Float>, peak: Float) -> [Float] {
        let (channels, length) = (mix.shape[0], mix.shape[1])
        var loudest: Float = 1e-9
        for index in 0..<mix.count { loudest = max(loudest, abs(mix[index])) }
        let gain = pow(10, peak / 20) / loudest
        var samples = [Float](repeating: 0, count: mix.count)
        for channel in 0..<channels {
            for index in 0..<length { samples[channels * index + channel] = gain * mix[channel * length + index] }
        }
        return samples
    }
}
