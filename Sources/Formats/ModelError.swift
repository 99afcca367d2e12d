import Files
public import SafeTensors

/// Why a file is not a usable model; one line each.
public enum ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    case container(SafeTensorsError)
    case metadata(path: String, key: String, expected: String, found: String)
    case notFinite(path: String, tensor: String)
    case notPositive(path: String, tensor: String)
    case surplus(path: String, tensor: String)
    /// A weight that has no place in 16 bits.
    case tooLarge(tensor: String, value: Float)

    public var description: String {
        switch self {
        case .container(let error):
            error.description
        case .metadata(let path, let key, let expected, let found):
            "\(path): \(key): expected \(expected), found \(found.sanitized()): use a model that this version of Bearing wrote"
        case .notFinite(let path, let tensor):
            "\(path): tensor \(tensor): expected finite numbers, found others: the file is damaged or its training failed"
        case .notPositive(let path, let tensor):
            "\(path): tensor \(tensor): expected numbers above 0, found others: the file is damaged"
        case .surplus(let path, let tensor):
            "\(path): tensor \(tensor.sanitized()) is not part of this architecture: the file is damaged or of another kind"
        case .tooLarge(let tensor, let value):
            "tensor \(tensor): expected weights within \(Int(Half.greatest)), which fit 16 bits, found \(value): write them with --weights f32"
        }
    }
}
