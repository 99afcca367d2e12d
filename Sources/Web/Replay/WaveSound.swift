import Audio
import Synchronization

/// Recordings one after the other as one WAV file that browsers play: 16 bit, one channel or two. It is not stored: each range
/// of its bytes is decoded on request.
package final class WaveSound: Sendable {
    /// The mix of the channels of the recordings.
    enum Mix: Sendable {
        /// The first channel: the omnidirectional one of Ambisonics, or the first capsule.
        case first
        /// Ambisonics in AmbiX, as two cardioids to the left and the right: (W + Y) / 2 and (W - Y) / 2.
        case cardioids
    }

    struct Piece: Sendable {
        let path: String
        let frames: Int
    }

    let pieces: [Piece]
    let sampleRate: Int
    let frames: Int
    private let mix: Mix
    /// The last file read, and its index among the pieces.
    private let open = Mutex<(index: Int, reader: AudioFileReader)?>(nil)

    static let longestHours = 6
    private static let header = 44

    init(_ paths: [String], mix: Mix) throws(WebError) {
        var (pieces, rate): ([Piece], Int?) = ([], nil)
        var mix = mix
        for path in paths {
            let reader: AudioFileReader
            do throws(AudioError) { reader = try AudioFileReader(path: path) } catch { throw .audio(error) }
            if let rate, rate != reader.sampleRate { throw .otherRate(path: path, expected: rate, found: reader.sampleRate) }
            rate = reader.sampleRate
            if reader.channels < 2 { mix = .first }
            pieces.append(Piece(path: path, frames: reader.frames))
        }
        sampleRate = rate ?? AudioFormat.sampleRate
        frames = pieces.reduce(0) { $0 + $1.frames }
        guard frames <= Self.longestHours * 3600 * sampleRate else { throw .tooLong(hours: Self.longestHours) }
        self.pieces = pieces
        self.mix = mix
    }

    var channels: Int { mix == .first ? 1 : 2 }
    private var frameBytes: Int { 2 * channels }
    /// Bytes of the whole file.
    var count: Int { Self.header + frames * frameBytes }
    var seconds: Double { Double(frames) / Double(sampleRate) }

    /// Bytes of a range within the file; silence if a recording has become unreadable.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        var bytes = range.lowerBound < Self.header ? Array(head[range.lowerBound..<min(range.upperBound, Self.header)]) : []
        let start = max(0, range.lowerBound - Self.header)
        let end = range.upperBound - Self.header
        guard end > start else { return bytes }
        let first = start / frameBytes
        let samples = samples(first..<(end + frameBytes - 1) / frameBytes)
        var body: [UInt8] = []
        body.reserveCapacity(2 * samples.count)
        for sample in samples {
            let value = UInt16(bitPattern: Int16(max(-32768, min(32767, (sample * 32767).rounded()))))
            body.append(UInt8(value & 0xFF))
            body.append(UInt8(value >> 8))
        }
        bytes += body[(start - first * frameBytes)..<(end - first * frameBytes)]
        return bytes
    }

    /// Interleaved samples of a range of frames.
    private func samples(_ range: Range<Int>) -> [Float] {
        var samples: [Float] = []
        samples.reserveCapacity(range.count * channels)
        var (index, offset) = (0, 0)
        var frame = range.lowerBound
        while index < pieces.count, frame < range.upperBound {
            let piece = pieces[index]
            if frame < offset + piece.frames {
                let count = min(range.upperBound, offset + piece.frames) - frame
                samples += read(index, from: frame - offset, count: count)
                frame += count
            }
            offset += piece.frames
            index += 1
        }
        return samples
    }

    private func read(_ index: Int, from frame: Int, count: Int) -> [Float] {
        open.withLock { open in
            do {
                if open?.index != index { open = (index, try AudioFileReader(path: pieces[index].path)) }
                guard let reader = open?.reader else { return silence(count) }
                if reader.position != frame { try reader.seek(to: frame) }
                let raw = try reader.readAll(atMost: count)
                let read = mixed(raw, channels: reader.channels)
                return read + silence(count - read.count / channels)
            } catch {
                open = nil
                return silence(count)
            }
        }
    }

    private func silence(_ frames: Int) -> [Float] { [Float](repeating: 0, count: max(0, frames) * channels) }

    private func mixed(_ raw: [Float], channels: Int) -> [Float] {
        var mixed: [Float] = []
        mixed.reserveCapacity(raw.count / channels * self.channels)
        for frame in stride(from: 0, to: raw.count, by: channels) {
            let omni = raw[frame]
            guard mix == .cardioids else {
                mixed.append(omni)
                continue
            }
            let left = raw[frame + 1]
            mixed.append((omni + left) / 2)
            mixed.append((omni - left) / 2)
        }
        return mixed
    }

    /// The RIFF header of PCM in 16 bit.
    private var head: [UInt8] {
        var head: [UInt8] = []
        func put(_ value: Int, bytes: Int) {
            for index in 0..<bytes { head.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
        }
        let data = frames * frameBytes
        head += Array("RIFF".utf8)
        put(Self.header - 8 + data, bytes: 4)
        head += Array("WAVEfmt ".utf8)
        put(16, bytes: 4)
        // PCM
        put(1, bytes: 2)
        put(channels, bytes: 2)
        put(sampleRate, bytes: 4)
        put(sampleRate * frameBytes, bytes: 4)
        put(frameBytes, bytes: 2)
        put(16, bytes: 2)
        head += Array("data".utf8)
        put(data, bytes: 4)
        return head
    }
}
