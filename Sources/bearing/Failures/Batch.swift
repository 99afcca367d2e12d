import ArgumentParser

/// Work on several inputs. A bad input does not stop the others. Each error is reported where it occurs, and the exit code is
/// that of the first.
struct Batch {
    /// What the inputs are called in messages, such as "recordings".
    let count: Int
    let name: String
    private var failed = 0
    private var first: Failure?
    private var reported: Set<String> = []

    init(_ count: Int, _ name: String) {
        self.count = count
        self.name = name
    }

    /// Processes one of them.
    /// - Throws: as `take`.
    mutating func attempt(_ body: () throws -> Void) throws {
        do { try body() } catch { try take(error) }
    }

    /// Records the error of one input. Equal errors of several inputs are printed once.
    /// - Throws: a `Failure` of kind `inputOutput`, since output that fails for one fails for all.
    mutating func take(_ error: any Error) throws {
        let failure = Failure(of: error)
        guard failure.kind != .inputOutput else { throw failure }
        if reported.insert(failure.description).inserted { failure.report() }
        failed += 1
        first = first ?? failure
    }

    /// Prints a summary if some of several inputs failed.
    /// - Throws: the exit code of the first error.
    func finish() throws {
        guard let first else { return }
        if count > 1 { Console.note("\(count - failed) of \(count) \(name) done, \(failed) failed") }
        throw first.code
    }
}
