import Dataset
import Formats
import Tracking

extension TableReport {
    /// The table with the paper's figures, the tracking scores with their intervals, and conclusions.
    public var markdown: String {
        var lines = ["# Table I of Adavanne, Politis and Virtanen (WASPAA 2021), reproduced", "", "    \(command)", ""]
        lines += paperTable
        for format in settings.formats { lines += ["", "## \(format.rawValue.uppercased())", ""] + details(format) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// This reproduction's figures, with the paper's in brackets.
    private var paperTable: [String] {
        let columns = settings.formats.flatMap { format in Self.paperFigures.map { "\(format.rawValue.uppercased()) \($0.title)" } }
        var lines = [
            "The paper's definitions; in brackets its own figures, which are of another data set unless this was TAU-NIGENS Spatial "
                + "Sound Events 2020. LE in degrees, MOTa and LR in percent; IDS counts every onset.", "",
            "| loss | " + columns.joined(separator: " | ") + " |",
            "|---|" + String(repeating: "---|", count: columns.count),
        ]
        for row in settings.rows {
            let cells = settings.formats.flatMap { format in
                let published = row.published(format)
                let theirs = [
                    published.localizationError, published.mota, published.switches.map { $0 / TableRow.publishedMinutes },
                    published.recall,
                ]
                return zip(Self.paperFigures, theirs).enumerated().map { index, pair in
                    // If all outputs count, only the error is meaningful.
                    let ours = index == 0 || row.hasActivity ? mean(results(format, row), pair.0) : nil
                    return "\(number(ours, 1)) (\(number(pair.1, 1)))"
                }
            }
            lines.append("| \(row.title) | " + cells.joined(separator: " | ") + " |")
        }
        return lines
    }

    private func details(_ format: DatasetFormat) -> [String] {
        let figures = [Self.paperFigures[0]] + Self.trackingFigures
        var lines = [
            "Tracks behind gates tuned on the validation recordings, matches within 20 degrees; in brackets 95 % intervals by jackknife over recordings. The last "
                + "column counts every output of every row, so that rows are comparable.", "",
            "| loss | seeds | " + figures.map(\.title).joined(separator: " | ") + " | LE, every output |",
            "|---|---|" + String(repeating: "---|", count: figures.count + 1),
        ]
        for row in settings.rows {
            let results = results(format, row)
            let cells = figures.map { figure in
                let range = interval(results, figure).map { " (\(number($0.low, 1)) to \(number($0.high, 1)))" } ?? ""
                return number(mean(results, figure), figure.decimals) + range
            }
            let all = number(mean(results, Self.paperFigures[0], everyOutput: true), 1)
            lines.append("| \(row.title) | \(results.count) | " + cells.joined(separator: " | ") + " | \(all) |")
        }
        return lines + [""] + conclusions(format)
    }

    private func conclusions(_ format: DatasetFormat) -> [String] {
        var lines: [String] = []
        let errors = Dictionary(errors(format).map { ($0.row, $0.error) }) { first, _ in first }
        if let mse = errors[.mse], let motp = errors[.motp] {
            let paper = TableRow.motp.published(format).localizationError / TableRow.mse.published(format).localizationError
            lines.append(
                "- LE of dMOTp is \(number(motp / mse, 2)) of that of MSE (in the paper \(number(paper, 2))).")
            if let activity = errors[.augmentedMOTpActivity] {
                let holds = mse > motp && motp > activity
                lines.append("- LE(MSE) > LE(dMOTp) > LE(dMOTp+Act): \(holds ? "holds" : "does not hold").")
            }
        }
        for figure in [Self.paperFigures[0], Self.paperFigures[3], Self.paperFigures[1]] + Self.trackingFigures {
            guard let effect = effect(format, figure) else { continue }
            lines.append(
                "- dMOTa changes \(figure.title) by \(signed(effect.estimate)) (\(signed(effect.low)) to \(signed(effect.high))): "
                    + "the interval \(effect.containsZero ? "contains" : "does not contain") 0.")
        }
        return lines
    }

    private func number(_ value: Double?, _ decimals: Int) -> String {
        value.flatMap { $0.isFinite ? $0.fixed(decimals) : nil } ?? "–"
    }

    private func signed(_ value: Double) -> String {
        let text = number(value, 2)
        return text.hasPrefix("-") ? text : "+" + text
    }
}
