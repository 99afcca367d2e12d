import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The corpus of the fuzzer with some deterministic mutations.
@Suite struct CorpusTests {
    private func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Fuzz/Corpus/\(target.rawValue)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { [UInt8](try Data(contentsOf: $0)) }
    }

    @Test(arguments: FuzzTarget.allCases) func noCorpusInputBreaksAnInvariant(_ target: FuzzTarget) throws {
        let corpus = try corpus(target)
        #expect(corpus.count >= 3)
        for bytes in corpus { target.run(bytes) }
    }

    @Test(arguments: FuzzTarget.allCases) func noMutatedCorpusInputBreaksAnInvariant(_ target: FuzzTarget) throws {
        let corpus = try corpus(target)
        var random = SeededRandom(seed: 5)
        for _ in 0..<200 {
            var bytes = try #require(corpus.randomElement(using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...16, using: &random)))
                case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 16)], at: place)
                default: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
                }
            }
            target.run(bytes)
        }
    }
}
