import Formats
import SafeTensors

extension Failure {
    /// What an error of a csv of tracks means to the command that meets it.
    init(_ error: MetadataError) {
        switch error {
        case .file(let error): self.init(error)
        case .badRow: self.init(.badData, error.description)
        }
    }

    /// What an error of any other file means.
    init(_ error: FileError) {
        let kind: Kind =
            switch error {
            case .missing, .unreadable: .noInput
            case .unwritable: .inputOutput
            }
        self.init(kind, error.description)
    }
}
