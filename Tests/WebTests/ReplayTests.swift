import Audio
import Foundation
import TestSupport
import Testing

@testable import Web

@Suite struct ReplayTests {
    private let folder = TemporaryFolder()

    /// Four channels of a value each in every frame.
    private func write(_ name: String, frames: Int, channels: [Float], rate: Int = 24000) throws -> String {
        let path = folder.file(name)
        let writer = try AudioFileWriter(path: path, encoding: .waveFloat, sampleRate: rate, channels: channels.count)
        let samples = (0..<frames).flatMap { frame in channels.map { $0 * Float(frame % 100) / 100 } }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    private func lines(_ data: [UInt8]) throws -> [(t: Double, line: [String: Any])] {
        try String(decoding: data, as: UTF8.self).split(separator: "\n").map { text in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            return (try #require(object["t"] as? Double), try #require(object["line"] as? [String: Any]))
        }
    }

    private func pair(_ name: String, number: Int, time: Double, value: Float, seq: Int) throws {
        _ = try write("\(name).wav", frames: 2400, channels: [value, value / 2, 0, 0])
        let text = """
            {"type":"recording","protocol":1,"number":\(number),"format":"foa","model":"models/m.safetensors","time":\(time),"continues":0}
            {"type":"tracks","seq":\(seq),"time":\(time + 0.1),"tracks":[{"id":\(seq),"azimuth":10,"elevation":0,"activity":1,"age":0}]}

            """
        try text.write(toFile: folder.file("\(name).jsonl"), atomically: true, encoding: .utf8)
    }

    @Test func aFolderIsOneRecordingInTheOrderOfItsNumbers() throws {
        try pair("bearing-20260102T000000.000Z", number: 1, time: 5000, value: 0.5, seq: 1)
        try pair("bearing-20260101T000000.000Z", number: 2, time: 4000, value: 0.25, seq: 2)
        try "x".write(toFile: folder.file("other.jsonl"), atomically: true, encoding: .utf8)
        let replay = try Replay(folder: folder.path)
        #expect(replay.sound.seconds == 0.2 && replay.sound.channels == 2)
        let found = try lines(replay.tracks)
        #expect(found.map(\.t) == [0.1, 0.2] && found.map { $0.line["seq"] as? Int } == [1, 2])
        #expect(!replay.summary.contains("elevation"), "an older recording")
        #expect(replay.summary.contains(#""name":"\#(folder.path.split(separator: "/").last!)","seconds":0.2,"blocks":2,"labels":null"#))
        // Frame 50 of each piece: W and Y make (W + Y) / 2 and (W - Y) / 2.
        for (frame, value) in [(50, 0.25), (2450, 0.125)] {
            let bytes = replay.sound.bytes(44 + 4 * frame..<44 + 4 * frame + 4)
            let samples = [0, 2].map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
            #expect(abs(Double(samples[0]) / 32767 - 0.75 * value) < 1e-4 && abs(Double(samples[1]) / 32767 - 0.25 * value) < 1e-4)
        }
    }

    @Test func theSoundIsTheSameInWhateverPieces() throws {
        let sound = try WaveSound(
            [try write("a.wav", frames: 1000, channels: [0.9]), try write("b.wav", frames: 777, channels: [0.5, 0.1])], mix: .cardioids)
        #expect(sound.channels == 1 && sound.count == 44 + 2 * 1777)
        let whole = sound.bytes(0..<sound.count)
        #expect(whole.count == sound.count && String(decoding: whole[0..<4], as: UTF8.self) == "RIFF")
        for step in [1, 7, 45, 1000] {
            let pieces = stride(from: 0, to: sound.count, by: step).flatMap { sound.bytes($0..<min($0 + step, sound.count)) }
            #expect(pieces == whole, "pieces of \(step)")
        }
        // Any reader of WAV takes it.
        try Data(whole).write(to: URL(fileURLWithPath: folder.file("c.wav")))
        let reader = try AudioFileReader(path: folder.file("c.wav"))
        #expect(reader.frames == 1777 && reader.channels == 1 && reader.sampleRate == 24000)
    }

    @Test func aFileHasTracksAndLabelsOfItsOwn() throws {
        let audio = try write("x.wav", frames: 24000, channels: [0.5, 0, 0, 0], rate: 48000)
        try "0,0,3,10,5\n2,0,3,20,5\n2,1,4,-20,0\n".write(toFile: folder.file("x.csv"), atomically: true, encoding: .utf8)
        try "2,1,0,200,5\n".write(toFile: folder.file("ref.csv"), atomically: true, encoding: .utf8)
        let replay = try Replay(audio: audio, tracks: folder.file("x.csv"), reference: folder.file("ref.csv"), isAmbisonics: false)
        #expect(replay.sound.seconds == 0.5 && replay.sound.channels == 1)
        let tracks = try lines(replay.tracks)
        #expect(tracks.map(\.t) == [0.1, 0.3])
        let ids = (tracks[1].line["tracks"] as? [[String: Any]])?.compactMap { $0["id"] as? Int }
        #expect(ids == [3, 4])
        let references = try lines(try #require(replay.references))
        let label = try #require((references[0].line["tracks"] as? [[String: Any]])?.first)
        #expect(label["class"] as? Int == 1 && label["azimuth"] as? Double == -160)
        try #"{"frame":0,"tracks":[]}"#.write(toFile: folder.file("x.jsonl"), atomically: true, encoding: .utf8)
        let other = try Replay(audio: audio, tracks: folder.file("x.jsonl"), reference: nil, isAmbisonics: true)
        #expect(try lines(other.tracks).map(\.t) == [0.1] && other.sound.channels == 2 && other.references == nil)
    }

    @Test func whatCannotBeReplayedIsNamed() throws {
        #expect(throws: WebError.self) { try Replay(folder: folder.path) }
        let audio = try write("x.wav", frames: 10, channels: [0])
        try "{\"frame\":0,\"tracks\":[]}\nnonsense\n".write(toFile: folder.file("x.jsonl"), atomically: true, encoding: .utf8)
        let error = #expect(throws: WebError.self) {
            try Replay(audio: audio, tracks: folder.file("x.jsonl"), reference: nil, isAmbisonics: false)
        }
        #expect(error?.description.contains("x.jsonl:2: expected a JSON object") == true)
        let other = try write("y.wav", frames: 10, channels: [0], rate: 8000)
        #expect(throws: WebError.self) { try WaveSound([audio, other], mix: .first) }
        #expect(throws: WebError.self) {
            try Replay(audio: folder.file("none.wav"), tracks: folder.file("x.jsonl"), reference: nil, isAmbisonics: false)
        }
    }

    @Test(
        arguments: [
            (nil, .all), ("bytes=0-", .part(0..<100)), ("bytes=10-19", .part(10..<20)), ("bytes=90-200", .part(90..<100)),
            ("bytes=-5", .part(95..<100)), ("bytes=-500", .part(0..<100)), ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=5-4", .all), ("bytes=a-b", .all), ("bytes=1-2,4-5", .all), ("chars=1-2", .all), ("bytes=-", .all), ("bytes=--5", .all),
            ("bytes=99999999999999999999-", .all),
        ] as [(String?, SoundRange.Asked)])
    func rangesAreThoseOfTheStandard(_ header: String?, _ asked: SoundRange.Asked) {
        #expect(SoundRange.asked(header, of: 100) == asked)
    }
}
