import Foundation
public import SafeTensors

/// A fixture that a script under tools/oracles made.
///
/// - Parameter name: its path under Tests/Fixtures, without the ending, such as "Features/mel".
public func fixture(_ name: String) throws -> SafeTensorFile {
    try SafeTensorFile.read(fixturePath("\(name).safetensors"))
}

/// The path of any file under Tests/Fixtures.
public func fixturePath(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures").appendingPathComponent(name).path
}
