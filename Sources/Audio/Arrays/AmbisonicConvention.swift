/// Order and scaling of first-order Ambisonics; the raw value stands in options and configuration.
public enum AmbisonicConvention: String, Sendable, Hashable, CaseIterable {
    /// W, Y, Z, X; a plane wave has the same peak in W as in a channel that it comes from the direction of (ACN, SN3D).
    case ambix
    /// W, X, Y, Z, with W 3 dB lower (Furse-Malham, the B-format of older microphones).
    case fuma
    /// W, Y, Z, X, with Y, Z and X 4.8 dB higher than in AmbiX (ACN, N3D).
    case n3d

    /// The raw values, as messages list them.
    public static let expected = "ambix, fuma or n3d"

    /// Where W, Y, Z and X stand among the channels.
    public var order: [Int] { self == .fuma ? [0, 2, 3, 1] : [0, 1, 2, 3] }

    /// What makes the levels of AmbiX of W, Y, Z and X.
    var gains: [Float] {
        switch self {
        case .ambix: [1, 1, 1, 1]
        case .fuma: [Float(2).squareRoot(), 1, 1, 1]
        case .n3d: [1, 1 / Float(3).squareRoot(), 1 / Float(3).squareRoot(), 1 / Float(3).squareRoot()]
        }
    }

    /// With its name for people: "Furse-Malham (fuma)".
    public var title: String {
        switch self {
        case .ambix: "AmbiX (ambix)"
        case .fuma: "Furse-Malham (fuma)"
        case .n3d: "ACN order with N3D scaling (n3d)"
        }
    }
}

/// Makes AmbiX of frames in another order and scaling.
struct AmbisonicConversion: Sendable {
    private let order: SIMD4<Int>
    private let gains: SIMD4<Float>

    /// - Returns: nil where there is nothing to convert.
    init?(from convention: AmbisonicConvention?) {
        guard let convention, convention != .ambix else { return nil }
        order = SIMD4(convention.order)
        gains = SIMD4(convention.gains)
    }

    /// - Parameter frames: [n, 4], converted in place.
    func apply(to frames: UnsafeMutableBufferPointer<Float>) {
        for first in stride(from: 0, to: frames.count - 3, by: 4) {
            let frame = unsafe SIMD4(frames[first], frames[first + 1], frames[first + 2], frames[first + 3])
            for channel in 0..<4 { unsafe frames[first + channel] = gains[channel] * frame[order[channel]] }
        }
    }
}
