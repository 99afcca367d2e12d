import Foundation
import SafeTensors

/// Tensors that an oracle of tools/oracles wrote, from a safetensors file under Tests/Fixtures.
///
/// A missing tensor in the file ends the test run: fixture and test are committed together.
public struct OracleFixture {
    private let file: SafeTensorFile

    init(_ file: SafeTensorFile) { self.file = file }

    public func shape(_ key: String) -> [Int] { tensor(key).shape }

    /// A tensor of type F32 or F64, row-major, as floats.
    public func floats(_ key: String) -> [Float] {
        tensor(key).type == .float64
            ? sure { () throws(SafeTensorsError) in try file.doubles(key) }.map { Float($0) }
            : sure { () throws(SafeTensorsError) in try file.floats(key) }
    }

    /// A tensor of type F32 or F64, row-major, as doubles.
    public func doubles(_ key: String) -> [Double] {
        tensor(key).type == .float64
            ? sure { () throws(SafeTensorsError) in try file.doubles(key) } : floats(key).map { Double($0) }
    }

    /// A tensor of type I32, row-major.
    public func integers(_ key: String) -> [Int] {
        sure { () throws(SafeTensorsError) in try file.int32s(key) }.map { Int($0) }
    }

    private func tensor(_ key: String) -> SafeTensor {
        sure { () throws(SafeTensorsError) in try file.tensor(key) }
    }

    private func sure<Value>(_ read: () throws(SafeTensorsError) -> Value) -> Value {
        do { return try read() } catch { fatalError(error.description) }
    }
}

/// The fixture at a path under Tests/Fixtures, such as "Features/features.safetensors".
public func oracleFixture(_ path: String) throws -> OracleFixture {
    OracleFixture(try SafeTensorFile.read(fixturePath(path)))
}

/// The path of any file under Tests/Fixtures.
public func fixturePath(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures").appendingPathComponent(name).path
}
