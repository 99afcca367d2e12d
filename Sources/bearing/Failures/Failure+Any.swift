import ArgumentParser
import Audio
import Daemon
import Dataset
import Files
import Formats
import Foundation
import Options
import SafeTensors
import Scenes
import TrackFeed
import Training

extension Failure {
    /// What an error of any module means to the command that meets it.
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
        case let error as Daemon.StartError: self.init(error)
        case let error as CocoaError: self.init(.inputOutput, Self.line(error))
        // What no module of this program has made: its type says more than a text that is made for dialogs.
        default: self.init(.inputOutput, "expected to go on, found an error of type \(type(of: error)): please report it with the command")
        }
    }

    /// Runs what reads data sets and writes runs, whose errors come from several modules, and turns each into its failure.
    static func reporting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw error is ValidationError || error is ExitCode ? error : Failure(of: error)
        }
    }

    /// Foundation's errors about files, in the words of this program.
    private static func line(_ error: CocoaError) -> String {
        let path = error.filePath ?? error.url?.path ?? "a file"
        let reason =
            (error.underlying as? POSIXError).map { FileError.text(of: $0.code.rawValue) } ?? "error \(error.code.rawValue) of Foundation"
        return "\(path): expected to read or write it, found: \(reason): check the path, permissions and free space"
    }
}
