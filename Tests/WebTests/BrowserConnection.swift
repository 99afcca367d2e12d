import Foundation

/// A browser's end of a connection, by hand: what no client library would send can be sent too.
final class BrowserConnection {
    struct Answer {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private var pending: [UInt8] = []

    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let done = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard done == 0 else { return nil }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let written = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            sent += written
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// More bytes; false at the end.
    private func more() -> Bool {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(descriptor, &piece, 1 << 16)
        guard count > 0 else { return false }
        pending += piece[..<count]
        return true
    }

    private func take(_ count: Int) -> [UInt8]? {
        while pending.count < count { guard more() else { return nil } }
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }

    /// Everything up to the end of the connection.
    func rest() -> [UInt8] {
        while more() {}
        return pending
    }

    /// The head of an answer; nil where the connection ends before.
    func head() -> (status: Int, headers: [String: String])? {
        let end = Array("\r\n\r\n".utf8)
        while pending.range(of: end) == nil { guard more() else { return nil } }
        guard let range = pending.range(of: end) else { return nil }
        let lines = String(decoding: pending[..<range.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        pending.removeFirst(range.upperBound)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return (lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, headers)
    }

    func answer() -> Answer? {
        guard let (status, headers) = head() else { return nil }
        let body = take(headers["content-length"].flatMap { Int($0) } ?? 0)
        return body.map { Answer(status: status, headers: headers, body: $0) }
    }

    /// The payload of the next WebSocket message of a kind; nil at the end.
    func message(opcode wanted: UInt8 = 1) -> String? {
        while let start = take(2) {
            var length = Int(start[1] & 0x7F)
            if length == 126 { length = take(2).map { Int($0[0]) << 8 | Int($0[1]) } ?? 0 }
            guard let payload = take(length) else { return nil }
            if start[0] & 0xF == wanted { return String(decoding: payload, as: UTF8.self) }
        }
        return nil
    }

    /// The text up to an empty line, as Server-Sent Events have it; chunk sizes are left out.
    func event() -> String? {
        var text = ""
        while let byte = take(1) {
            text += String(decoding: byte, as: UTF8.self)
            if text.hasSuffix("\n\n") {
                return text.split(separator: "\r\n").last.map(String.init)
            }
        }
        return nil
    }
}

extension [UInt8] {
    fileprivate func range(of other: [UInt8]) -> Range<Int>? {
        guard count >= other.count else { return nil }
        return (0...(count - other.count)).first { Array(self[$0..<$0 + other.count]) == other }.map { $0..<$0 + other.count }
    }
}
