import Configuration
import Options
import Training

enum ConfigurationTarget {
    static func run(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        attempt {
            let configuration = try ConfigurationFile.load(file.path)
            precondition(configuration.model.path?.hasPrefix("/") ?? true, "a relative path to a model")
        }
        attempt {
            // A configuration that is written and read again is unchanged.
            let read = try TrainingConfiguration(file: file.path, options: [])
            let text = MemoryFile(Array(read.toml.utf8))
            let again = try TrainingConfiguration(file: text.path, options: [])
            precondition(again.toml == read.toml, "a configuration that changes on its way through a file")
        }
    }

    private static func attempt(_ body: () throws -> Void) {
        do {
            try body()
        } catch let error as ConfigurationError {
            precondition(!error.faults.isEmpty, "an error without a fault")
            for fault in error.faults { demandOneLine(fault.description) }
        } catch {
            fatalError("an error of another kind: \(error)")
        }
    }
}
