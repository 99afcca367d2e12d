/// Dates and times in TOML (RFC 3339). No option accepts them; they are only distinguished from invalid values.
enum TOMLTime {
    /// Name in faults; nil for other words.
    static func name(of word: ArraySlice<UInt8>) -> String? {
        if isDate(word) { return "date" }
        if isTime(word) { return "time" }
        guard word.count > 11, isDate(word.prefix(10)), "Tt ".utf8.contains(word[word.startIndex + 10]) else { return nil }
        var time = word.dropFirst(11)
        if let last = time.last, "Zz".utf8.contains(last) {
            time = time.dropLast()
        } else if time.count > 6, let sign = time.dropLast(5).last, "+-".utf8.contains(sign) {
            guard hourAndMinute(time.suffix(5)) else { return nil }
            time = time.dropLast(6)
        }
        return isTime(time) ? "date with a time" : nil
    }

    /// `1979-05-27`
    static func isDate(_ word: ArraySlice<UInt8>) -> Bool {
        let dash = UInt8(ascii: "-")
        let parts = word.split(separator: dash, omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]), let month = number(parts[1]), let day = number(parts[2])
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }

    /// `07:32:00` or `07:32:00.5`
    static func isTime(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count >= 8, hourAndMinute(word.prefix(5)), word[word.startIndex + 5] == UInt8(ascii: ":"),
            let second = number(word.dropFirst(6).prefix(2)), second <= 60
        else { return false }
        let fraction = word.dropFirst(8)
        return fraction.isEmpty
            || (fraction.first == UInt8(ascii: ".") && fraction.count > 1 && fraction.dropFirst().allSatisfy(TOMLNumber.isDigit))
    }

    private static func hourAndMinute(_ word: ArraySlice<UInt8>) -> Bool {
        let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 2], let hour = number(parts[0]), let minute = number(parts[1]) else { return false }
        return hour < 24 && minute < 60
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.allSatisfy(TOMLNumber.isDigit) ? Int(String(decoding: digits, as: UTF8.self)) : nil
    }
}
