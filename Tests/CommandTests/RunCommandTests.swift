import Foundation
import TestSupport
import Testing

@Suite struct RunCommandTests {
    @Test func thePrintedConfigurationHasTheEffectiveOptions() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let printed = try BearingProcess.run(
            "run", "--print-config", "--source", "demo", "--format", "foa", "--socket", "/run/b.sock", "--socket", "tcp:7420")
        #expect(printed.status == 0 && printed.error == "")
        #expect(printed.output.contains("\nsource = \"demo\"  # alsa:NAME, file:PATH or demo; default: \"alsa:default\"\n"))
        #expect(printed.output.contains("\npath = \"/run/b.sock\""))
        #expect(printed.output.contains("\n# loop = true "))
        let file = "\(folder)/b.toml"
        try Data(printed.output.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try BearingProcess.run("run", "--print-config", "--config", file).output == printed.output)
    }

    @Test func addressesThatAFileCannotContainAreReported() throws {
        let printed = try BearingProcess.run("run", "--print-config", "--socket", "/a", "--socket", "/b")
        #expect(printed.status == 0 && printed.error.contains("further addresses of --socket are omitted"))
    }
}
