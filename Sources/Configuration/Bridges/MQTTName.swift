/// Names that topics, ids and entities may all have.
public enum MQTTName {
    public static let expected = "a name of 1 to 64 letters, digits, - and _"

    /// Letters and digits of ASCII, - and _.
    public static func isValid(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                let character = Character(UnicodeScalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber) || byte == 45 || byte == 95
            }
    }
}
