"""accuracy level: the same recordings quieter and louder."""

import tempfile
from pathlib import Path

from . import program, systems, tables

ABOUT = "what -30 dB and +6 dB of gain change"
DETAIL = """The recordings must be float files (test-scenes.py --float), so that a gain neither rounds nor clips them. A tracker
that does not care about level gives the same rows; the share of rows that it gives at every gain is told too."""
DEFAULT_BASELINES = ["music-foa", "srp-mic"]
GAINS = [-30.0, 6.0]  # dB


def run(options, trackers, kept):
    result = {}
    for tracker in trackers:
        paths = systems.recordings(options.dataset, tracker.form)[:options.recordings]
        require_float(paths)
        plain = tracker.track(paths, kept)
        told = {"0": {"pooled": pooled(options, plain, paths)}}
        for gain in GAINS:
            with tempfile.TemporaryDirectory() as scratch:
                louder = [amplified(path, Path(scratch), gain) for path in paths]
                folder = tracker.track(louder, Path(scratch) / "tracks")
                told[f"{gain:+.0f}"] = {
                    "pooled": pooled(options, folder, paths), "same_rows_percent": same_rows(plain, folder, paths)}
        result[tracker.name] = told
    return result


def pooled(options, folder, paths):
    names = [path.stem for path in paths]
    return program.score(options.program, options.dataset / "metadata_dev", folder, names)["pooled"]


def require_float(paths):
    import soundfile
    for path in paths:
        if (found := soundfile.info(path).subtype) not in ("FLOAT", "DOUBLE"):
            raise program.Unfit(f"{path}: expected a float file, found {found}: make the set with test-scenes.py --float")


def amplified(path, folder, gain):
    """Path of a copy, `gain` dB louder, of the same name."""
    import numpy
    import soundfile
    samples, rate = soundfile.read(path, dtype="float32")
    soundfile.write(folder / path.name, samples * numpy.float32(10 ** (gain / 20)), rate, subtype="FLOAT")
    return folder / path.name


def same_rows(before, after, paths):
    """Percent of the rows of two folders of csv files that both have."""
    same = all_rows = 0
    for path in paths:
        one, other = (set((folder / f"{path.stem}.csv").read_text().split()) for folder in (before, after))
        same, all_rows = same + len(one & other), all_rows + len(one | other)
    return 100 * same / all_rows if all_rows else 100.0


def markdown(result):
    rows = []
    for name, told in result.items():
        plain = told["0"]["pooled"]
        rows.append([name, "0 dB", *(tables.cell(plain[kind][key], form) for kind, key, form, _ in SHOWN), "–"])
        for gain, at in told.items():
            if gain != "0":
                changes = (tables.change(at["pooled"][kind][key], plain[kind][key], form) for kind, key, _, form in SHOWN)
                rows.append([name, f"{gain} dB", *changes, f"{at['same_rows_percent']:.1f} %"])
    return tables.table(["tracker", "gain", "LE", "LR", "MOTA", "IDF1", "same rows"], rows)


SHOWN = [
    ("paper", "localization_error_degrees", "{:.1f}°", "{:+.2f}°"), ("paper", "recall", "{:.1f} %", "{:+.2f}"),
    ("clear", "mota", "{:.1f} %", "{:+.2f}"), ("clear", "idf1", "{:.1f} %", "{:+.2f}"),
]
