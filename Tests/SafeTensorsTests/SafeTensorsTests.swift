import Foundation
import SafeTensors
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
    private func file(_ header: String, data: Int = 0, length: Int? = nil) -> [UInt8] {
        let text = Array(header.utf8)
        let count = UInt64(truncatingIfNeeded: length ?? text.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text + [UInt8](repeating: 1, count: data)
    }

    private func message(_ bytes: [UInt8]) -> String {
        do {
            _ = try SafeTensorFile.parse(bytes, path: "m.safetensors")
            return "accepted"
        } catch { return error.description }
    }

    private let sample = SafeTensorFile(
        tensors: [
            SafeTensor("a", [1, -2.5, .pi] as [Float], shape: [3]),
            SafeTensor("b \"quoted\"", [1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3]),
            SafeTensor("h", halves: [0x3C00, 0xC100, 0x0001], shape: [3]),
            SafeTensor("n", [-1, Int64.max], shape: [2, 1]),
            SafeTensor("i", [Int32.min] as [Int32], shape: []),
            SafeTensor("u", [7, 255, 0] as [UInt8], shape: [3]),
            SafeTensor("none", [] as [Float], shape: [0, 4]),
        ],
        metadata: ["format": "x", "note": "line\nbreak \u{1} é \\"])

    @Test func writtenTensorsReadBack() throws {
        let path = temporaryPath(".safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try sample.write(to: path)
        let read = try SafeTensorFile.read(path)
        #expect(read.metadata == sample.metadata)
        #expect(Set(read.tensors) == Set(sample.tensors))
        #expect(try read.floats("a", shape: [3]) == [1, -2.5, .pi])
        #expect(try read.doubles("b \"quoted\"") == [1, 2, 3, 4, 5, 6])
        #expect(try read.int64s("n") == [-1, Int64.max])
        #expect(try read.int32s("i", shape: []) == [Int32.min])
        #expect(try read.uint8s("u") == [7, 255, 0])
        #expect(try read.floats("none") == [])
        #expect(try read.floats("h", shape: [3]) == [1, -2.5, 0x1p-24])
        #expect(sample.serialized == sample.serialized)
        #expect(sample.serialized[0] % 8 == 0, "tensors start aligned")
    }

    @Test func filesOfTheReferenceLibraryAreRead() throws {
        // {"__metadata__":{"k":"v"},"x":...} as safetensors.numpy.save pads it: spaces up to a multiple of 8.
        let header = #"{"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  "#
        var bytes = file(header, data: 4)
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 128, 63])
        let read = try SafeTensorFile.parse(bytes, path: "x")
        #expect(try read.floats("x") == [1])
        #expect(read.metadata == ["k": "v"])
    }

    @Test func eachFaultIsNamed() {
        let cases: [([UInt8], String)] = [
            ([1, 2, 3], "3 bytes, less than the 8"),
            (file("{}", length: 1000), "a header of 1000 bytes in a file of 10"),
            (file("{}", length: -1), "a header of 18446744073709551615 bytes"),
            (file("nonsense"), "not valid for the format"),
            (file("[1, 2]"), "not valid for the format"),
            (file(#"{"x":{"shape":[1],"data_offsets":[0,4]}}"#, data: 4), "x has no dtype"),
            (file(#"{"x":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}}"#, data: 4), "is malformed"),
            (file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, data: 4), "is malformed"),
            (file(#"{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, data: 4), "is malformed"),
            (file(#"{"x":{"dtype":"Q9","shape":[1],"data_offsets":[0,4]}}"#, data: 4), "found Q9"),
            (file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4), "expected 8 bytes"),
            (file(#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, data: 4), "negative or too large"),
            (
                file(#"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, data: 4),
                "negative or too large"
            ),
            (file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, data: 4), "found 0..<8"),
            (file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, data: 4), "found 4..<0"),
            (file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, data: 4), "found -4..<0"),
            (
                file(
                    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
                    data: 8), "overlap from 4"
            ),
            (file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8), "hole up to 4"),
            (file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 8), "describes 4"),
            (file(#"{"__metadata__":{"k":1}}"#), "is malformed"),
        ]
        for (bytes, expected) in cases {
            let text = message(bytes)
            #expect(text.contains("m.safetensors") && text.contains(expected), "\(expected): \(text)")
        }
    }

    /// Whatever the bytes, an answer: a damaged or cut copy of a good file traps nowhere.
    @Test func noDamageTraps() {
        let good = sample.serialized
        for length in 0..<good.count { #expect(message(Array(good[..<length])) != "accepted") }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = message(bytes)
        }
    }

    @Test func anInvalidRequestIsNamed() {
        #expect { try sample.floats("zz") } throws: { "\($0)".contains("expected a tensor zz") }
        #expect { try sample.floats("n") } throws: { "\($0)".contains("expected elements F32 or F16, found I64") }
        #expect { try sample.floats("a", shape: [4]) } throws: { "\($0)".contains("expected shape [4], found [3]") }
        #expect { try SafeTensorFile.read("/nowhere/x") } throws: { "\($0)".contains("/nowhere/x: expected a file") }
        #expect { try sample.write(to: "/nowhere/x") } throws: { "\($0)".contains("/nowhere/x: expected to write") }
    }

    @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        try FileManager.default.createDirectory(atPath: folder + "/target", withIntermediateDirectories: true)
        // A folder cannot be replaced by a file.
        #expect(throws: SafeTensorsError.self) { try sample.write(to: folder + "/target") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["target"])
    }
}
