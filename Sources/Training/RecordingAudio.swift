import Audio
import Features

extension Recording {
    /// Opens the audio of a recording of a data set: four channels at 24 kHz.
    /// - Throws: `AudioError`; `TrainingError.wrongAudio` for another rate.
    static func reader(of audio: String) throws -> AudioFileReader {
        let reader = try AudioFileReader(path: audio, channels: FrameTiming.microphones)
        guard reader.sampleRate == FrameTiming.sampleRate else {
            throw TrainingError.wrongAudio(
                file: audio, expected: "a rate of \(FrameTiming.sampleRate) Hz", found: "\(reader.sampleRate) Hz")
        }
        return reader
    }
}
