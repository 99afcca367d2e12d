import Files
import Glibc

/// A file with a password on its first line.
package enum PasswordFile {
    /// - Throws: a line for a file that is not there, that others can read, or that holds no password.
    package static func read(_ path: String) throws(MQTTFault) -> String {
        var facts = stat()
        if unsafe stat(path, &facts) == 0, facts.st_mode & 0o077 != 0 {
            let mode = String(facts.st_mode & 0o777, radix: 8)
            throw MQTTFault("\(path): expected a password that only its owner can read, found mode \(mode): run chmod 600 \(path)")
        }
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw MQTTFault(error.description) }
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        guard !line.isEmpty, line.count <= 1024, !line.contains(0), let text = String(validating: line, as: UTF8.self) else {
            throw MQTTFault("\(path): expected a password on the first line, found none: write it there")
        }
        return text
    }
}
