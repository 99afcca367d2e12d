import ArgumentParser
import Files
import Glibc
import Synchronization

/// A command's result on standard output. What does not arrive is remembered, and `finish` makes a failure of it: a command that is
/// heard by nobody, or writes to a full disk, does not end with exit code 0.
///
/// Commands whose result is in files go on without a standard output; those that have nothing else to say look at `isBroken`.
final class StandardOutput: Sendable {
    static let shared = StandardOutput(descriptor: STDOUT_FILENO)

    private struct State {
        var pending: [UInt8] = []
        /// The first error number.
        var fault: Int32?
    }

    private let descriptor: Int32
    /// Whether a person sees each line when it is written.
    private let isTerminal: Bool
    private let state = Mutex(State())
    /// Bytes that wait at most, before they are written.
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

    /// Writes what is pending, for a reader who waits for it.
    func flush() { state.withLock { flush(&$0) } }

    /// Whether something could not be written.
    var isBroken: Bool { state.withLock { $0.fault != nil } }

    /// Writes what is pending and sees whether all has arrived.
    /// - Returns: the exit code of a reader that went away, as a shell has it of a program that dies of SIGPIPE; nil where all arrived.
    /// - Throws: a `Failure` for what could not be written.
    func finish() throws(Failure) -> ExitCode? {
        let fault = state.withLock { state in
            flush(&state)
            return state.fault
        }
        switch fault {
        case nil: return nil
        // Whoever reads (`head`) has enough, and wants no word about it.
        case EPIPE: return ExitCode(128 + SIGPIPE)
        case let code?:
            throw Failure(
                .inputOutput,
                "standard output: expected to write there, found: \(FileError.text(of: code)): check free space, or what reads it")
        }
    }

    private func flush(_ state: inout State) {
        guard state.fault == nil, !state.pending.isEmpty else { return }
        state.fault = FileBytes.write(state.pending, to: descriptor)
        state.pending.removeAll(keepingCapacity: true)
    }
}

/// Takes the place of Swift's own `print` in this program, which does not say what could not be written.
func print(_ text: String, terminator: String = "\n") { StandardOutput.shared.write(text + terminator) }
