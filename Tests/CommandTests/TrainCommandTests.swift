import Foundation
import TestSupport
import Testing

@Suite struct TrainCommandTests {
    @Test func thePrintedConfigurationReadsBackTheSame() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let options = [
            "--filters", "9", "--gain-min", "-20", "--no-rotations", "--seed", "7", "--loss", "tracking", "--association", "exact",
            "--learning-rate", "0.0017", "--licence", "CC BY 4.0", "--cache", "\(folder)/features", "--patience", "3",
        ]
        let printed = try BearingProcess.run(["train", "--print-config"] + options)
        #expect(printed.status == 0 && printed.error == "")
        #expect(printed.output.contains("\nlicence = \"CC BY 4.0\"  # text; default: none\n"))
        let file = "\(folder)/t.toml"
        try Data(printed.output.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try BearingProcess.run("train", "--print-config", "--config", file).output == printed.output)
        let changed = try BearingProcess.run("train", "--print-config", "--config", file, "--filters", "10", "--rotations")
        #expect(
            changed.output
                == printed.output.replacing("\nfilters = 9 ", with: "\nfilters = 10 ").replacing(
                    "rotations = false  # true or false; default: true", with: "rotations = true  # true or false"))
    }

    @Test func missingArgumentsAreUsageErrors() throws {
        for arguments in [["train"], ["train", "--dataset", "/nowhere"], ["train", "--out", "/nowhere/run"]] {
            let result = try BearingProcess.run(arguments)
            #expect(result.status == 64 && result.output == "", "\(arguments)")
        }
    }
}
