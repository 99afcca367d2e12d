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
        abstract: "Checks configuration, model, source, socket and microphone channels without starting the daemon.",
        discussion: """
            Reports all faults at once. Ten seconds of audio (a file is read at full speed) show dead, unequal and clipping channels \
            and, for capsules, inverted ones. Sounds from known directions also show a wrong channel order or polarity, another \
            Ambisonics convention and a rotated array. The command asks for each --from in turn, or reads --from AZ,EL=RECORDING. \
            Three directions that do not lie in a plane with the microphone show most.

            Examples:
              bearing check --config config/bearing.toml --source alsa:hw:1
              bearing check --source alsa:hw:1 --format foa --from 0,0 --from 90,0 --from 0,90
              bearing check --array aformat-cardioid --from 0,0=front.wav --from 90,0=left.wav --from 0,90=above.wav
            """)

    @OptionGroup var options: RunOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Known direction of a sound, AZ,EL in degrees, or AZ,EL=RECORDING for a recorded one. May be repeated.")
    var from: [String] = []

    @OptionGroup var threads: ThreadOptions

    @Option(help: "Seconds of audio, 2 to 60, for ambient sound and for each --from; 0 skips the audio.")
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
            for line in loaded.arrayLines { print(line) }
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
                // The default source is not checked if every direction has a recording.
                let isNamed = options.source != nil || configuration.input.source != BearingConfiguration().input.source
                let check = MicrophoneCheck(
                    configuration: configuration, kind: model.microphone, directions: from.compactMap { KnownDirection($0) },
                    channels: model.input.channels, seconds: seconds, capturesSource: isNamed,
                    threads: threads.count, warn: warn)
                findings = try check.run()
            } else {
                let count = model?.input.channelCount ?? configuration.input.channels?.count ?? AudioFormat.channels
                let listener = try SourceReader(configuration.input, channels: model?.input.channels ?? .declared, count: count, warn: warn)
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
