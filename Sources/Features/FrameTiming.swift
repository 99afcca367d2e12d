public import Signal

/// Sizes of the transform and of a feature frame; `FrameLayout` has those of frames and blocks in time.
public enum FrameTiming {
    /// Length of the periodic Hann window in samples: 40 ms.
    @inlinable
    public static var window: Int { 2 * FrameLayout.hop }
    /// Points of the transform; the window is zero-padded to it.
    @inlinable
    public static var transform: Int { 1024 }
    /// Frequency bins of the transform, including 0 Hz and 12 kHz.
    @inlinable
    public static var bins: Int { 513 }
    @inlinable
    public static var melBands: Int { 64 }
}
