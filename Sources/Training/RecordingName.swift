/// What the name of a development recording says: fold<k>_room<r>_mix<nnn>_ov<n>.
public struct RecordingName: Sendable, Hashable {
    public let fold: Int
    public let room: Int
    public let mix: Int
    /// Sources at once, at most.
    public let overlap: Int

    public init(fold: Int, room: Int, mix: Int, overlap: Int) {
        (self.fold, self.room, self.mix, self.overlap) = (fold, room, mix, overlap)
    }

    /// - Parameter text: without the extension; nil when it is named otherwise.
    public init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        let labels = ["fold", "room", "mix", "ov"]
        guard parts.count == labels.count else { return nil }
        var numbers: [Int] = []
        for (part, label) in zip(parts, labels) {
            let digits = part.dropFirst(label.count)
            guard part.hasPrefix(label), digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(digits) else {
                return nil
            }
            numbers.append(number)
        }
        self.init(fold: numbers[0], room: numbers[1], mix: numbers[2], overlap: numbers[3])
    }

    /// The name, its mix number with at least three digits.
    public var text: String {
        let digits = String(mix)
        return "fold\(fold)_room\(room)_mix\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)_ov\(overlap)"
    }
}
