import Audio
import DatasetSupport
import Features
import Fingerprints
import Foundation
import SafeTensors
import Tensor
import Testing

@testable import Dataset

/// Feature files with numbers of 16 bits, and with mapped frames.
@Suite struct FeatureFormTests {
    /// Designed once for all tests.
    private static let maps = RecentArrayMaps(room: 2)
    private let dataset = LayoutFolder()
    private let name = "fold3_room1_mix001_ov1"

    init() throws {
        try dataset.put(name, LayoutFolder.noise(name, blocks: 2), rows: [])
    }

    private func path(_ kind: FeatureKind, _ form: String = "") -> String { "\(dataset.root)/\(name).\(kind.rawValue)\(form).features" }

    private func open(_ kind: FeatureKind, form: FeatureForm = .exact) throws -> FeatureCache {
        let recording = Recording(name: name, audio: dataset.audio(name), metadata: nil)
        return try FeatureCache.open(recording: recording, kind: kind, folder: dataset.root, form: form)
    }

    @Test func numbersOfSixteenBitsAreTheNearest() throws {
        let exact = try values(of: open(.foaCovariance))
        let cache = try open(.foaCovariance, form: FeatureForm(bits: .half))
        #expect(cache.shape == Shape(10, 64, 16) && cache.blocks == 2 && cache.isFinite)
        let read = values(of: cache)
        #expect(try read == exact.map { try Half.value(#require(Half.bits($0))) } && read != exact)
        // Of levels in dB the largest error is 1/32, of normalised covariances 1/4096.
        for (index, pair) in zip(read, exact).enumerated() { #expect(abs(pair.0 - pair.1) <= (index % 16 < 4 ? 1 / 32 : 1 / 4096)) }
        // Beside the file of 32 bits, and of half its size.
        let half = path(.foaCovariance, ".f16")
        let sizes = try [path(.foaCovariance), half].map { try Data(contentsOf: URL(fileURLWithPath: $0)).count }
        #expect(sizes == [128 + 40_960, 128 + 20_480])
        let (first, second) = try (FileStamp(path(.foaCovariance)).words[1], FileStamp(half).words[1])
        _ = try (open(.foaCovariance), open(.foaCovariance, form: FeatureForm(bits: .half)))
        #expect(try FileStamp(path(.foaCovariance)).words[1] == first && FileStamp(half).words[1] == second)
        // Under the other's name it is another file.
        try FileManager.default.removeItem(atPath: half)
        try FileManager.default.copyItem(atPath: path(.foaCovariance), toPath: half)
        let again = try open(.foaCovariance, form: FeatureForm(bits: .half))
        #expect(again.replaced == .other && values(of: again) == read)
    }

    @Test func everyFiniteNumberIsWidenedExactly() {
        let all = (UInt16.min...UInt16.max).filter { $0 >> 10 & 31 != 31 }
        var arena = Arena<Float>(holding: Shape(all.count))
        let target = arena.take(Shape(all.count))
        all.withTensor(Shape(all.count)) { Half.widen($0, into: target) }
        #expect(target.array.map(\.bitPattern) == all.map { Half.value($0).bitPattern })
        withExtendedLifetime(arena) {}
    }

    @Test(arguments: FeatureForm.Bits.allCases)
    func mappedFramesBelongToTheirArray(bits: FeatureForm.Bits) throws {
        let wide = ArrayGeometry(
            name: "wide", mount: .open, capsules: ArrayGeometry.tetrahedral.capsules.map { .init(position: $0.position * 1.2) })
        func open(_ array: ArrayGeometry) throws -> FeatureCache {
            try self.open(.micHarmonics, form: FeatureForm(bits: bits, map: Self.maps.map(of: array)))
        }
        let first = try open(.tetrahedral)
        #expect(first.shape == Shape(10, 64, 12))
        let before = values(of: first)
        let other = try open(wide)
        #expect(other.replaced == .other && values(of: other) != before)
        #expect(try values(of: open(.tetrahedral)) == before)
        // No map is designed for a file that is used.
        let map = ArrayMap(.tetrahedral)
        #expect(try self.open(.micHarmonics, form: FeatureForm(bits: bits, map: map)).replaced == nil && !map.isDesigned)
        let size = try Data(contentsOf: URL(fileURLWithPath: path(.micHarmonics, bits == .half ? ".mapped.f16" : ".mapped"))).count
        #expect(size == 136 + 10 * 64 * 12 * bits.bytes)
    }

    /// The damage of each byte of the longer header, and of the last number.
    @Test(arguments: Array(stride(from: 0, to: 136, by: 8)) + [136, -1])
    func aDamagedFileOfMappedFramesIsRebuilt(offset: Int) throws {
        let form = FeatureForm(bits: .half, map: Self.maps.map(of: .tetrahedral))
        let before = try values(of: open(.micHarmonics, form: form))
        let file = URL(fileURLWithPath: path(.micHarmonics, ".mapped.f16"))
        var bytes = try Data(contentsOf: file)
        bytes[offset < 0 ? bytes.count + offset : offset] ^= 0x55
        try bytes.write(to: file)
        let cache = try open(.micHarmonics, form: form)
        #expect(cache.replaced != nil && values(of: cache) == before)
        #expect(try open(.micHarmonics, form: form).replaced == nil)
    }

    private func values(of cache: FeatureCache) -> [Float] {
        var arena = Arena<Float>(holding: cache.shape)
        let target = arena.take(cache.shape)
        cache.read(0..<cache.shape[0], into: target)
        return withExtendedLifetime(arena) { target.array }
    }

    @Test func theLatestMapsAreKept() {
        let maps = RecentArrayMaps(room: 2)
        let arrays = (1...3).map { size in
            ArrayGeometry(
                name: "a", mount: .open, capsules: ArrayGeometry.tetrahedral.capsules.map { .init(position: $0.position * Float(size)) })
        }
        let first = maps.map(of: arrays[0])
        _ = maps.map(of: arrays[1])
        #expect(maps.map(of: arrays[0]) === first)
        _ = maps.map(of: arrays[2])
        #expect(maps.map(of: arrays[0]) === first)
        for array in arrays[1...] { _ = maps.map(of: array) }
        #expect(maps.map(of: arrays[0]) !== first)
    }
}
