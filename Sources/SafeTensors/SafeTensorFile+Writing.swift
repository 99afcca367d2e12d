import Files

extension SafeTensorFile {
    /// Replaces a file in one step, or leaves it unchanged. Equal contents give equal bytes.
    public func write(to path: String) throws(SafeTensorsError) {
        do { try WholeFile.write(serialized, to: path) } catch { throw .file(error) }
    }

    /// The bytes of the file: metadata by key, tensors widest elements first (so that each is aligned), then in the given order.
    public var serialized: [UInt8] {
        let ordered = tensors.enumerated().sorted { a, b in
            (-a.element.type.size, a.offset) < (-b.element.type.size, b.offset)
        }.map(\.element)
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
            fields.append("\(Self.quoted(Self.metadataKey)):{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in ordered {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.bytes.count
            fields.append(
                "\(Self.quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        // The tensors' bytes start at a multiple of 8; the format pads with spaces.
        while header.count % 8 != 0 { header.append(0x20) }
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        bytes.reserveCapacity(8 + header.count + offset)
        bytes.append(contentsOf: header)
        for tensor in ordered { bytes.append(contentsOf: tensor.bytes) }
        return bytes
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
