import ArgumentParser
import Audio
import Daemon
import Dataset
import Files
import Formats
import Options
import Ranks
import SafeTensors
import Scenes
import TrackFeed
import Training
import Web

extension Failure {
    /// Turns an error of any module into a message and an exit code.
    init(of error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as ConfigurationError: self.init(error)
        case let error as TrainingError: self.init(error)
        case let error as ScenesError: self.init(error)
        case let error as AudioError: self.init(error)
        case let error as MetadataError: self.init(error)
        case let error as FileError: self.init(error)
        case let error as FolderError: self.init(error)
        case let error as SafeTensorsError: self.init(error)
        case let error as ModelError: self.init(error)
        case let error as FeedError: self.init(error)
        case let error as WebError: self.init(error)
        case let error as Daemon.StartError: self.init(error)
        case let error as MPIGroup.Fault: self.init(.configuration, error.description)
        // Errors of other libraries: their type says more than their text, which is written for dialogs.
        default:
            self.init(.inputOutput, "expected no such error, found one of type \(type(of: error)): please report it with the command line")
        }
    }

    /// Runs a closure that reads data sets and writes runs, and turns the errors of the modules involved into a `Failure`.
    static func reporting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw error is ValidationError || error is ExitCode ? error : Failure(of: error)
        }
    }
}
