package import Configuration
import Geometry
package import TrackFeed

/// A message of OSC: its address and arguments, which are all floats.
package struct OSCMessage: Sendable, Hashable {
    package let address: String
    package let arguments: [Float]

    package init(address: String, arguments: [Float]) {
        self.address = address
        self.arguments = arguments
    }

    /// A template with the values of a track.
    /// - Parameter index: of the track's object, from 0.
    package init(_ template: OSCTemplate, _ track: FeedLine.Track, index: Int) {
        address = template.address.map { piece in
            switch piece {
            case .text(let text): text
            case .value(let value): "\(Int(Self.value(value, track, index)))"
            }
        }.joined()
        arguments = template.arguments.map { argument in
            switch argument {
            case .number(let number): number
            case .value(let value, let isNegated): (isNegated ? -1 : 1) * Float(Self.value(value, track, index))
            }
        }
    }

    private static func value(_ value: OSCTemplate.Value, _ track: FeedLine.Track, _ index: Int) -> Double {
        let direction = Direction(azimuth: Float(track.azimuth), elevation: Float(track.elevation))
        return switch value {
        case .n: Double(index + 1)
        case .index: Double(index)
        case .id: Double(track.id)
        case .azimuth: track.azimuth
        case .elevation: track.elevation
        case .x: Double(direction.x)
        case .y: Double(direction.y)
        case .z: Double(direction.z)
        case .activity: track.activity
        case .age: track.age
        // Of a daemon that reports none: silence.
        case .level: track.levelDbfs ?? -200
        }
    }
}

/// Which messages a block makes.
package struct OSCScene {
    private let configuration: OSCConfiguration
    private let messages: [OSCTemplate]
    private var slots: TrackSlots
    /// By object: the values of the latest block with a track.
    private var latest: [FeedLine.Track?]

    package init(_ configuration: OSCConfiguration) {
        self.configuration = configuration
        messages = configuration.messages.isEmpty ? configuration.preset.messages : configuration.messages
        let objects = configuration.objects == 0 ? configuration.preset.objects : configuration.objects
        slots = TrackSlots(objects)
        latest = Array(repeating: nil, count: objects)
    }

    /// In the order in which they are sent: what ended, what began, where everything is.
    package mutating func step(_ tracks: [FeedLine.Track]) -> [OSCMessage] {
        let placement = slots.place(tracks)
        var sent: [OSCMessage] = []
        for object in placement.ended {
            guard let track = latest[object] else { continue }
            sent += configuration.ended.map { OSCMessage($0, track, index: object) }
        }
        for (object, track) in placement.tracks.enumerated() {
            latest[object] = track
            guard let track else { continue }
            if placement.began.contains(object) { sent += configuration.began.map { OSCMessage($0, track, index: object) } }
            sent += messages.map { OSCMessage($0, track, index: object) }
        }
        return sent
    }

    /// What ends all tracks, where no daemon is.
    package mutating func clear() -> [OSCMessage] { step([]) }
}
