import Audio
import Foundation
import TestSupport
import Testing

/// Several recordings at once, and one recording on two threads: nothing of the output depends on the number of threads.
@Suite(.timeLimit(.hang))
struct ParallelLocalizeTests {
    private let folder: BadInputFolder

    init() throws { folder = try BadInputFolder() }

    private func localize(_ threads: Int, _ arguments: String) throws -> BearingProcess.Result {
        let words = "localize --threads \(threads) --model @/good.safetensors \(arguments)"
        return try BearingProcess.run(words.replacing("@", with: folder.path).split(separator: " ").map(String.init))
    }

    private func contents(_ name: String) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(name)") {
            contents[file] = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)/\(file)"))
        }
        return contents
    }

    @Test func filesMessagesAndExitCodeAreThoseOfOneThread() throws {
        // Good recordings of different lengths between bad ones, so that later ones are finished first.
        var names: [String] = []
        for index in 0..<8 {
            names.append("@/\(index).wav")
            let writer = try AudioFileWriter(
                path: "\(folder.path)/\(index).wav", encoding: .wave16, sampleRate: 24_000, channels: 4)
            let samples = (0..<(9 - index) * 4 * 2400).map { Float($0 % 480) / 960 }
            try writer.write(samples.span)
            try writer.close()
            if index % 3 == 1 { names.append("@/none\(index).wav") }
        }
        names.insert("@/corrupt.wav", at: 3)
        let list = names.joined(separator: " ")
        let one = try localize(1, "\(list) --out @/one")
        #expect(one.status == 66 && one.error.contains("none1.wav") && one.error.contains("none7.wav"), "\(one.error)")
        for threads in [2, 5] {
            let several = try localize(threads, "\(list) --out @/several\(threads)")
            #expect(several.error == one.error && several.output == one.output && several.status == one.status)
            #expect(try contents("several\(threads)") == contents("one"))
        }
    }

    @Test func oneRecordingOnTwoThreadsHasTheSameTracks() throws {
        let one = try localize(1, "--joined @/good.wav @/good.wav --output jsonl")
        let two = try localize(2, "--joined @/good.wav @/good.wav --output jsonl")
        #expect(one.status == 0 && !one.output.isEmpty && two.output == one.output && two.error == one.error)
        let cut = try localize(2, "--joined @/good.wav @/corrupt.wav")
        #expect(cut.status == 65 && cut.output == "" && cut.error.contains("corrupt.wav"))
    }

    @Test func numbersOfThreadsAreChecked() throws {
        for wrong in [0, 1025] {
            let result = try localize(wrong, "@/good.wav")
            #expect(result.status == 64 && result.error.contains("--threads: expected 1 to 1024, found \(wrong)"), "\(result.error)")
        }
    }
}
