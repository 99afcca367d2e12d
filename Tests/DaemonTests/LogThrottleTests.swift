import Testing

@testable import Daemon

@Suite struct LogThrottleTests {
    @Test func refusalsAreLoggedAtOnceAndThenOnceAMinute() {
        var log = LogThrottle()
        let second: Int64 = 1_000_000_000
        #expect(log.due(count: 0, now: 0) == nil)
        #expect(log.due(count: 3, now: second) == 3)
        #expect(log.due(count: 90, now: 2 * second) == nil)
        #expect(log.due(count: 95, now: 61 * second) == 92)
        #expect(log.due(count: 95, now: 200 * second) == nil)
        #expect(log.due(count: 96, now: 201 * second) == 1)
    }
}
