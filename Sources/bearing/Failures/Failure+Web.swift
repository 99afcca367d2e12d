import Web

extension Failure {
    /// What an error of `bearing web` means.
    init(_ error: WebError) {
        let kind: Kind =
            switch error {
            case .cannotListen, .badToken: .configuration
            case .inUse: .unavailable
            case .file(let error): Failure(error).kind
            case .audio(let error): Failure(error).kind
            case .tracks(let error): Failure(error).kind
            case .noRecordings: .noInput
            case .badLine, .otherRate, .tooLong: .badData
            }
        self.init(kind, error.description)
    }
}
