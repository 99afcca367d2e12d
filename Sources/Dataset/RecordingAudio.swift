package import Audio
import Features
import Signal

extension Recording {
    /// Opens the audio of a recording of a data set, at 24 kHz.
    /// - Parameters:
    ///   - isAmbisonic: whether the channels must be Ambisonics, which is converted to AmbiX if the header declares
    ///     another convention, or capsules.
    ///   - channels: the required number of channels; nil for any.
    /// - Throws: `AudioError`; `TrainingError.wrongAudio` for another sample rate, and for Ambisonics instead of capsules.
    package static func reader(of audio: String, isAmbisonic: Bool, channels: Int? = FrameLayout.channels) throws -> AudioFileReader {
        let reader = try AudioFileReader(path: audio, channels: channels, toAmbiX: isAmbisonic)
        if let convention = reader.ambisonics, !isAmbisonic {
            throw TrainingError.wrongAudio(
                file: audio, expected: "the capsules of an array", found: "Ambisonics, as its header says: \(convention.title)")
        }
        guard reader.sampleRate == FrameLayout.sampleRate else {
            throw TrainingError.wrongAudio(
                file: audio, expected: "a rate of \(FrameLayout.sampleRate) Hz", found: "\(reader.sampleRate) Hz")
        }
        return reader
    }
}
