import ArgumentParser
import Files
import Glibc
import Synchronization

/// A command's result on standard output. Errors of writing are remembered, and `finish` throws them, so that a command whose
/// output is lost does not end with exit code 0.
///
/// Commands with a result in files continue without standard output; other commands check `isBroken`.
final class StandardOutput: Sendable {
    static let shared = StandardOutput(descriptor: STDOUT_FILENO)

    private struct State {
        var pending: [UInt8] = []
        /// The first error number.
        var fault: Int32?
    }

    private let descriptor: Int32
    /// Whether lines are written at once, for a terminal.
    private let isTerminal: Bool
    private let state = Mutex(State())
    /// Maximum of buffered bytes.
    private static let capacity = 1 << 16

    init(descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    func write(_ text: String) {
        state.withLock { state in
            guard state.fault == nil else { return }
            state.pending += Array(text.utf8)
            if isTerminal || state.pending.count >= Self.capacity { flush(&state) }
        }
    }

    /// Writes pending output, for a reader that waits for it.
    func flush() { state.withLock { flush(&$0) } }

    /// Whether a write has failed.
    var isBroken: Bool { state.withLock { $0.fault != nil } }

    /// Writes pending output and checks that all output was written.
    /// - Returns: the exit code for a closed pipe, as a shell reports a program ended by SIGPIPE; nil if all output was
    ///   written.
    /// - Throws: a `Failure` if output could not be written.
    func finish() throws(Failure) -> ExitCode? {
        let fault = state.withLock { state in
            flush(&state)
            return state.fault
        }
        switch fault {
        case nil: return nil
        // A reader such as `head` that closes the pipe expects no message.
        case EPIPE: return ExitCode(128 + SIGPIPE)
        case let code?:
            throw Failure(
                .inputOutput,
                "standard output: expected to write there, found: \(FileError.text(of: code)): check free space, or the program that reads it"
            )
        }
    }

    private func flush(_ state: inout State) {
        guard state.fault == nil, !state.pending.isEmpty else { return }
        state.fault = FileBytes.write(state.pending, to: descriptor)
        state.pending.removeAll(keepingCapacity: true)
    }
}

/// Replaces Swift's own `print` in this program, which does not report write errors.
func print(_ text: String, terminator: String = "\n") { StandardOutput.shared.write(text + terminator) }
