import Signal

/// The times at which a sound is audible, by its short-time level.
public enum Activity {
    /// Pieces of a label frame of 100 ms.
    static let piecesPerFrame = 5
    /// Samples of one piece: 20 ms.
    static var piece: Int { FrameLayout.samplesPerBlock / piecesPerFrame }
    /// Longest silence, in frames, that is bridged within a source: 0.3 s.
    static let longestBridge = 3
    /// Power threshold relative to the loudest piece: -40 dB.
    static let threshold: Float = 1e-4

    /// Mean power of each piece; the last one may be short.
    static func powers(_ count: Int, _ sample: (Int) -> Float) -> [Float] {
        stride(from: 0, to: count, by: piece).map { start in
            var sum: Float = 0
            let end = min(start + piece, count)
            for index in start..<end {
                let value = sample(index)
                sum += value * value
            }
            return sum / Float(end - start)
        }
    }

    /// The label frames in which a source is audible.
    ///
    /// - Parameters: dry samples at 24 kHz, and the sample of the recording at which they arrive.
    /// - Returns: ascending numbers of 100 ms frames in which two of five pieces at least are within 40 dB of the loudest
    ///   piece, with pauses up to 0.3 s filled.
    public static func frames(of sound: [Float], from start: Int) -> [Int] {
        let first = start / piece
        let lead = start - first * piece
        let powers = powers(sound.count + lead) { $0 < lead ? 0 : sound[$0 - lead] }
        let floor = (powers.max() ?? 0) * threshold
        guard floor > 0 else { return [] }
        var counts: [Int: Int] = [:]
        for (index, power) in powers.enumerated() where power > floor {
            counts[(first + index) / piecesPerFrame, default: 0] += 1
        }
        var frames: [Int] = []
        for frame in counts.filter({ $0.value >= 2 }).keys.sorted() {
            if let last = frames.last, frame - last - 1 <= longestBridge { frames += (last + 1)..<frame }
            frames.append(frame)
        }
        return frames
    }
}
