import ArgumentParser
import Audio
import Configuration
import Daemon
import Diagnosis
import Formats
import Networks
import TrackFeed

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks at configuration, model, source and socket without starting, and listens whether the channels are sound.",
        discussion: """
            Finds everything wrong at once. Listens for ten seconds (a file is read at once) for dead, unequal, clipping and, with \
            capsules, inverted channels. Sounds from known directions also tell a wrong order or polarity, another convention of \
            Ambisonics and a turned array: it asks for each --from in turn, or takes --from AZ,EL=RECORDING. Three that do not lie in \
            a plane with the microphone tell most.

            Examples:
              bearing check --config config/bearing.toml --source alsa:hw:1
              bearing check --source alsa:hw:1 --format foa --from 0,0 --from 90,0 --from 0,90
              bearing check --array aformat-cardioid --from 0,0=front.wav --from 90,0=left.wav --from 0,90=above.wav
            """)

    @OptionGroup var options: RunOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: "AZ,EL: a sound will be made there (degrees), or was, in AZ,EL=RECORDING. May be given several times.")
    var from: [String] = []

    @Option(help: "Seconds to listen, 2 to 60, for the room and for each --from; 0 does not listen.")
    var seconds = 10.0

    func validate() throws {
        guard seconds == 0 || (2...60).contains(seconds) else {
            throw ValidationError("--seconds: expected 0, or 2 to 60, found \(seconds)")
        }
        for text in from where KnownDirection(text) == nil {
            throw ValidationError("--from: expected \(KnownDirection.expected), found \"\(text)\"")
        }
        guard seconds > 0 || from.isEmpty else {
            throw ValidationError("--seconds: expected 2 to 60 with --from, found 0")
        }
    }

    func run() throws {
        let configuration = try options.configuration()
        var failures: [Failure] = []
        var model: LiveModel?
        var findings: [String] = []
        var hasWarned = false
        func warn(_ warning: String) {
            hasWarned = true
            Console.note(warning)
        }
        attempt(&failures) {
            let loaded = try LiveModel(configuration)
            print("model       \(loaded.path): up to \(loaded.file.architecture.maximumTracks) sources")
            print("input       \(loaded.input.summary)")
            for warning in loaded.warnings { warn(warning) }
            model = loaded
        }
        for address in configuration.socket.places {
            attempt(&failures) { try check(address, configuration.socket.access, warn) }
        }
        attempt(&failures) {
            guard let path = configuration.record.path else { return }
            do throws(AudioError) {
                try Recorder.check(.init(folder: path, fileSeconds: configuration.record.fileSeconds, limit: 0))
            } catch {
                throw Failure(error)
            }
            print("record      \(path): can be written to")
        }
        attempt(&failures) {
            if let model, seconds > 0 {
                // A source that nobody named is not what recordings of all directions are about.
                let isNamed = options.source != nil || configuration.input.source != BearingConfiguration().input.source
                let check = MicrophoneCheck(
                    configuration: configuration, kind: model.microphone, directions: from.compactMap { KnownDirection($0) },
                    channels: model.input.channels, seconds: seconds, hearsSource: isNamed, warn: warn)
                findings = try check.run()
            } else {
                let listener = try SourceReader(configuration.input, channels: model?.input.channels ?? .declared, warn: warn)
                print("source      \(configuration.input.source): \(listener.opening)")
            }
        }
        failures += findings.map { Failure(.unavailable, $0) }
        guard let first = failures.first else {
            return print(hasWarned ? "No fault was found, but there are warnings." : "All is well.")
        }
        throw Failure(first.kind, lines: failures.flatMap(\.lines))
    }

    private func check(_ address: FeedAddress, _ access: FeedAccess, _ warn: (String) -> Void) throws {
        do throws(FeedError) {
            if let warning = try TrackServer.check(address, access: access) { warn(warning) }
        } catch {
            throw Failure(error)
        }
        print("socket      \(address): \(address == .systemd ? "comes from systemd at the start" : "can be served")")
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
