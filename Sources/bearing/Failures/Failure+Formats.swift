import Files
import Formats
import SafeTensors

extension Failure {
    /// Turns an error of a csv of tracks into a message and an exit code.
    init(_ error: MetadataError) {
        switch error {
        case .file(let error): self.init(error)
        case .badRow, .events: self.init(.badData, error.description)
        }
    }

    /// Turns an error of any other file into a message and an exit code.
    init(_ error: FileError) {
        let kind: Kind =
            switch error {
            case .missing, .notAFile, .unreadable, .unreadableFolder: .noInput
            case .tooLarge: .badData
            case .unwritable, .unwritableFolder: .inputOutput
            }
        self.init(kind, error.description)
    }

    /// A missing or inaccessible file has another exit code than invalid contents.
    init(_ error: SafeTensorsError) {
        if case .file(let error) = error { self.init(error) } else { self.init(.badData, error.description) }
    }

    init(_ error: ModelError) {
        if case .container(let error) = error { self.init(error) } else { self.init(.badData, error.description) }
    }
}
