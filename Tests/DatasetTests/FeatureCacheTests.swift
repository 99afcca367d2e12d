import Audio
import Dataset
import DatasetSupport
import Features
import Files
import Fingerprints
import Foundation
import Tensor
import Testing

@testable import Dataset

/// When extracted features are used again, and when they are rebuilt.
@Suite struct FeatureCacheTests {
    private let dataset = LayoutFolder()
    private let name = "fold3_room1_mix001_ov1"

    init() throws {
        try dataset.put(name, LayoutFolder.noise(name, blocks: 2), rows: [])
    }

    private func path(_ kind: FeatureKind) -> String { "\(dataset.root)/\(name).\(kind.rawValue).features" }

    private func recording(_ root: String? = nil) -> Recording {
        Recording(name: name, audio: root.map { "\($0)/foa_dev/\(name).wav" } ?? dataset.audio(name), metadata: nil)
    }

    private func open(_ kind: FeatureKind = .foaIntensity, _ root: String? = nil) throws -> FeatureCache {
        try FeatureCache.open(recording: recording(root), kind: kind, folder: dataset.root)
    }

    private func frames(_ kind: FeatureKind = .foaIntensity, _ root: String? = nil) throws -> [Float] {
        let cache = try open(kind, root)
        return withExtendedLifetime(cache) { cache.frames.array }
    }

    /// Which file it is: one that is rebuilt is another.
    private func file(_ kind: FeatureKind = .foaIntensity) throws -> UInt64 { try FileStamp(path(kind)).words[1] }

    /// Modifies bytes of the file in place.
    private func flip(_ offsets: [Int], _ kind: FeatureKind = .foaIntensity) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path(kind)))
        for offset in offsets { bytes[offset] ^= 0x55 }
        try bytes.write(to: URL(fileURLWithPath: path(kind)))
    }

    @Test func theNumberOfCapsulesIsPartOfTheCache() throws {
        let (ring, six) = (dataset.root + "/six.toml", 6)
        try (0..<six).map { "[[capsule]]\nazimuth = \($0 * 60)\nelevation = 0\nradius = 0.04\n" }.joined()
            .write(toFile: ring, atomically: true, encoding: .utf8)
        let audio = dataset.root + "/six.wav"
        let writer = try AudioFileWriter(path: audio, encoding: .wave16, sampleRate: 24_000, channels: six)
        try writer.write([Float](repeating: 0.1, count: six * 4800).span)
        try writer.close()
        let recording = Recording(name: "six", audio: audio, metadata: nil, arrayFile: ring)
        let cache = try FeatureCache.open(recording: recording, kind: .micHarmonics, folder: dataset.root)
        #expect(cache.frames.shape == Shape(10, 64, 36) && cache.blocks == 2)
        #expect(try FeatureCache.open(recording: recording, kind: .micHarmonics, folder: dataset.root).replaced == nil)
        #expect(throws: TrainingError.self) { try FeatureCache.open(recording: recording, kind: .micCoherence, folder: dataset.root) }
        // The same file as one of four capsules.
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: dataset.root + "/six.mic-harmonics.features"))
        #expect(throws: FeatureFault.other) { _ = try FeatureCacheHeader(descriptor: handle.fileDescriptor, kind: .micHarmonics) }
        #expect(try FeatureCacheHeader(descriptor: handle.fileDescriptor, kind: .micHarmonics, channels: six).frames == 10)
    }

    @Test func aMatchingCacheIsUsed() throws {
        let extracted = try frames()
        let first = try file()
        let cache = try open()
        #expect(try file() == first && cache.replaced == nil && cache.frames.array == extracted)
    }

    /// Every word of the header, the first feature and the last.
    @Test(arguments: Array(stride(from: 0, to: 128, by: 8)) + [128, -1])
    func aDamagedByteIsFoundAndTheCacheRebuilt(offset: Int) throws {
        let extracted = try frames()
        let size = try Data(contentsOf: URL(fileURLWithPath: path(.foaIntensity))).count
        try flip([offset < 0 ? size + offset : offset])
        let cache = try open()
        #expect(cache.frames.array == extracted)
        // The version indicates other features, not damage.
        if offset == 16 {
            #expect(cache.replaced == .other)
        } else if case .damaged = cache.replaced {
        } else {
            Issue.record("byte \(offset): \(String(describing: cache.replaced))")
        }
        #expect(try open().replaced == nil)
    }

    @Test(arguments: [0, 10, 63, 127, 128, 128 + 100, 128 + 64 * 7 * 4])
    func aTruncatedCacheIsRebuilt(bytes: Int) throws {
        let extracted = try frames()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path(.foaIntensity)))
        try whole.prefix(bytes).write(to: URL(fileURLWithPath: path(.foaIntensity)))
        #expect(try frames() == extracted)
        try (whole + Data(repeating: 0, count: 64 * 7 * 4)).write(to: URL(fileURLWithPath: path(.foaIntensity)))
        #expect(try frames() == extracted)
    }

    @Test func aSpecialFileIsRefused() throws {
        _ = try frames()
        try FileManager.default.removeItem(atPath: path(.foaIntensity))
        #expect(unsafe mkfifo(path(.foaIntensity), 0o600) == 0)
        #expect(throws: FileError.self) { _ = try frames() }
        try FileManager.default.removeItem(atPath: path(.foaIntensity))
        try FileManager.default.createDirectory(atPath: path(.foaIntensity), withIntermediateDirectories: false)
        let error = #expect(throws: FileError.self) { _ = try frames() }
        #expect(error?.description.contains(path(.foaIntensity)) == true)
    }

    @Test func anotherKindIsNotUsed() throws {
        let extracted = try frames(.foaIntensity)
        // The number of channels is equal, so only the header distinguishes them.
        #expect(FeatureKind.micPhase.channels == FeatureKind.foaIntensity.channels)
        let other = try frames(.micPhase)
        try FileManager.default.removeItem(atPath: path(.foaIntensity))
        try FileManager.default.moveItem(atPath: path(.micPhase), toPath: path(.foaIntensity))
        #expect(other != extracted)
        #expect(try frames(.foaIntensity) == extracted)
    }

    /// Equal names, sizes and times of modification; the contents decide.
    @Test func twoDataSetsOfEqualNamesSizesAndTimesShareNothing() throws {
        let other = LayoutFolder()
        try other.put(name, LayoutFolder.noise("other", blocks: 2), rows: [])
        let time = Date(timeIntervalSince1970: 1_500_000_000)
        for path in [dataset.audio(name), other.audio(name)] {
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
        }
        let first = try frames()
        let cache = try open(.foaIntensity, other.root)
        #expect(cache.replaced == .other && cache.frames.array != first)
        #expect(try frames() == first)
        #expect(
            FeatureCache.remarks([("one", cache), ("two", cache)], folder: "cache")
                == ["cache: the features of 2 recordings (one, ...) were of other audio, another array or another version: rebuilt"])
    }

    @Test func audioRewrittenInPlaceIsExtractedAgain() throws {
        let extracted = try frames()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: dataset.audio(name)))
        let time = try FileManager.default.attributesOfItem(atPath: dataset.audio(name))[.modificationDate]
        for offset in 1000..<5000 { bytes[offset] = 0 }
        let handle = try #require(FileHandle(forWritingAtPath: dataset.audio(name)))
        try handle.write(contentsOf: bytes)
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: dataset.audio(name))
        #expect(try frames() != extracted)
        try dataset.put(name, LayoutFolder.noise(name, blocks: 3))
        #expect(try frames().count == extracted.count / 2 * 3)
    }

    /// A data set that was moved, copied, linked or only touched has the features that it had.
    @Test func theLocationOfAudioDoesNotMatter() throws {
        _ = try frames()
        let first = try file()
        let moved = LayoutFolder()
        defer { try? FileManager.default.removeItem(atPath: moved.root) }
        try FileManager.default.copyItem(atPath: dataset.root, toPath: moved.root)
        _ = try frames(.foaIntensity, moved.root)
        try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: dataset.audio(name))
        _ = try frames()
        let link = moved.root + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: moved.root)
        defer { try? FileManager.default.removeItem(atPath: link) }
        _ = try frames(.foaIntensity, link)
        #expect(try file() == first)
    }

    @Test func aMatchingStampAvoidsReadingTheAudio() throws {
        _ = try frames()
        let stamp = try FileStamp(dataset.audio(name))
        // Like a recording that was written long ago; the header has other contents, so only the stamp can match.
        let cache = try open()
        let bytes = withExtendedLifetime(cache) { cache.frames }
        var digest = Digest()
        digest.add(bytes.array.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
        func put(_ stamp: FileStamp?) throws {
            let header = FeatureCacheHeader(
                kind: .foaIntensity, frames: bytes.shape[0], content: 1, checksum: digest.value, stamp: stamp)
            let file = try #require(FileHandle(forWritingAtPath: path(.foaIntensity)))
            header.write(to: file.fileDescriptor)
            try file.close()
        }
        try put(stamp)
        #expect(try open().replaced == nil)
        try put(nil)
        #expect(try open().replaced == .other)
    }

    /// The largest number of replaced samples that is kept does not change the kind.
    @Test func replacedSamplesAreInTheHeader() throws {
        for count in [0, 1, 255, 256, 1 << 40] {
            let header = FeatureCacheHeader(
                kind: .micPhase, frames: 5, content: 1, checksum: 2, unsoundSamples: count, stamp: nil)
            #expect(header.unsoundSamples == count && header.bytes.count == FeatureCacheHeader.byteCount)
            let file = "\(dataset.root)/header"
            try Data(header.bytes).write(to: URL(fileURLWithPath: file))
            let handle = try #require(FileHandle(forReadingAtPath: file))
            let read = try FeatureCacheHeader(descriptor: handle.fileDescriptor, kind: .micPhase)
            #expect(read.unsoundSamples == count && read.frames == 5)
            #expect(throws: FeatureFault.other) { _ = try FeatureCacheHeader(descriptor: handle.fileDescriptor, kind: .foaIntensity) }
        }
    }

    @Test func oldTemporaryFilesAreRemovedAndNewOnesKept() throws {
        let parts = [".bearing-1-2.tmp", ".bearing-1-3.tmp"]
        for part in parts { _ = FileManager.default.createFile(atPath: "\(dataset.root)/\(part)", contents: nil) }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: "\(dataset.root)/\(parts[0])")
        FeatureCache.removeLeftovers(in: dataset.root)
        #expect(try Folder.names(in: dataset.root).filter { $0.hasSuffix(".tmp") } == [parts[1]])
    }
}
