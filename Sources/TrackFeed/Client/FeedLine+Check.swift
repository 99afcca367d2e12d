extension FeedLine {
    private static let numbers = -1e9...1e9

    /// Whether the values are within a daemon's ranges. The server may be any program, and a picture is drawn from the values.
    var isPossible: Bool {
        let figures =
            [load ?? 0] + (levelDbfs ?? []).map { $0 ?? 0 }
            + (tracks ?? []).flatMap { [$0.azimuth, $0.elevation, $0.activity, $0.age, $0.levelDbfs ?? 0] }
        let counts = [seq, overruns, droppedBlocks, maxTracks].map { $0 ?? 0 } + (tracks ?? []).map(\.id)
        return figures.allSatisfy { Self.numbers.contains($0) } && counts.allSatisfy { $0 >= 0 && $0 < 1 << 53 }
            && (maxTracks ?? 0) <= 100 && (tracks ?? []).count <= 100 && (levelDbfs ?? []).count <= 100
    }
}
