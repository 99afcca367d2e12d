import Files
import JSON

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
        var (json, offset) = (JSONWriter(), 0)
        json.begin()
        if !metadata.isEmpty {
            json.openObject(Self.metadataKey)
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { json.field(key, value) }
            json.closeObject()
        }
        for tensor in ordered {
            json.openObject(tensor.name)
            json.field("dtype", tensor.type.rawValue)
            json.openArray("shape")
            for extent in tensor.shape { json.element(extent) }
            json.closeArray()
            json.openArray("data_offsets")
            json.element(offset)
            offset += tensor.bytes.count
            json.element(offset)
            json.closeArray()
            json.closeObject()
        }
        json.closeObject()
        var header = json.bytes
        // The tensors' bytes start at a multiple of 8; the format pads with spaces.
        while header.count % 8 != 0 { header.append(0x20) }
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        bytes.reserveCapacity(8 + header.count + offset)
        bytes.append(contentsOf: header)
        for tensor in ordered { bytes.append(contentsOf: tensor.bytes) }
        return bytes
    }
}
