import ArgumentParser
import Platform

/// `--shard` of commands whose recordings several processes may divide, on one machine or many.
struct ShardOptions: ParsableArguments {
    @Option(
        name: .customLong("shard"),
        help: ArgumentHelp(
            "Process only part I of N, for example one for each machine; the parts together are the whole (docs/clusters.md).",
            valueName: "I/N"))
    var text: String?

    /// All of the work without the option.
    var shard: Shard { text.flatMap { Shard($0) } ?? .whole }

    func validate() throws {
        guard let text, Shard(text) == nil else { return }
        throw ValidationError("--shard: expected I/N with 1 <= I <= N <= \(Shard.most), such as 3/8, found \(text)")
    }
}
