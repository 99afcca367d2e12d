import Signal

/// The order of a frame's channels in each band of an array's capsules: the levels of C capsules, the real parts of the coherences of all
/// pairs 01, 02, ..., 12, ..., and their imaginary parts: C^2 in all.
struct CapsulePairs {
    /// Square root of 2: a pair stands for two elements of the covariance.
    static let scale: Float = 1.4142135

    let capsules: Int

    init(_ capsules: Int) {
        precondition(FrameLayout.capsules.contains(capsules), "an array has 3 to 8 capsules")
        self.capsules = capsules
    }

    /// Pairs of different capsules.
    var count: Int {
        @_noLocks get { capsules * (capsules - 1) / 2 }
    }

    /// Channels of a frame.
    var channels: Int {
        @_noLocks get { capsules * capsules }
    }
}
