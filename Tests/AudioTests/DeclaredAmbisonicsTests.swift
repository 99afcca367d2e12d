import Audio
import TestSupport
import Testing

/// Order and scaling of Ambisonics that a header declares.
@Suite struct DeclaredAmbisonicsTests {
    private let folder = TemporaryFolder()
    /// W, Y, Z, X of three plane waves, a frame each.
    private let waves: [SIMD4<Float>] = [SIMD4(0.25, 0.125, -0.0625, 0.2), SIMD4(-0.25, 0.25, 0, 0), SIMD4(0.1, 0, 0.1, -0.05)]

    /// AmbiX as each convention stores it.
    private func stored(_ convention: AmbisonicConvention?) -> [Float] {
        waves.flatMap { wave -> [Float] in
            let root = Float(3).squareRoot()
            return switch convention {
            case .fuma: [wave[0] / Float(2).squareRoot(), wave[3], wave[1], wave[2]]
            case .n3d: [wave[0], root * wave[1], root * wave[2], root * wave[3]]
            default: [wave[0], wave[1], wave[2], wave[3]]
            }
        }
    }

    private static func layout(_ tag: Int) -> [UInt8] { ForgedRecording.number(tag, 4, true) + [UInt8](repeating: 0, count: 8) }

    private static func layout(labels: [Int]) -> [UInt8] {
        [UInt8](repeating: 0, count: 8) + ForgedRecording.number(labels.count, 4, true)
            + labels.flatMap { ForgedRecording.number($0, 4, true) + [UInt8](repeating: 0, count: 16) }
    }

    private static let headers: [(ForgedRecording.Container, layout: [UInt8]?, AmbisonicConvention?)] =
        [(.waveExtensible, nil, .fuma), (.rf64, nil, .fuma), (.wave64, nil, .fuma)]
        + [ForgedRecording.Container.caf, .aiff, .aifc].flatMap {
            container -> [(ForgedRecording.Container, layout: [UInt8]?, AmbisonicConvention?)] in
            [
                (container, layout(107 << 16 | 4), .fuma), (container, layout(190 << 16 | 4), .ambix),
                (container, layout(191 << 16 | 4), .n3d),
                (container, layout(labels: [200, 201, 202, 203]), .fuma),
                (container, layout(labels: [0x2_0000, 0x2_0001, 0x2_0002, 0x2_0003]), .ambix),
                (container, layout(labels: [0x3_0000, 0x3_0001, 0x3_0002, 0x3_0003]), .n3d),
                // Quadraphonic sound, and labels that do not declare Ambisonics.
                (container, layout(108 << 16 | 4), nil), (container, layout(labels: [1, 2, 5, 6]), nil),
            ]
        }

    @Test(arguments: 0..<27) func declaredAmbisonicsIsConvertedUnlessConfigured(_ index: Int) throws {
        let (container, layout, convention) = Self.headers[index]
        var recording = ForgedRecording(container, stored(convention))
        if layout == nil { recording.guid = ForgedRecording.furseMalham }
        recording.layout = layout
        let path = folder.put(recording.bytes, as: "a")
        let stream = try AudioFileStream(path: path)
        var samples = [Float](repeating: 0, count: 12)
        var span = samples.mutableSpan
        #expect(try stream.read(into: &span) == 3)
        let expected = stored(.ambix)
        #expect(zip(samples, expected).allSatisfy { abs($0 - $1) < 1e-4 }, "\(samples)")
        #expect(stream.undone == (convention == .ambix ? nil : convention) && stream.remarks == [])
        // As recordings of data sets are read.
        let reader = try AudioFileReader(path: path, channels: 4, toAmbiX: true)
        #expect(reader.ambisonics == convention)
        #expect(zip(try reader.readAll(), expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func ambisonicFloatsHaveTheirOwnGUID() throws {
        var recording = ForgedRecording(.waveExtensible, stored(.fuma))
        recording.guid = ForgedRecording.furseMalham
        recording.guid[0] = 3
        // 32 bits a sample, 16 bytes a frame.
        recording.samples = stored(.fuma).flatMap { ForgedRecording.number(Int($0.bitPattern), 4, false) }
        recording.declared = recording.samples.count
        var bytes = recording.bytes
        (bytes[32], bytes[34], bytes[38]) = (16, 32, 32)
        let reader = try AudioFileReader(path: folder.put(bytes, as: "a"), channels: 4, toAmbiX: true)
        #expect(reader.ambisonics == .fuma)
        #expect(zip(try reader.readAll(), stored(.ambix)).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func theConfiguredConventionIsUsedWithAWarning() throws {
        var recording = ForgedRecording(.waveExtensible, stored(.fuma))
        recording.guid = ForgedRecording.furseMalham
        let path = folder.put(recording.bytes, as: "a.amb")
        func opened(_ channels: FileChannels, _ map: ChannelMap? = nil) throws -> (samples: [Float], remarks: [String]) {
            let stream = try AudioFileStream(path: path, map: map, channels: channels)
            #expect(stream.undone == nil)
            var samples = [Float](repeating: 0, count: 12)
            var span = samples.mutableSpan
            #expect(try stream.read(into: &span) == 3)
            return (samples, stream.remarks)
        }
        let asStored = try AudioFileReader(path: path).readAll()
        // The pipeline converts the configured convention.
        let same = try opened(.ambisonics(.fuma))
        #expect(same.samples == asStored && same.remarks == [])
        let other = try opened(.ambisonics(.ambix))
        #expect(other.samples == asStored)
        #expect(
            other.remarks == ["\(path): expected AmbiX (ambix) as configured, found Furse-Malham (fuma) in its header: read as configured"])
        let capsules = try opened(.capsules)
        #expect(capsules.samples == asStored && capsules.remarks.count == 1 && capsules.remarks[0].contains("Furse-Malham (fuma)"))
        let moved = try opened(.declared, ChannelMap([0, 2, 3, 1]))
        #expect(moved.remarks.count == 1 && moved.remarks[0].contains("[0, 2, 3, 1]") && moved.remarks[0].contains("Furse-Malham (fuma)"))
        #expect(moved.samples[1] == asStored[2])
    }

    @Test func invertedChannelsAreThoseOfTheFile() throws {
        var recording = ForgedRecording(.waveExtensible, stored(.fuma))
        recording.guid = ForgedRecording.furseMalham
        let stream = try AudioFileStream(
            path: folder.put(recording.bytes, as: "a.amb"), map: ChannelMap([0, 1, 2, 3], inverted: [1]))
        var samples = [Float](repeating: 0, count: 12)
        var span = samples.mutableSpan
        _ = try stream.read(into: &span)
        // Channel 1 of the file is X.
        let expected = waves.flatMap { [$0[0], $0[1], $0[2], -$0[3]] }
        #expect(zip(samples, expected).allSatisfy { abs($0 - $1) < 1e-4 }, "\(samples)")
    }

    @Test func conventionsAgreeWithTheEncoder() {
        for convention in AmbisonicConvention.allCases {
            var out = stored(convention)
            if let filters = EncodingFilters(from: convention) {
                var span = out.mutableSpan
                FilterMatrix(filters).process(stored(convention).span, into: &span)
            }
            #expect(zip(out, stored(.ambix)).allSatisfy { abs($0 - $1) < 1e-6 }, "\(convention)")
        }
    }
}
