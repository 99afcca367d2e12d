import Foundation

/// Tensors that an oracle of tools/oracles wrote, from a safetensors file under Tests/Fixtures.
///
/// Read by its own few lines, not by the room SafeTensors: a fault there must not hide in the tests of the others.
public struct OracleFixture {
    private struct Entry: Decodable {
        let dtype: String?
        let shape: [Int]?
        let data_offsets: [Int]?
    }

    private let name: String
    private let entries: [String: Entry]
    private let bytes: Data

    init(_ name: String, at file: URL) throws {
        let data = try Data(contentsOf: file)
        let header = (0..<8).reversed().reduce(0) { $0 << 8 | Int(data[$1]) }
        self.name = name
        entries = try JSONDecoder().decode([String: Entry].self, from: data[8..<8 + header])
        bytes = Data(data[(8 + header)...])
    }

    /// A tensor's shape; traps when there is none of this name.
    public func shape(_ key: String) -> [Int] { entry(key).shape ?? [] }

    /// A tensor of type F32 or F64, row-major, as floats.
    public func floats(_ key: String) -> [Float] {
        entry(key).dtype == "F64" ? doubles(key).map { Float($0) } : words(key, of: UInt32.self).map { Float(bitPattern: $0) }
    }

    /// A tensor of type F32 or F64, row-major, as doubles.
    public func doubles(_ key: String) -> [Double] {
        entry(key).dtype == "F64"
            ? words(key, of: UInt64.self).map { Double(bitPattern: $0) } : floats(key).map { Double($0) }
    }

    private func entry(_ key: String) -> Entry {
        guard let entry = entries[key] else { fatalError("the fixture \(name) has no tensor \(key)") }
        return entry
    }

    private func words<Word: FixedWidthInteger>(_ key: String, of type: Word.Type) -> [Word] {
        let size = MemoryLayout<Word>.size
        guard let range = entry(key).data_offsets, ["F32", "F64"].contains(entry(key).dtype) else {
            fatalError("the tensor \(key) of the fixture \(name) is not of type F32 or F64")
        }
        return stride(from: range[0], to: range[1], by: size).map { start in
            (0..<size).reversed().reduce(0) { $0 << 8 | Word(bytes[start + $1]) }
        }
    }
}

/// The fixture at a path under Tests/Fixtures, such as "Features/features.safetensors".
public func oracleFixture(_ path: String) throws -> OracleFixture {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try OracleFixture(path, at: tests.appendingPathComponent("Fixtures/\(path)"))
}
