import Audio
import Formats
import Foundation
import Geometry
import Glibc
import Platform
import Scenes
import Tensor
import TestSupport
import Testing

/// A folder that is removed with its test.
private final class Scratch {
    private let temporary = TemporaryFolder()
    var path: String { temporary.path }

    /// Noise bursts as sounds of two collections, and one file that is not sound.
    func sounds() throws -> SoundLibrary {
        for (number, name) in ["a/one", "a/two", "b/three"].enumerated() {
            let folder = "\(path)/sounds/\(name)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let writer = try AudioFileWriter(
                path: "\(folder)/noise.wav", encoding: .wave16, sampleRate: 16_000, channels: 1)
            let noise = bursts(seconds: 2, seed: UInt64(number)).map { 0.1 * $0 }
            try writer.write(noise.span)
            try writer.close()
        }
        try "no sound".write(toFile: "\(path)/sounds/broken.wav", atomically: true, encoding: .utf8)
        return try SoundLibrary(folders: ["\(path)/sounds"])
    }
}

@Suite struct DatasetTests {
    @Test func offsetsAndRumbleAreRemoved() throws {
        let scratch = Scratch()
        let writer = try AudioFileWriter(
            path: "\(scratch.path)/offset.wav", encoding: .wave16, sampleRate: 24_000, channels: 1)
        // A quiet tone of 1 kHz under an offset and a rumble of 12 Hz that are ten times as loud.
        let samples = (0..<48_000).map { sample -> Float in
            let t = Float(sample) / 24_000
            return 0.03 * sin(2 * .pi * 1000 * t) + 0.3 + 0.3 * sin(2 * .pi * 12 * t)
        }
        try writer.write(samples.span)
        try writer.close()
        var random = RandomSource(seed: 1)
        let sounds = try SoundLibrary(folders: [scratch.path])
        let (sound, _) = try #require(sounds.event(seconds: 1, using: &random))
        // 50 periods of the tone, after the transient of the filter.
        let middle = sound[6000..<7200]
        let mean = middle.reduce(0, +) / 1200
        let power = middle.reduce(0) { $0 + $1 * $1 } / 1200
        #expect(abs(mean) < 0.05 && abs(power - 1) < 0.1)
    }

    @Test func aSoundWithInvalidSamplesIsSkippedByName() throws {
        let scratch = Scratch()
        let path = "\(scratch.path)/odd.wav"
        let writer = try AudioFileWriter(path: path, encoding: .waveFloat, sampleRate: 24_000, channels: 1)
        var samples = (0..<24_000).map { Float($0 % 480) / 960 }
        (samples[9000], samples[9001]) = (.nan, 1e30)
        try writer.write(samples.span)
        try writer.close()
        let sounds = try SoundLibrary(folders: [scratch.path])
        var random = RandomSource(seed: 1)
        #expect(sounds.event(seconds: 1, using: &random) == nil)
        #expect(sounds.skipped.count == 1 && sounds.skipped[0].hasPrefix("\(path): expected"))
        #expect(sounds.skipped[0].contains("2 samples that are not finite"))
    }

    @Test func layoutAndLabelsAndThreads() throws {
        let scratch = Scratch()
        let sounds = try scratch.sounds()
        #expect(sounds.fileCount == 3 && sounds.skipped.count == 1)
        var settings = DatasetWriter.Settings()
        settings.recordings = 4
        settings.seconds = 4
        settings.folds = [3, 4]
        settings.formats = [.foa, .mic]
        settings.threads = 1
        let alone = try DatasetWriter(folder: "\(scratch.path)/alone", settings: settings, sounds: sounds)
        #expect(try alone.write() == 4)
        settings.threads = 3
        try DatasetWriter(folder: "\(scratch.path)/many", settings: settings, sounds: try scratch.sounds()).write()

        let names = (0..<4).map { alone.name($0) }
        #expect(names[0] == "fold3_room1_mix001_ov1" && names[3] == "fold4_room2_mix001_ov2")
        for folder in ["foa_dev", "mic_dev", "metadata_dev"] {
            let ending = folder == "metadata_dev" ? ".csv" : ".wav"
            let found = try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/alone/\(folder)").sorted()
            #expect(found == names.map { $0 + ending }.sorted())
            for name in found {
                let one = FileManager.default.contents(atPath: "\(scratch.path)/alone/\(folder)/\(name)")
                let other = FileManager.default.contents(atPath: "\(scratch.path)/many/\(folder)/\(name)")
                #expect(one != nil && one == other, "\(folder)/\(name)")
            }
        }
        for name in names {
            let audio = try AudioFileReader(path: "\(scratch.path)/alone/foa_dev/\(name).wav", channels: 4)
            #expect(audio.sampleRate == 24_000 && audio.frames == 96_000)
            let rows = try MetadataCSV.read("\(scratch.path)/alone/metadata_dev/\(name).csv").rows
            #expect(!rows.isEmpty && rows.allSatisfy { (0..<40).contains($0.frame) })
        }
    }

    @Test func recordingsShareRoomsOnRequest() throws {
        let scratch = Scratch()
        let sounds = try scratch.sounds()
        var settings = DatasetWriter.Settings()
        settings.recordings = 12
        settings.seconds = 4
        settings.folds = [3, 4]
        settings.recordingsPerRoom = 3
        let writer = try DatasetWriter(folder: "\(scratch.path)/shared", settings: settings, sounds: sounds)
        let scenes = (0..<12).map { writer.scene($0) }
        // Fold 3 has the even ones, three per room.
        func room(_ index: Int) -> [Float] {
            [scenes[index].room.size.x, scenes[index].room.size.y, scenes[index].array.position.x, scenes[index].array.position.y]
        }
        #expect(room(0) == room(2) && room(2) == room(4) && room(6) == room(8) && room(1) == room(5))
        #expect(room(0) != room(6) && room(0) != room(1))
        #expect(scenes[0].noiseSeed != scenes[2].noiseSeed)
        #expect(Set((0..<12).map { writer.name($0) }).count == 12)
        #expect(writer.name(4) == "fold3_room1_mix002_ov1" && writer.name(6) == "fold3_room2_mix002_ov2")
        settings.recordingsPerRoom = 1
        let alone = try DatasetWriter(folder: "\(scratch.path)/alone", settings: settings, sounds: sounds)
        #expect(alone.scene(0).room.size.x != alone.scene(2).room.size.x)
    }

    @Test(arguments: [1, 2, 4]) func everyRecordingHasTheRequestedOverlap(overlap: Int) throws {
        let scratch = Scratch()
        var settings = DatasetWriter.Settings()
        settings.recordings = 8
        settings.seconds = 4
        settings.folds = [3, 4]
        settings.overlap = overlap
        let writer = try DatasetWriter(folder: "\(scratch.path)/set", settings: settings, sounds: try scratch.sounds())
        for index in 0..<8 {
            #expect(writer.name(index).hasSuffix("_ov\(overlap)") && writer.scene(index).overlap == overlap)
        }
        #expect(Set((0..<8).map { writer.name($0) }).count == 8)
    }

    @Test func backgroundsAreAudibleAndHaveNoLabels() throws {
        let scratch = Scratch()
        var settings = DatasetWriter.Settings()
        settings.recordings = 4
        settings.seconds = 4
        settings.overlap = 2
        let writer = try DatasetWriter(folder: "\(scratch.path)/set", settings: settings, sounds: nil)
        try writer.write()
        for index in 0..<4 {
            let labels = try MetadataCSV.read("\(scratch.path)/set/metadata_dev/\(writer.name(index)).csv")
            #expect(labels.rows.isEmpty)
            let reader = try AudioFileReader(path: "\(scratch.path)/set/foa_dev/\(writer.name(index)).wav")
            #expect(reader.frames == 96_000)
            #expect(try reader.readAll().contains { abs($0) > 0.05 })
        }
        let scenes = (0..<40).map { writer.scene($0) }
        #expect(scenes.allSatisfy { $0.events.isEmpty && $0.overlap == 1 })
        #expect((20..<40).contains(scenes.count { !$0.ambience.sources.isEmpty }))
        #expect(scenes.flatMap(\.ambience.sources).contains { $0.level > 4 })
    }

    @Test func aSetOfAnotherArrayDescribesIt() throws {
        let scratch = Scratch()
        var settings = DatasetWriter.Settings()
        settings.recordings = 1
        settings.seconds = 4
        settings.formats = [.mic]
        let places: [SIMD3<Float>] = [[0.03, 0, 0], [0, 0.03, 0], [-0.03, 0, 0], [0, -0.03, 0.02]]
        let square = ArrayGeometry(
            name: "square", mount: .open, capsules: places.map { .init(position: $0, directivity: 0.5) })
        settings.array = square
        let sounds = try scratch.sounds()
        try DatasetWriter(folder: "\(scratch.path)/square", settings: settings, sounds: sounds).write()
        let told = try ArrayFile.load("\(scratch.path)/square/array.toml")
        #expect(told.name == "square" && told.capsules[3].position == square.capsules[3].position)
        #expect(told.capsules.allSatisfy { $0.directivity == 0.5 })
        settings.array = nil
        let usual = try DatasetWriter(folder: "\(scratch.path)/usual", settings: settings, sounds: sounds)
        try usual.write()
        let name = usual.name(0)
        func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: "\(scratch.path)/\(path)") }
        let labels = ["square", "usual"].map { bytes("\($0)/metadata_dev/\(name).csv") }
        let audio = ["square", "usual"].map { bytes("\($0)/mic_dev/\(name).wav") }
        #expect(labels[0] != nil && labels[0] == labels[1])
        #expect(audio[0] != nil && audio[1] != nil && audio[0] != audio[1])
    }

    @Test func everyRecordingOfRandomArraysDescribesItsOwn() throws {
        let scratch = Scratch()
        var settings = DatasetWriter.Settings()
        (settings.recordings, settings.seconds, settings.formats, settings.hasRandomArrays) = (2, 4, [.mic], true)
        let sounds = try scratch.sounds()
        let out = "\(scratch.path)/random"
        do {
            let writer = try DatasetWriter(folder: out, settings: settings, sounds: sounds)
            try writer.write()
            for index in 0..<2 {
                let described = try ArrayFile.load("\(out)/array_dev/\(writer.name(index)).toml")
                #expect(described.capsules.map(\.position) == writer.randomArray(index).nominal.capsules.map(\.position))
                let file = try AudioFileReader(path: "\(out)/mic_dev/\(writer.name(index)).wav")
                #expect(file.frames == 96_000 && file.channels == described.capsules.count)
            }
            #expect(writer.randomArray(0) != writer.randomArray(1))
        }
        // One array for all and one for each are not mixed in a folder.
        settings.hasRandomArrays = false
        settings.folds = [7]
        #expect(throws: ScenesError.otherArray(folder: out, there: "one of its own", now: "that of TAU-NIGENS")) {
            try DatasetWriter(folder: out, settings: settings, sounds: sounds)
        }
    }

    @Test func missingAndEmptyFoldersAreRefused() throws {
        let scratch = Scratch()
        #expect(throws: ScenesError.missingFolder(path: "/no/such/folder")) {
            try SoundLibrary(folders: ["/no/such/folder"])
        }
        #expect(throws: ScenesError.noSounds(folders: [scratch.path], unreadable: [], foreign: [])) {
            try SoundLibrary(folders: [scratch.path])
        }
    }
}

@Suite struct TrajectoryTests {
    @Test func noSourceMovesFasterThanItsSpeed() {
        let arc = Trajectory(
            start: Direction(azimuth: 10, elevation: 0), distance: 2, axis: Direction(azimuth: 100, elevation: 70),
            speed: 40, span: 70)
        for step in 0..<500 {
            let time = Float(step) * 0.02
            let moved = arc.direction(at: time).angle(to: arc.direction(at: time + 0.02))
            #expect(moved <= 0.02 * 40 + 1e-3)
        }
        #expect(arc.direction(at: 1).angle(to: arc.start) > 20)
    }

    @Test func activityBridgesShortPausesOnly() {
        var sound = [Float](repeating: 0, count: 24_000 * 3)
        for index in sound.indices where !(12_000..<19_200).contains(index) && !(36_000..<60_000).contains(index) {
            sound[index] = index % 2 == 0 ? 0.5 : -0.5
        }
        // 0.5 s, a pause of 0.3 s, 0.7 s, a pause of 1 s, 0.5 s; beginning in the second frame.
        #expect(Activity.frames(of: sound, from: 2400) == Array(1...15) + Array(26...30))
    }
}
