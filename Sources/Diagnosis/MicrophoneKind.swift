public import Audio
import Geometry

/// What the four channels that are looked at should be.
public enum MicrophoneKind: Sendable, Hashable {
    /// First-order Ambisonics: W, Y, Z, X (ACN, SN3D).
    case ambisonics
    case capsules(ArrayGeometry)

    /// As people know it: "channel 2 (Z)".
    func channel(_ index: Int) -> String {
        switch self {
        case .ambisonics: "channel \(index) (\(["W", "Y", "Z", "X"][index]))"
        case .capsules: "channel \(index)"
        }
    }

    /// Decibels of each channel in a diffuse field, against any one reference.
    var diffuseLevels: [Float] {
        switch self {
        case .ambisonics: return [0, -4.77, -4.77, -4.77]
        case .capsules(let geometry):
            return geometry.capsules.map { capsule in
                let (a, b) = (capsule.directivity, 1 - capsule.directivity)
                return 10 * Decibels.log10(a * a + b * b / 3)
            }
        }
    }

    /// Whether the channels have the same level at low frequencies wherever a sound comes from.
    var isPressure: Bool {
        switch self {
        case .ambisonics: false
        case .capsules(let geometry): geometry.capsules.allSatisfy { $0.directivity > 0.95 }
        }
    }
}
