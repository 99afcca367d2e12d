import Features
import Foundation
import Tensor
import Testing

@testable import Training

/// When extracted features are used again, and when they are made anew.
@Suite struct FeatureCacheTests {
    private let dataset = LayoutFolder()
    private let name = "fold3_room1_mix001_ov1"
    private static let headerBytes = 64

    init() throws {
        try dataset.put(name, LayoutFolder.noise(name, blocks: 2), rows: [])
    }

    private func path(_ kind: FeatureKind) -> String { "\(dataset.root)/\(name).\(kind.rawValue).features" }

    private func frames(_ kind: FeatureKind = .foaIntensity) throws -> [Float] {
        let recording = Recording(name: name, audio: dataset.audio(name), metadata: nil)
        let cache = try FeatureCache.open(recording: recording, kind: kind, folder: dataset.root)
        return withExtendedLifetime(cache) { cache.frames.array }
    }

    /// Writes 42 over the first feature, and adds 1 to a byte of the header where one is named.
    private func spoil(_ kind: FeatureKind = .foaIntensity, header offset: Int? = nil) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path(kind)))
        if let offset { bytes[offset] &+= 1 }
        let mark = Float(42).bitPattern.littleEndian
        for index in 0..<4 { bytes[Self.headerBytes + index] = UInt8(truncatingIfNeeded: mark >> (8 * index)) }
        try bytes.write(to: URL(fileURLWithPath: path(kind)))
    }

    @Test func aCacheThatFitsIsUsed() throws {
        let extracted = try frames()
        try spoil()
        let read = try frames()
        #expect(read[0] == 42 && Array(read.dropFirst()) == Array(extracted.dropFirst()))
    }

    /// Where the header keeps the version of the features, their kind, and the audio's size and time.
    @Test(arguments: [0, 16, 24, 32, 40, 48])
    func anotherHeaderIsNotUsed(offset: Int) throws {
        let extracted = try frames()
        try spoil(header: offset)
        #expect(try frames() == extracted)
    }

    @Test func anotherKindIsNotUsed() throws {
        let extracted = try frames(.foaIntensity)
        // As many channels, so only the header tells them apart.
        #expect(FeatureKind.micPhase.channels == FeatureKind.foaIntensity.channels)
        let other = try frames(.micPhase)
        try FileManager.default.removeItem(atPath: path(.foaIntensity))
        try FileManager.default.moveItem(atPath: path(.micPhase), toPath: path(.foaIntensity))
        #expect(other != extracted)
        #expect(try frames(.foaIntensity) == extracted)
    }

    @Test func aNewTimeOrSizeOfTheAudioRebuildsTheCache() throws {
        let extracted = try frames()
        try spoil()
        let time = Date(timeIntervalSince1970: 1_500_000_000)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: dataset.audio(name))
        #expect(try frames() == extracted)
        try spoil()
        try dataset.put(name, LayoutFolder.noise(name, blocks: 3))
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: dataset.audio(name))
        let longer = try frames()
        #expect(longer.count == extracted.count / 2 * 3 && longer[0] == extracted[0])
    }

    @Test(arguments: [0, 10, 63, 64 + 100])
    func aTruncatedCacheIsRebuilt(bytes: Int) throws {
        let extracted = try frames()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path(.foaIntensity)))
        try whole.prefix(bytes).write(to: URL(fileURLWithPath: path(.foaIntensity)))
        #expect(try frames() == extracted)
    }
}
