import Geometry

extension ArrayGeometry {
    /// Differences from another array: another number of capsules, or more than 5 degrees, 10 %, 1 dB or 5 microseconds: a phrase each, with figures.
    ///
    /// - Parameter other: for example the array that a model was trained on.
    public func differences(from other: ArrayGeometry) -> [String] {
        guard capsules.count == other.capsules.count else { return ["\(capsules.count) capsules instead of \(other.capsules.count)"] }
        var lines: [String] = []
        if mount != other.mount { lines.append("mount \(mount.rawValue) instead of \(other.mount.rawValue)") }
        for (index, (own, wanted)) in zip(capsules, other.capsules).enumerated() {
            let turn = own.direction.angle(to: wanted.direction)
            if turn > 5, min(own.radius, wanted.radius) > 1e-4 {
                lines.append("capsule[\(index)] \(Int(turn.rounded())) degrees away")
            }
            let change = own.radius / max(wanted.radius, 1e-6) - 1
            if abs(change) > 0.1 {
                lines.append("capsule[\(index)] \(Self.percent(change)) in radius")
            }
            if abs(own.directivity - wanted.directivity) > 0.1 {
                lines.append("capsule[\(index)] of directivity \(own.directivity) instead of \(wanted.directivity)")
            }
            if abs(own.gain - wanted.gain) > 1 {
                lines.append("capsule[\(index)] of gain \(own.gain) dB instead of \(wanted.gain)")
            }
            if abs(own.delay - wanted.delay) > 5e-6 {
                let (delay, other) = (Int((own.delay * 1e6).rounded()), Int((wanted.delay * 1e6).rounded()))
                lines.append("capsule[\(index)] delayed by \(delay) microseconds instead of \(other)")
            }
            let look = own.aim.angle(to: wanted.aim)
            if look > 5, min(own.directivity, wanted.directivity) < 0.9 {
                lines.append("capsule[\(index)] aimed \(Int(look.rounded())) degrees away")
            }
        }
        return lines
    }

    private static func percent(_ change: Float) -> String { "\(change > 0 ? "+" : "")\(Int((change * 100).rounded())) %" }
}
