/// The parsed name of a development recording: fold<k>_room<r>_mix<nnn>_ov<n> (DCASE 2020), the same without ov (2021 to 2024),
/// or split<k>_ir<r>_ov<n>_<mix> (2019).
public struct RecordingName: Sendable, Hashable {
    public let fold: Int
    public let room: Int
    public let mix: Int
    /// Maximum number of sources at once; nil if the name does not give it.
    public let overlap: Int?

    public init(fold: Int, room: Int, mix: Int, overlap: Int?) {
        self.fold = fold
        self.room = room
        self.mix = mix
        self.overlap = overlap
    }

    /// - Parameter text: without the extension; nil for another form.
    public init?(_ text: String) {
        if let numbers = Self.numbers(of: text, labels: ["fold", "room", "mix", "ov"]) {
            self.init(fold: numbers[0], room: numbers[1], mix: numbers[2], overlap: numbers[3])
        } else if let numbers = Self.numbers(of: text, labels: ["fold", "room", "mix"]) {
            self.init(fold: numbers[0], room: numbers[1], mix: numbers[2], overlap: nil)
        } else if let numbers = Self.numbers(of: text, labels: ["split", "ir", "ov", ""]) {
            self.init(fold: numbers[0], room: numbers[1], mix: numbers[3], overlap: numbers[2])
        } else {
            return nil
        }
    }

    private static func numbers(of text: String, labels: [String]) -> [Int]? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == labels.count else { return nil }
        let numbers = zip(parts, labels).compactMap { part, label in number(of: part, behind: label) }
        return numbers.count == labels.count ? numbers : nil
    }

    private static func number(of part: Substring, behind label: String) -> Int? {
        let digits = part.dropFirst(label.count)
        return part.hasPrefix(label) && digits.allSatisfy({ ("0"..."9").contains($0) }) ? Int(digits) : nil
    }

    /// The name, with at least three digits in the mix number.
    public var text: String {
        let digits = String(mix)
        let name = "fold\(fold)_room\(room)_mix\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
        return overlap.map { "\(name)_ov\($0)" } ?? name
    }

    /// The fold of any name that begins with fold<k>_ or split<k>_.
    static func fold(of text: String) -> Int? {
        let part = text.prefix { $0 != "_" }
        return part.count == text.count ? nil : number(of: part, behind: "fold") ?? number(of: part, behind: "split")
    }
}
