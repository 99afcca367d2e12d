import Training

extension Failure {
    /// What an error of a data set or a training run means.
    init(_ error: TrainingError) {
        let kind: Kind =
            switch error {
            case .missingFolder, .noRecordings, .missingMetadata, .missingRecording, .noPairs: .noInput
            case .wrongAudio, .cache, .checkpoint, .notFinite, .ambiguous: .badData
            case .settings: .configuration
            case .inputOutput, .occupied: .inputOutput
            case .file(let error): Failure(error).kind
            }
        self.init(kind, error.description)
    }
}
