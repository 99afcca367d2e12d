public import Files

/// Why a file is not a valid safetensors file, or lacks a requested tensor.
public enum SafeTensorsError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    /// The header's length, or the header itself, is invalid.
    case badHeader(path: String, reason: String)
    case badTensor(path: String, tensor: String, reason: String)
    case missingTensor(path: String, tensor: String)
    case wrongType(path: String, tensor: String, expected: String, found: String)
    case wrongShape(path: String, tensor: String, expected: [Int], found: [Int])

    public var description: String {
        switch self {
        case .file(let error):
            error.description
        case .badHeader(let path, let reason):
            "\(path): expected a safetensors file, found \(reason.sanitized()): the file is damaged or of another format"
        case .badTensor(let path, let tensor, let reason):
            "\(path): tensor \(tensor.sanitized()): \(reason.sanitized()): the file is damaged; copy or write it again"
        case .missingTensor(let path, let tensor):
            "\(path): expected a tensor \(tensor.sanitized()), found none: use a file of the right kind"
        case .wrongType(let path, let tensor, let expected, let found):
            "\(path): tensor \(tensor.sanitized()): expected elements \(expected), found \(found): use a file of the right kind"
        case .wrongShape(let path, let tensor, let expected, let found):
            "\(path): tensor \(tensor.sanitized()): expected shape \(expected), found \("\(found)".sanitized()): use a file of the right kind"
        }
    }
}
