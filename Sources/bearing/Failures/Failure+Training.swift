import Dataset
import Files
import Scenes
import Training

extension Failure {
    /// Turns an error of a data set or a training run into a message and an exit code.
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

    /// Turns an error of a folder of sounds or scenes into a message and an exit code.
    init(_ error: ScenesError) {
        let kind: Kind =
            switch error {
            case .missingFolder, .noSounds: .noInput
            case .occupied: .inputOutput
            case .otherSettings, .otherArray: .configuration
            }
        self.init(kind, error.description)
    }

    init(_ error: FolderError) {
        if case .file(let error) = error { self.init(error) } else { self.init(.inputOutput, error.description) }
    }
}
