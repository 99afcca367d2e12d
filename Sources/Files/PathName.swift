/// Parts of paths, by their text alone.
///
/// A slash is a byte: one that is followed by a combining mark, which makes another character of it, separates too.
public enum PathName {
    static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")

    /// What stands between slashes.
    static func parts(_ path: String) -> [String] { path.utf8.split(separator: slash).map { String(Substring($0)) } }

    /// What comes after the last slash; of "a/b/" it is "b".
    public static func last(_ path: String) -> String { parts(path).last ?? path }

    /// The last part without its suffix: "take.1" of "a/take.1.wav". A name whose only dot is its first character is left whole.
    public static func stem(_ path: String) -> String {
        let name = last(path)
        return suffixStart(name).map { String(name.utf8[..<$0]) ?? name } ?? name
    }

    /// What follows the last dot of the last part, in lower case; empty where there is none.
    public static func suffix(_ path: String) -> String {
        let name = last(path)
        return suffixStart(name).flatMap { String(name.utf8[name.utf8.index(after: $0)...]) }?.lowercased() ?? ""
    }

    /// What comes before the last part: "a" of "a/b", "." of "b", "/" of "/b".
    public static func folder(_ path: String) -> String {
        let folders = parts(path).dropLast().joined(separator: "/")
        if path.utf8.first == slash { return "/" + folders }
        return folders.isEmpty ? "." : folders
    }

    private static func suffixStart(_ name: String) -> String.Index? {
        name.utf8.lastIndex(of: dot).flatMap { $0 > name.startIndex ? $0 : nil }
    }
}
