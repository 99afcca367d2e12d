public import Dataset
import Formats
import Glibc
import Platform

/// A part of a recording, from a block on.
public struct SequencePart: Sendable, Hashable {
    public let recording: Int
    public let firstBlock: Int
    /// Amplitude relative to the recording.
    public let gain: Float

    public init(recording: Int, firstBlock: Int, gain: Float = 1) {
        (self.recording, self.firstBlock, self.gain) = (recording, firstBlock, gain)
    }
}

/// Selects sequences that are sums of two: the augmentation of `RecordingPairs`, drawn again in every step.
public struct SequenceMixing: Sendable {
    /// Probability that a sequence is a sum.
    public let probability: Float
    /// Maximum level difference of the second recording in decibels.
    public let level: Float
    /// Groups of recordings that may be mixed with each other.
    private let rooms: [[Int]]

    /// - Throws: `TrainingError.settings` if no two recordings can be mixed.
    public init(
        probability: Float, recordings: [LabelledRecording], partners: MixingPartners = .room, level: Float = 0
    ) throws(TrainingError) {
        var rooms: [[String]: [Int]] = [:]
        for (index, recording) in recordings.enumerated() {
            guard let mixable = recording.mixable else { continue }
            // The sum of what two arrays captured is what no array captures.
            rooms[[partners == .any ? "" : mixable.room, mixable.array], default: []].append(index)
        }
        self.probability = probability
        self.level = level
        self.rooms = rooms.values.filter { $0.count >= 2 }.sorted { $0[0] < $1[0] }
        guard !self.rooms.isEmpty else {
            throw .settings(
                "mix: expected training recordings to mix, two whose names say ov1"
                    + (partners == .room ? " in the same fold and room" : "") + ", found none: remove the option")
        }
    }

    /// Draws whether a sequence is a sum, and of which parts. Every start of every recording with a partner is equally likely,
    /// then every partner, then every start in it.
    ///
    /// - Parameter starts: the number of starts in each recording.
    /// - Returns: nil for a sequence that is not a sum.
    func draw(
        starts: [Int], using random: inout RandomStream
    ) -> (first: SequencePart, second: SequencePart)? {
        guard Float.random(in: 0..<1, using: &random) < probability else { return nil }
        var position = Int.random(in: 0..<rooms.joined().reduce(0) { $0 + starts[$1] }, using: &random)
        for room in rooms {
            for (place, recording) in room.enumerated() {
                guard position >= starts[recording] else {
                    let other = Int.random(in: 0..<room.count - 1, using: &random)
                    let partner = room[other < place ? other : other + 1]
                    let start = Int.random(in: 0..<starts[partner], using: &random)
                    return (
                        SequencePart(recording: recording, firstBlock: position),
                        SequencePart(recording: partner, firstBlock: start, gain: gain(using: &random))
                    )
                }
                position -= starts[recording]
            }
        }
        preconditionFailure("a position within the sum of all starts")
    }

    private func gain(using random: inout RandomStream) -> Float {
        level > 0 ? pow(10, Float.random(in: -level...level, using: &random) / 20) : 1
    }
}
