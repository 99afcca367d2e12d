extension GateSettings {
    /// Checks settings from a file or a user.
    /// - Throws: the first setting outside its limits.
    public func validate() throws(GateSettingsError) {
        for key in GateKey.allCases where !key.limits.contains(key.value(in: self)) {
            throw GateSettingsError(key: key, expected: key.expected, found: key.text(in: self))
        }
        guard stayThreshold <= openThreshold else {
            throw GateSettingsError(key: .stayThreshold, expected: "at most open_threshold, \(openThreshold)", found: "\(stayThreshold)")
        }
    }
}

/// A setting of the gate outside its range.
public struct GateSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    public let key: GateKey
    public let expected: String
    public let found: String

    public var description: String { "gate.\(key.rawValue): expected \(expected), found \(found): correct the setting" }
}
