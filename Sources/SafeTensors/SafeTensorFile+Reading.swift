import Files
import FoundationEssentials

extension SafeTensorFile {
    /// Maximum length of a header in bytes, enough for ten thousand tensors. The format allows 100 MB.
    private static let longestHeader = 1 << 22

    /// Reads and validates a file: for any bytes the result is a valid file or an error. Tensors are read only after the header
    /// was found to describe the whole file.
    public static func read(_ path: String) throws(SafeTensorsError) -> SafeTensorFile {
        let file: RegularFile
        do throws(FileError) { file = try RegularFile(path, limit: .tensors) } catch { throw .file(error) }
        return try parse(size: file.size, path: path) { range throws(SafeTensorsError) in
            do throws(FileError) { return try file.bytes(at: range.lowerBound, count: range.count) } catch { throw .file(error) }
        }
    }

    /// - Parameter path: the file's name in errors.
    public static func parse(_ bytes: [UInt8], path: String) throws(SafeTensorsError) -> SafeTensorFile {
        try parse(size: bytes.count, path: path) { Array(bytes[$0]) }
    }

    /// - Parameter bytes: reads a part of the file; fewer bytes if the file became shorter.
    private static func parse(
        size: Int, path: String, bytes: (Range<Int>) throws(SafeTensorsError) -> [UInt8]
    ) throws(SafeTensorsError) -> SafeTensorFile {
        guard size >= 8, case let prefix = try bytes(0..<8), prefix.count == 8 else {
            throw .badHeader(path: path, reason: "\(size) bytes, less than the 8 of the header's length")
        }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(prefix[$1]) << (8 * $1) }
        guard length <= UInt64(min(size - 8, longestHeader)) else {
            throw .badHeader(path: path, reason: "a header of \(length) bytes in a file of \(size)")
        }
        let start = 8 + Int(length)
        let text = try bytes(8..<start)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(text))
        } catch {
            throw .badHeader(path: path, reason: "a header that is not valid for the format (\(reason(error)))")
        }
        let entries = header.entries.sorted { ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key) }
        var types: [ElementType] = []
        var used = 0
        for (name, entry) in entries {
            types.append(try entry.check(name: name, path: path, from: used, size: size - start))
            used = entry.end
        }
        guard used == size - start else {
            throw .badHeader(path: path, reason: "\(size - start) bytes of tensors, of which the header describes \(used)")
        }
        var tensors: [SafeTensor] = []
        for ((name, entry), type) in zip(entries, types) {
            let values = try bytes(start + entry.begin..<start + entry.end)
            guard values.count == entry.end - entry.begin else {
                throw .badTensor(path: path, tensor: name, reason: "expected \(entry.end - entry.begin) bytes, found \(values.count)")
            }
            tensors.append(SafeTensor(name: name, type: type, shape: entry.shape, bytes: values))
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
