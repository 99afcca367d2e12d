import Features
import Signal
import Tensor

/// The short-time spectra of up to eight channels.
struct ChannelTransform: ~Copyable {
    let channels: Int
    /// Of channels 0...3 and 4...7.
    private var low, high: STFT

    init(channels: Int) {
        self.channels = channels
        low = STFT(channels: channels)
        high = STFT(channels: channels, first: min(channels, 4))
    }

    /// As `STFT.advance`.
    mutating func advance(_ samples: Span<Float>, from start: inout Int) -> Bool {
        if channels > 4 {
            var start = start
            _ = high.advance(samples, from: &start)
        }
        return low.advance(samples, from: &start)
    }

    /// A bin of the latest frame, a lane for each channel, 0 beyond the last.
    func bin(_ index: Int) -> (real: SIMD8<Float>, imaginary: SIMD8<Float>) {
        (
            SIMD8(lowHalf: low.real[index], highHalf: high.real[index]),
            SIMD8(lowHalf: low.imaginary[index], highHalf: high.imaginary[index])
        )
    }

    mutating func reset() {
        low.reset()
        high.reset()
    }
}
