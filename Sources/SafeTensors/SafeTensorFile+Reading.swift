import Files
import Foundation

extension SafeTensorFile {
    /// The format's own limit on the header's length, bytes.
    private static let longestHeader = 100_000_000

    /// Reads and validates a file: whatever its bytes are, the answer is a file without fault or an error.
    public static func read(_ path: String) throws(SafeTensorsError) -> SafeTensorFile {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw .file(error) }
        return try parse(bytes, path: path)
    }

    /// - Parameter path: named in errors.
    public static func parse(_ bytes: [UInt8], path: String) throws(SafeTensorsError) -> SafeTensorFile {
        guard bytes.count >= 8 else {
            throw .badHeader(path: path, reason: "\(bytes.count) bytes, less than the 8 of the header's length")
        }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * $1) }
        guard length <= UInt64(min(bytes.count - 8, longestHeader)) else {
            throw .badHeader(path: path, reason: "a header of \(length) bytes in a file of \(bytes.count)")
        }
        let start = 8 + Int(length)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<start]))
        } catch {
            throw .badHeader(path: path, reason: "a header that is not the JSON of the format (\(reason(error)))")
        }
        var tensors: [SafeTensor] = []
        var used = 0
        let size = bytes.count - start
        for (name, entry) in header.entries.sorted(by: { ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key) }) {
            let type = try entry.check(name: name, path: path, from: used, size: size)
            tensors.append(
                SafeTensor(
                    name: name, type: type, shape: entry.shape,
                    bytes: Array(bytes[start + entry.begin..<start + entry.end])))
            used = entry.end
        }
        guard used == size else {
            throw .badHeader(path: path, reason: "\(size) bytes of tensors, of which the header describes \(used)")
        }
        return SafeTensorFile(tensors: tensors, metadata: header.metadata, path: path)
    }

    private static func reason(_ error: any Error) -> String {
        guard case let error as DecodingError = error else { return "not JSON" }
        func name(_ context: DecodingError.Context) -> String { context.codingPath.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, let context): return "\(name(context)) has no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "its JSON is malformed" : "\(name(context)) is malformed"
        @unknown default: return "malformed"
        }
    }
}

private struct Header: Decodable {
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            if key.stringValue == SafeTensorFile.metadataKey {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
            }
        }
    }
}

private struct Entry: Decodable {
    let type: String
    let shape: [Int]
    let begin: Int
    let end: Int

    enum CodingKeys: String, CodingKey {
        case type = "dtype"
        case shape
        case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decode(String.self, forKey: .type)
        shape = try container.decode([Int].self, forKey: .shape)
        let offsets = try container.decode([Int].self, forKey: .offsets)
        guard offsets.count == 2 else {
            throw DecodingError.dataCorruptedError(forKey: .offsets, in: container, debugDescription: "two offsets")
        }
        (begin, end) = (offsets[0], offsets[1])
    }

    /// - Parameters:
    ///   - used: bytes of the tensors before this one.
    ///   - size: bytes of all tensors.
    func check(name: String, path: String, from used: Int, size: Int) throws(SafeTensorsError) -> ElementType {
        func fault(_ reason: String) -> SafeTensorsError { .badTensor(path: path, tensor: name, reason: reason) }
        guard let type = ElementType(rawValue: type) else {
            let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault("expected elements of type \(known), found \(self.type)")
        }
        guard begin >= 0, begin <= end, end <= size else {
            throw fault("expected bytes within 0..<\(size), found \(begin)..<\(end)")
        }
        guard begin >= used else { throw fault("expected to begin at byte \(used), found an overlap from \(begin)") }
        guard begin == used else { throw fault("expected to begin at byte \(used), found a hole up to \(begin)") }
        guard let bytes = byteCount(type) else { throw fault("shape \(shape) is negative or too large") }
        guard bytes == end - begin else {
            throw fault("expected \(bytes) bytes for shape \(shape) of \(type.rawValue), found \(end - begin)")
        }
        return type
    }

    private func byteCount(_ type: ElementType) -> Int? {
        var count = type.size
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else { return nil }
            count = product
        }
        return count
    }
}
