public import Audio
import Geometry
import Signal

/// The expected meaning of channels.
public enum MicrophoneKind: Sendable, Hashable {
    /// First-order Ambisonics: W, Y, Z, X (ACN, SN3D).
    case ambisonics
    case capsules(ArrayGeometry)

    /// Number of channels.
    public var channels: Int {
        switch self {
        case .ambisonics: FrameLayout.channels
        case .capsules(let geometry): geometry.capsules.count
        }
    }

    /// Name for display: "channel 2 (Z)".
    func channel(_ index: Int) -> String {
        switch self {
        case .ambisonics: "channel \(index) (\(["W", "Y", "Z", "X"][index]))"
        case .capsules: "channel \(index)"
        }
    }

    /// Level of each channel in a diffuse field in decibels, relative to any common reference.
    var diffuseLevels: [Float] {
        switch self {
        case .ambisonics: return [0, -4.77, -4.77, -4.77]
        case .capsules(let geometry):
            return geometry.capsules.map { capsule in
                let (a, b) = (capsule.directivity, 1 - capsule.directivity)
                return 10 * Decibels.log10(a * a + b * b / 3) + capsule.gain
            }
        }
    }

    /// Whether the channels have equal levels at low frequencies for all directions of sound.
    var isPressure: Bool {
        switch self {
        case .ambisonics: false
        case .capsules(let geometry): geometry.capsules.allSatisfy { $0.directivity > 0.95 }
        }
    }
}
