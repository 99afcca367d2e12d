package import Audio
import Features
import Signal

extension Recording {
    /// Opens the audio of a recording of a data set: four channels at 24 kHz.
    /// - Parameter isAmbisonic: whether the channels must be Ambisonics, which is converted to AmbiX if the header declares
    ///   another convention, or capsules.
    /// - Throws: `AudioError`; `TrainingError.wrongAudio` for another sample rate, and for Ambisonics instead of capsules.
    package static func reader(of audio: String, isAmbisonic: Bool) throws -> AudioFileReader {
        let reader = try AudioFileReader(path: audio, channels: FrameLayout.channels, toAmbiX: isAmbisonic)
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
