import Glibc

/// Users and groups of this machine, by name or number.
enum Account {
    /// A user's number; nil for a name that the machine does not know.
    static func number(ofUser name: String) -> UInt32? {
        if let number = number(name) { return number }
        return unsafe getpwnam(name).map { unsafe $0.pointee.pw_uid }
    }

    /// A group's number; nil for a name that the machine does not know.
    static func number(ofGroup name: String) -> UInt32? {
        if let number = number(name) { return number }
        return unsafe getgrnam(name).map { unsafe $0.pointee.gr_gid }
    }

    /// Digits, except the number that the kernel reads as "unchanged".
    private static func number(_ text: String) -> UInt32? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt32(text).flatMap { $0 < UInt32.max ? $0 : nil }
    }
}
