import Audio
import Foundation
import Testing

@testable import bearing

/// `--channels` of every command with a source, and its errors.
@Suite struct ChannelOptionTests {
    private let folder: BadInputFolder

    init() throws {
        folder = try BadInputFolder()
        try write("six.wav", channels: 6) { channel, sample in
            channel == 0 || channel == 5 ? sample % 7 == 0 ? 0.5 : -0.5 : Self.sound(channel - 1, sample)
        }
        try write("four.wav", channels: 4) { channel, sample in Self.sound(channel, sample) }
    }

    private static func sound(_ channel: Int, _ sample: Int) -> Float { Float((sample &* 7919 &* (channel + 3)) % 1000) / 2000 - 0.25 }

    private func write(_ name: String, channels: Int, _ value: (Int, Int) -> Float) throws {
        let writer = try AudioFileWriter(path: "\(folder.path)/\(name)", encoding: .wave16, sampleRate: 24_000, channels: channels)
        let samples = (0..<24_000 * channels).map { value($0 % channels, $0 / channels) }
        try writer.write(samples.span)
        try writer.close()
    }

    private func run(_ command: String) throws -> BearingProcess.Result {
        try BearingProcess.run(command.replacing("@", with: folder.path).split(separator: " ").map(String.init))
    }

    private static let model = "--model @/good.safetensors"

    @Test func theFourChosenChannelsAreUsed() throws {
        let plain = try run("localize @/four.wav --output jsonl \(Self.model)")
        #expect(plain.status == 0 && plain.output.split(separator: "\n").count == 10)
        for channels in ["1,2,3,4", "1, 2, 3, 4", "1-4", "1-2,3-4"] {
            let words = "localize @/six.wav --output jsonl \(Self.model) --channels".replacing("@", with: folder.path).split(separator: " ")
                .map(String.init)
            #expect(try BearingProcess.run(words + [channels]).output == plain.output)
        }
        // Options beat the file.
        try "[input]\nchannels = [0, 1, 2, 5]\n".write(toFile: "\(folder.path)/six.toml", atomically: true, encoding: .utf8)
        #expect(try run("localize @/six.wav --output jsonl \(Self.model) --config @/six.toml --channels 1,2,3,4").output == plain.output)
        #expect(try run("localize @/six.wav --output jsonl \(Self.model) --config @/six.toml").output != plain.output)
        #expect(try run("check --source file:@/six.wav --socket @/s \(Self.model) --seconds 0 --channels 1,2,3,4").status == 0)
    }

    @Test(arguments: [
        "localize @/six.wav", "check --seconds 0 --source file:@/six.wav --socket @/s", "run --source file:@/six.wav --socket @/s",
    ])
    func invalidChannelsNameTheOption(_ command: String) throws {
        let six = try run("\(command) \(Self.model)")
        #expect(
            six.status == 65
                && six.error.contains("six.wav: expected 4 channels, found 6: choose 4 of them, counted from 0, with --channels"))
        let beyond = try run("\(command) \(Self.model) --channels 1,2,3,8")
        #expect(
            beyond.status == 65 && beyond.error.contains("six.wav: expected a channel 8 as the channel map says, found 6 channels, 0 to 5"))
        for count in [3, 5] {
            let found = try run("\(command) \(Self.model) --channels 1-\(count)")
            #expect(
                found.status == 78 && found.error.contains("channels: expected 4 channel numbers, those of W, Y, Z and X, found \(count)"))
        }
        for wrong in ["1,2", "1,2,3,3", "1,2,3,-4", "a,b,c,d", "0-8", "0-2-4", "3-1", "1-", "1,,2,3", "1,2,3,256"] {
            var words = "\(command) \(Self.model)".replacing("@", with: folder.path).split(separator: " ").map(String.init)
            words.append("--channels=\(wrong)")
            let result = try BearingProcess.run(words)
            #expect(
                [64, 78].contains(result.status) && result.error.contains("--channels: expected 3 to 8 different channel numbers"),
                "\(wrong): \(result.error)")
        }
    }

    @Test func channelsOfTheDemoCannotBeSelected() throws {
        let result = try run("check --source demo --channels 1,2,3,4 --socket @/s \(Self.model)")
        #expect(result.status == 78 && result.error.contains("--channels: expected a microphone or a file as source, found demo"))
    }
}
