import Formats
import Glibc

extension Failure {
    /// A model that is not there is missing input; any other fault is bad data.
    init(_ error: ModelError, path: String) {
        self.init(unsafe access(path, F_OK) == 0 ? .badData : .noInput, error.description)
    }
}
