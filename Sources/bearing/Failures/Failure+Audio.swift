import Audio

extension Failure {
    /// Turns an error of a recording or a microphone into a message and an exit code.
    init(_ error: AudioError) {
        let kind: Kind =
            switch error {
            case .missingFile, .unreadableFile: .noInput
            case .notAudio, .emptyFile, .wrongChannelCount, .missingChannel, .truncatedFile, .overlong: .badData
            case .unwritableFile: .inputOutput
            case .unfitSampleRate, .unfitChannelMap: .configuration
            case .missingDevice, .busyDevice, .forbiddenDevice, .unfitDevice, .failedDevice: .unavailable
            }
        self.init(kind, error.description)
    }
}
