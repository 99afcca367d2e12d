/// Order and scaling of first-order Ambisonics. The raw value is used in options and the configuration.
public enum AmbisonicConvention: String, Sendable, Hashable, CaseIterable {
    /// W, Y, Z, X; a plane wave along the axis of a channel has the same peak in it as in W (ACN, SN3D).
    case ambix
    /// W, X, Y, Z, with W 3 dB lower (Furse-Malham, the B-format of older microphones).
    case fuma
    /// W, Y, Z, X, with Y, Z and X 4.8 dB higher than in AmbiX (ACN, N3D).
    case n3d

    /// The raw values, as messages list them.
    public static let expected = "ambix, fuma or n3d"

    /// Positions of W, Y, Z and X among the channels.
    public var order: [Int] { self == .fuma ? [0, 2, 3, 1] : [0, 1, 2, 3] }

    /// Factors from W, Y, Z and X to the levels of AmbiX.
    var gains: [Float] {
        switch self {
        case .ambix: [1, 1, 1, 1]
        case .fuma: [Float(2).squareRoot(), 1, 1, 1]
        case .n3d: [1, 1 / Float(3).squareRoot(), 1 / Float(3).squareRoot(), 1 / Float(3).squareRoot()]
        }
    }

    /// The name for display: "Furse-Malham (fuma)".
    public var title: String {
        switch self {
        case .ambix: "AmbiX (ambix)"
        case .fuma: "Furse-Malham (fuma)"
        case .n3d: "ACN order with N3D scaling (n3d)"
        }
    }
}

/// Converts frames of another order and scaling to AmbiX.
struct AmbisonicConversion: Sendable {
    private let order: SIMD4<Int>
    private let gains: SIMD4<Float>

    /// - Returns: nil if no conversion is needed.
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
