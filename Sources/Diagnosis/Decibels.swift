import Glibc

enum Decibels {
    static func log10(_ value: Float) -> Float { log10f(value) }

    /// Level of a power; -200 for 0.
    static func of(_ power: Double) -> Float { Float(10 * Glibc.log10(max(power, 1e-20))) }

    static func text(_ value: Float) -> String { "\(Int(value.rounded()))" }
}
