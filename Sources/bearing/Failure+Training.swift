import ArgumentParser
import Audio
import Formats
import Options
import SafeTensors
import Training

extension Failure {
    /// What an error of a data set or a training run means.
    init(_ error: TrainingError) {
        let kind: Kind =
            switch error {
            case .missingFolder, .noRecordings, .missingMetadata, .missingRecording, .noPairs: .noInput
            case .wrongAudio, .cache, .checkpoint, .notFinite: .badData
            case .settings: .configuration
            case .inputOutput, .occupied: .inputOutput
            }
        self.init(kind, error.description)
    }

    /// Runs what reads data sets and writes runs, whose errors come from several rooms, and turns each into its failure.
    static func reporting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ConfigurationError {
            throw Failure(error)
        } catch let error as TrainingError {
            throw Failure(error)
        } catch let error as AudioError {
            throw Failure(error)
        } catch let error as MetadataError {
            throw Failure(error)
        } catch let error as FileError {
            throw Failure(error)
        } catch let error as SafeTensorsError {
            throw Failure(error)
        } catch let error as ModelError {
            throw Failure(error)
        } catch let error as Failure {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch {
            throw Failure(.inputOutput, "\(error)")
        }
    }
}
