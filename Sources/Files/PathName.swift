/// Parts of paths, by text only.
///
/// A slash is a byte: it also separates if a combining mark follows, which makes it part of another character.
public enum PathName {
    static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")

    /// The parts between slashes.
    static func parts(_ path: String) -> [String] { path.utf8.split(separator: slash).map { String(Substring($0)) } }

    /// The part after the last slash; of "a/b/" it is "b".
    public static func last(_ path: String) -> String { parts(path).last ?? path }

    /// The last part without its suffix: "take.1" of "a/take.1.wav". A name whose only dot is its first character is left whole.
    public static func stem(_ path: String) -> String {
        let name = last(path)
        return suffixStart(name).map { String(name.utf8[..<$0]) ?? name } ?? name
    }

    /// The text after the last dot of the last part, in lower case; empty without a dot.
    public static func suffix(_ path: String) -> String {
        let name = last(path)
        return suffixStart(name).flatMap { String(name.utf8[name.utf8.index(after: $0)...]) }?.lowercased() ?? ""
    }

    /// The path before the last part: "a" of "a/b", "." of "b", "/" of "/b".
    public static func folder(_ path: String) -> String {
        let folders = parts(path).dropLast().joined(separator: "/")
        if path.utf8.first == slash { return "/" + folders }
        return folders.isEmpty ? "." : folders
    }

    private static func suffixStart(_ name: String) -> String.Index? {
        name.utf8.lastIndex(of: dot).flatMap { $0 > name.startIndex ? $0 : nil }
    }
}
