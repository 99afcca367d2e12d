import Testing

@testable import Web

@Suite struct TrackHistoryTests {
    @Test func theNewestLinesAreKeptInOrder() {
        let history = TrackHistory(lines: 5)
        for number in 0..<12 { history.append(Array("\(number)".utf8)) }
        #expect(String(decoding: history.text(newest: 100), as: UTF8.self) == "7\n8\n9\n10\n11\n")
        #expect(String(decoding: history.text(newest: 2), as: UTF8.self) == "10\n11\n")
        history.clear()
        #expect(history.text(newest: 5).isEmpty)
        let none = TrackHistory(lines: 0)
        none.append(Array("x".utf8))
        #expect(none.text(newest: 5).isEmpty)
    }

    @Test func hugeLinesDoNotFillTheMemory() {
        let history = TrackHistory(lines: 10_000)
        let line = [UInt8](repeating: 120, count: 1 << 16)
        for _ in 0..<1000 { history.append(line) }
        #expect(history.text(newest: 10_000).count <= 17 << 20)
    }
}
