import ArgumentParser
import Platform

/// `--threads` of commands over several recordings. The results do not depend on it.
struct ThreadOptions: ParsableArguments {
    private static let limits = 1...1024

    @Option(
        name: .customLong("threads"), help: "Recordings to process at once (default: one for each processor); each needs its own memory.")
    var given: Int?

    var count: Int { given ?? min(Processors.count, Self.limits.upperBound) }

    func validate() throws {
        guard let given, !Self.limits.contains(given) else { return }
        throw ValidationError("--threads: expected \(Self.limits.lowerBound) to \(Self.limits.upperBound), found \(given)")
    }
}
