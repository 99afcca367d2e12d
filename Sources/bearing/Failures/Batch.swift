import ArgumentParser

/// Work on several inputs. A bad input does not stop the others: each error is reported where it occurs, and the exit code at the end
/// is that of the first.
struct Batch {
    /// How many, and what they are called: "recordings".
    let count: Int
    let name: String
    private var failed = 0
    private var first: Failure?
    private var told: Set<String> = []

    init(_ count: Int, _ name: String) {
        self.count = count
        self.name = name
    }

    /// Does one of them.
    /// - Throws: as `take`.
    mutating func attempt(_ body: () throws -> Void) throws {
        do { try body() } catch { try take(error) }
    }

    /// Takes the error of one that is not done. Several may have the same, which is told once.
    /// - Throws: a `Failure` of kind `inputOutput`: where there is no place for one result there is none for the others.
    mutating func take(_ error: any Error) throws {
        let failure = Failure(of: error)
        guard failure.kind != .inputOutput else { throw failure }
        if told.insert(failure.description).inserted { failure.report() }
        failed += 1
        first = first ?? failure
    }

    /// A line about all of several, where some failed.
    /// - Throws: the exit code of the first fault.
    func finish() throws {
        guard let first else { return }
        if count > 1 { Console.note("\(count - failed) of \(count) \(name) done, \(failed) not") }
        throw first.code
    }
}
