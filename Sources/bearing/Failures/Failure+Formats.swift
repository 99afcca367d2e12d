import Files
import Formats
import SafeTensors

extension Failure {
    /// What an error of a csv of tracks means to the command that meets it.
    init(_ error: MetadataError) {
        switch error {
        case .file(let error): self.init(error)
        case .badRow, .events: self.init(.badData, error.description)
        }
    }

    /// What an error of any other file means.
    init(_ error: FileError) {
        let kind: Kind =
            switch error {
            case .missing, .notAFile, .unreadable, .unreadableFolder: .noInput
            case .tooLarge: .badData
            case .unwritable, .unwritableFolder: .inputOutput
            }
        self.init(kind, error.description)
    }

    /// A file that is not there or cannot be read or written is told from one whose contents are wrong.
    init(_ error: SafeTensorsError) {
        if case .file(let error) = error { self.init(error) } else { self.init(.badData, error.description) }
    }

    init(_ error: ModelError) {
        if case .container(let error) = error { self.init(error) } else { self.init(.badData, error.description) }
    }
}
