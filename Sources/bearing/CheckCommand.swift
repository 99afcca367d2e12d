import ArgumentParser
import Audio
import Configuration
import Formats
import Networks
import TrackFeed

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks at configuration, model, source and socket without starting; finds everything wrong at once.",
        discussion: "Example: bearing check --config config/bearing.toml --source alsa:hw:1")

    @OptionGroup var options: RunOptions

    func run() throws {
        let configuration = try options.configuration()
        var failures: [Failure] = []
        attempt(&failures) {
            let model = try LiveModel(configuration)
            print("model   \(model.path): up to \(model.file.architecture.maximumTracks) sources")
            print("input   \(model.input.summary)")
            for warning in model.input.warnings { Console.note(warning) }
        }
        attempt(&failures) {
            let capture = try configuration.makeCapture()
            do throws(AudioError) {
                try capture.start()
            } catch {
                throw Failure(error)
            }
            capture.stop()
            print("source  \(configuration.input.source): opens")
        }
        attempt(&failures) {
            let path = configuration.socket.path ?? SocketPath.standard
            do throws(FeedError) {
                try TrackServer.check(path: path)
            } catch {
                throw Failure(error)
            }
            print("socket  \(path): can be served")
        }
        guard let first = failures.first else { return print("All is well.") }
        throw Failure(first.kind, failures.map(\.description).joined(separator: "\n"))
    }

    private func attempt(_ failures: inout [Failure], _ body: () throws -> Void) {
        do {
            try body()
        } catch let failure as Failure {
            failures.append(failure)
        } catch {
            failures.append(Failure(.configuration, "\(error)"))
        }
    }
}
