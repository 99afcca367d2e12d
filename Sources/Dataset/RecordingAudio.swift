package import Audio
import Features

extension Recording {
    /// Opens the audio of a recording of a data set: four channels at 24 kHz.
    /// - Parameter isAmbisonic: whether they are to be Ambisonics, which is given as AmbiX whatever order and scaling the header
    ///   says, or capsules.
    /// - Throws: `AudioError`; `TrainingError.wrongAudio` for another rate, and for Ambisonics in place of capsules.
    package static func reader(of audio: String, isAmbisonic: Bool) throws -> AudioFileReader {
        let reader = try AudioFileReader(path: audio, channels: FrameTiming.microphones, toAmbiX: isAmbisonic)
        if let convention = reader.ambisonics, !isAmbisonic {
            throw TrainingError.wrongAudio(
                file: audio, expected: "the capsules of an array", found: "Ambisonics, as its header says: \(convention.title)")
        }
        guard reader.sampleRate == FrameTiming.sampleRate else {
            throw TrainingError.wrongAudio(
                file: audio, expected: "a rate of \(FrameTiming.sampleRate) Hz", found: "\(reader.sampleRate) Hz")
        }
        return reader
    }
}
