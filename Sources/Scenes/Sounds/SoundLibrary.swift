import Audio
import Files
import Fingerprints
package import Platform
import Synchronization

/// Recordings below some folders, decoded on first use and kept at 24 kHz, one channel.
///
/// A sound belongs to a collection (the first folder below the given one: a package) and to a speaker (its folder). The result
/// of a draw depends on the random source only, not on earlier draws.
public final class SoundLibrary: Sendable {
    public struct Speaker: Sendable {
        /// The collection, counted from 0: the class in labels.
        public let collection: Int
        public let files: [String]
        /// Total duration of the files in seconds.
        public let duration: Float
    }

    private struct Collection: Sendable {
        var duration: Float = 0
        /// Indices and draw weights of its speakers.
        var speakers: [Int] = []
        var weights: [Float] = []
    }

    /// Maximum duration of a file in seconds; only its beginning is used.
    static let longest = 60.0
    /// Minimum duration of a sound in seconds.
    static let shortest: Float = 0.2
    /// Samples kept in memory, 2 bytes each.
    private static let budget = 1 << 30

    public let speakers: [Speaker]
    public let fileCount: Int
    private let collections: [Collection]
    private let collectionWeights: [Float]
    private let cache = Mutex<(sounds: [String: [Int16]], samples: Int)>(([:], 0))
    /// Reasons by path.
    private let failures: Mutex<[String: String]>
    /// Files of unsupported formats.
    public let foreign: [String]

    /// Lists the files and reads their headers.
    ///
    /// - Throws: `ScenesError.missingFolder`, `noSounds`.
    public init(folders: [String]) throws {
        var unreadable: [String: String] = [:]
        var foreign: [String] = []
        var files: [String: (collection: String, files: [String], duration: Float)] = [:]
        for folder in folders {
            let found = try SoundFiles(below: folder)
            foreign += found.foreign
            for fault in found.faults { unreadable[folder] = fault.description }
            for path in found.paths {
                let reader: AudioFileReader
                do {
                    reader = try AudioFileReader(path: path)
                } catch {
                    unreadable[path] = error.description
                    continue
                }
                let seconds = Float(reader.frames) / Float(reader.sampleRate)
                guard seconds >= Self.shortest else { continue }
                let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
                let below = path.dropFirst(folder.count).split(separator: "/")
                let collection = folder + "/" + (below.count > 1 ? String(below[0]) : "")
                files[parent, default: (collection, [], 0)].files.append(path)
                files[parent]?.duration += min(seconds, Float(Self.longest))
            }
        }
        let names = Set(files.values.map(\.collection)).sorted()
        var speakers: [Speaker] = []
        var collections = [Collection](repeating: Collection(), count: names.count)
        for (_, entry) in files.sorted(by: { $0.key < $1.key }) {
            guard let collection = names.firstIndex(of: entry.collection) else { continue }
            collections[collection].speakers.append(speakers.count)
            collections[collection].weights.append(entry.duration.squareRoot())
            collections[collection].duration += entry.duration
            speakers.append(
                Speaker(collection: collection, files: entry.files.sorted(), duration: entry.duration))
        }
        guard !speakers.isEmpty else {
            throw ScenesError.noSounds(folders: folders, unreadable: unreadable.keys.sorted(), foreign: foreign)
        }
        self.speakers = speakers
        self.collections = collections
        fileCount = speakers.map(\.files.count).reduce(0, +)
        // Between equal shares and shares by length: small packages of rare sounds occur, but not too often.
        collectionWeights = collections.map { $0.duration.squareRoot() }
        failures = Mutex(unreadable)
        self.foreign = foreign
    }

    /// Files that could not be read or decoded so far and are not drawn: a line for each, with its path.
    public var skipped: [String] { failures.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }

    /// Total duration of all files in seconds, including silence.
    public var duration: Float { collections.map(\.duration).reduce(0, +) }

    /// Identifies this library independently of its location: the contents of each file, by a sample, with its speaker and
    /// collection.
    var digest: String {
        var digest = Digest()
        for speaker in speakers {
            digest.add(UInt64(speaker.collection))
            for file in speaker.files { digest.add((try? Digest.ofSample(file)) ?? 0) }
        }
        return digest.text
    }

    /// An event of one speaker: its sounds one after another, with short pauses, all equally loud.
    ///
    /// - Parameter seconds: wanted duration; the event is shorter if sounds run out.
    /// - Returns: samples of unit RMS level where not silent, and the class; nil if this draw found only unusable files.
    package func event(seconds: Float, using random: inout RandomSource) -> (samples: [Float], collection: Int)? {
        let collection = random.choose(collectionWeights)
        let drawn = random.choose(collections[collection].weights)
        let speaker = speakers[collections[collection].speakers[drawn]]
        let wanted = Int(seconds * Float(AudioFormat.sampleRate))
        var samples: [Float] = []
        samples.reserveCapacity(wanted)
        for _ in 0..<24 where samples.count < wanted {
            guard let sound = sound(speaker.files[random.index(below: speaker.files.count)]) else { continue }
            if !samples.isEmpty {
                let pause = Int(random.uniform(0.03...0.22) * Float(AudioFormat.sampleRate))
                if samples.count + pause >= wanted { break }
                samples.append(contentsOf: repeatElement(0, count: pause))
            }
            append(sound, Pauses.sanitized(of: sound, longest: wanted - samples.count, using: &random), to: &samples)
        }
        guard samples.count >= AudioFormat.sampleRate / 5 else { return nil }
        return (samples, speaker.collection)
    }

    /// Appends an excerpt at unit level, faded if it was cut outside a pause.
    private func append(_ sound: [Int16], _ excerpt: Pauses.Excerpt, to samples: inout [Float]) {
        let sound = sound[excerpt.range]
        // Otherwise 1 ms, against clicks.
        let rise = excerpt.cutsIn ? 120 : 24
        let fall = excerpt.cutsOut ? 720 : 24
        let gain = 1 / max(Self.level(sound), 1)
        for (index, value) in sound.enumerated() {
            let fade = min(1, min(Float(index + 1) / Float(rise), Float(sound.count - index) / Float(fall)))
            samples.append(Float(value) * gain * fade)
        }
    }

    /// RMS of the 20 ms pieces within 30 dB of the loudest one.
    static func level(_ sound: ArraySlice<Int16>) -> Float {
        let powers = Activity.powers(sound.count) { Float(sound[sound.startIndex + $0]) }
        let loudest = powers.max() ?? 0
        let sounding = powers.filter { $0 > loudest * 1e-3 }
        return sounding.isEmpty ? 0 : (sounding.reduce(0, +) / Float(sounding.count)).squareRoot()
    }

    /// A decoded file without silence at both ends; nil if it cannot be read or is too short.
    func sound(_ path: String) -> [Int16]? {
        if let known = cache.withLock({ $0.sounds[path] }) { return known.isEmpty ? nil : known }
        let decoded: [Int16]
        do {
            decoded = Self.trimmed(try Self.decode(path))
        } catch {
            failures.withLock { $0[path] = "\(error)" }
            decoded = []
        }
        let usable = decoded.count >= Int(Self.shortest * Float(AudioFormat.sampleRate)) ? decoded : []
        cache.withLock { cache in
            if cache.samples + usable.count > Self.budget { cache = ([:], 0) }
            cache.samples += usable.count
            cache.sounds[path] = usable
        }
        return usable.isEmpty ? nil : usable
    }

    /// The first minute of a file, its channels averaged, at 24 kHz, without offset and rumble, normalised to full scale.
    static func decode(_ path: String) throws -> [Int16] {
        let reader = try AudioFileReader(path: path)
        let frames = min(reader.frames, Int(longest * Double(reader.sampleRate)))
        let samples = try reader.readAll(atMost: frames)
        guard reader.unsoundSamples == 0 else {
            throw AudioError.notAudio(
                path: path, reason: "\(reader.unsoundSamples) samples that are not finite or beyond 2^32 times full scale")
        }
        let filled = min(frames, samples.count / reader.channels)
        var mono = [Float](repeating: 0, count: filled)
        for frame in 0..<filled {
            for channel in 0..<reader.channels { mono[frame] += samples[frame * reader.channels + channel] }
        }
        let resampler = try Resampler(from: reader.sampleRate, channels: 1)
        var result = [Float](repeating: 0, count: resampler.capacity(for: filled))
        var span = result.mutableSpan
        let produced = resampler.process(mono.span, into: &span, isEnd: true).produced
        var filter = HighPass(rate: Double(AudioFormat.sampleRate))
        for index in 0..<produced { result[index] = filter.step(result[index]) }
        let peak = result[..<produced].reduce(0) { max($0, abs($1)) }
        guard peak > 1e-5 else { return [] }
        return result[..<produced].map { Int16($0 / peak * 32_000) }
    }

    /// Without the pieces at both ends that are at least 45 dB below the loudest.
    static func trimmed(_ sound: [Int16]) -> [Int16] {
        let powers = Activity.powers(sound.count) { Float(sound[$0]) }
        let floor = (powers.max() ?? 0) * 3e-5
        guard let first = powers.firstIndex(where: { $0 > floor }), let last = powers.lastIndex(where: { $0 > floor })
        else { return [] }
        return Array(sound[first * Activity.piece..<min((last + 1) * Activity.piece, sound.count)])
    }
}
