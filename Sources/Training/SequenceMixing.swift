public import Formats

/// What of a recording of one source at a time is needed to mix it with another one while training.
public struct MixableRecording: Sendable {
    public let audio: String
    /// Only recordings of the same room are mixed: the folder of the data set, the fold and the room.
    public let room: String
    public let references: ReferenceLabels

    public init(audio: String, room: String, references: ReferenceLabels) {
        self.audio = audio
        self.room = room
        self.references = references
    }
}

/// A part of a recording, from a block on.
public struct SequencePart: Sendable, Hashable {
    public let recording: Int
    public let firstBlock: Int

    public init(recording: Int, firstBlock: Int) {
        self.recording = recording
        self.firstBlock = firstBlock
    }
}

/// Which sequences of a training are sums of two: the augmentation of `RecordingPairs`, drawn anew in every step.
public struct SequenceMixing: Sendable {
    /// Of a sequence to be a sum.
    public let probability: Float
    /// Recordings that share a room with others, room by room.
    private let rooms: [[Int]]

    /// - Throws: `TrainingError.settings` where no two recordings can be mixed.
    public init(probability: Float, recordings: [LabelledRecording]) throws(TrainingError) {
        var rooms: [String: [Int]] = [:]
        for (index, recording) in recordings.enumerated() {
            if let mixable = recording.mixable { rooms[mixable.room, default: []].append(index) }
        }
        self.probability = probability
        self.rooms = rooms.values.filter { $0.count >= 2 }.sorted { $0[0] < $1[0] }
        guard !self.rooms.isEmpty else {
            throw .settings(
                "mix: expected training recordings to mix, two whose names say ov1 in the same fold and room, found none: "
                    + "leave the option out")
        }
    }

    /// Draws whether a sequence is a sum, and of what: every start of every recording that has a partner equally likely, then
    /// every partner, then every start in it.
    ///
    /// - Parameter starts: how many starts each recording has.
    /// - Returns: nil for a sequence that is no sum.
    func draw(
        starts: [Int], using random: inout RandomStream
    ) -> (first: SequencePart, second: SequencePart)? {
        guard Float.random(in: 0..<1, using: &random) < probability else { return nil }
        var position = Int.random(in: 0..<rooms.joined().reduce(0) { $0 + starts[$1] }, using: &random)
        for room in rooms {
            for recording in room {
                guard position >= starts[recording] else {
                    let others = room.filter { $0 != recording }
                    let partner = others[Int.random(in: 0..<others.count, using: &random)]
                    let start = Int.random(in: 0..<starts[partner], using: &random)
                    return (
                        SequencePart(recording: recording, firstBlock: position),
                        SequencePart(recording: partner, firstBlock: start)
                    )
                }
                position -= starts[recording]
            }
        }
        preconditionFailure("a position within the sum of all starts")
    }
}
