import Signal
public import Tensor

/// Covariances of a block in the mel bands: a view of those of four channels, or of another number of capsules.
public enum BandRows: Sendable {
    /// [64, 8], as `BandCovariance` has them.
    case channels(TensorRef<SIMD4<Float>>)
    /// [8 groups, C, C], as `CapsuleBands` has them.
    case capsules(TensorRef<SIMD8<Float>>)
}

/// What sums the covariances of a block, for four channels or another number of capsules.
enum BandSums: ~Copyable {
    case channels(BandCovariance)
    case capsules(CapsuleBands)

    /// - Parameter channels: of the audio.
    init(_ kind: FeatureKind, channels: Int) {
        if channels == FrameLayout.channels {
            self = .channels(BandCovariance(kind))
        } else {
            self = .capsules(CapsuleBands(capsules: channels))
        }
    }

    /// Adds one more frame of the present block.
    /// - Parameter frame: [64, C], not scaled.
    @_noLocks
    func add(_ frame: TensorRef<Float>) {
        switch self {
        case .channels(let covariance): covariance.add(frame)
        case .capsules(let bands): bands.add(frame)
        }
    }

    /// Adds the covariances of frames that were added to another one of the same number of channels.
    @_noLocks
    func add(_ other: borrowing BandSums) {
        switch self {
        case .channels(let covariance): if case .channels(let rows) = other.rows { covariance.add(rows: rows) }
        case .capsules(let bands): if case .capsules(let rows) = other.rows { bands.add(rows: rows) }
        }
    }

    /// Forgets the frames of the present block.
    @_noLocks
    func reset() {
        switch self {
        case .channels(let covariance): covariance.reset()
        case .capsules(let bands): bands.reset()
        }
    }

    /// The present block so far.
    var rows: BandRows {
        @_noLocks get {
            switch self {
            case .channels(let covariance): .channels(covariance.rows)
            case .capsules(let bands): .capsules(bands.rows)
            }
        }
    }
}
