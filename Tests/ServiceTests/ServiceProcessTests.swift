import Glibc
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Service

@Suite(.timeLimit(.hang))
struct ServiceProcessTests {
    private struct Lost: Error {}

    @Test func anErrorOfTheWorkStopsItAndIsThrown() {
        let stops = Atomic<Int>(0)
        #expect(throws: Lost.self) {
            try ServiceProcess.run(level: .error, notify: nil) { _, ending in
                ending.end(with: Lost())
                return { stops.add(1, ordering: .relaxed) }
            }
        }
        #expect(stops.load(ordering: .relaxed) == 1)
    }

    @Test func whatCannotStartIsNotStopped() {
        #expect(throws: Lost.self) {
            try ServiceProcess.run(level: .error, notify: nil) { _, _ in throw Lost() }
        }
    }
}
