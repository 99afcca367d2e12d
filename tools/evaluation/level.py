"""accuracy level: the same recordings quieter and louder."""

from __future__ import annotations

import argparse
import itertools
import tempfile
from pathlib import Path
from typing import Any

from . import matching, program, systems, tables, tracks

ABOUT = "the effect of -30 dB and +6 dB of gain"
DETAIL = """The recordings must be float files (test-scenes.py --float), so that a gain neither rounds nor clips them. A tracker
that does not care about level gives the same tracks; the share of directions that are equal within a degree is shown too."""
DEFAULT_BASELINES = ["music-foa", "srp-mic"]
GAINS = [-30.0, 6.0]  # dB
SAME_DEGREES = 1.0


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    result = {}
    for tracker in trackers:
        paths = systems.recordings(options.dataset, tracker.form)[:options.recordings]
        require_float(paths)
        plain = tracker.track(paths, kept)
        scores = {"0": {"pooled": pooled(options, plain, paths)}}
        for gain in GAINS:
            with tempfile.TemporaryDirectory() as scratch:
                louder = [amplified(path, Path(scratch), gain) for path in paths]
                folder = tracker.track(louder, Path(scratch) / "tracks")
                scores[f"{gain:+.0f}"] = {
                    "pooled": pooled(options, folder, paths), "same_directions_percent": same_directions(plain, folder, paths)}
        result[tracker.name] = scores
    return result


def pooled(options: argparse.Namespace, folder: Path, paths: list[Path]) -> dict[str, Any]:
    names = [path.stem for path in paths]
    return program.score(options.program, options.dataset / "metadata_dev", folder, names)["pooled"]


def require_float(paths: list[Path]) -> None:
    import soundfile
    for path in paths:
        if (found := soundfile.info(path).subtype) not in ("FLOAT", "DOUBLE"):
            raise program.Unfit(f"{path}: expected a float file, found {found}: make the set with test-scenes.py --float")


def amplified(path: Path, folder: Path, gain: float) -> Path:
    """Path of a copy, `gain` dB louder, of the same name."""
    import numpy
    import soundfile
    samples, rate = soundfile.read(path, dtype="float32")
    soundfile.write(folder / path.name, samples * numpy.float32(10 ** (gain / 20)), rate, subtype="FLOAT")
    return folder / path.name


def same_directions(before: Path, after: Path, paths: list[Path]) -> float | None:
    """Percent of the directions of two folders of csv files that the other has, within a degree, in the same block."""
    same = total = 0
    for path in paths:
        sides = [tracks.predictions(folder / f"{path.stem}.csv") for folder in (before, after)]
        for one, other in itertools.zip_longest(*sides, fillvalue=[]):
            angles = [[tracks.angle(a, b) for b in other] for a in one]
            near = sum(angles[i][j] <= SAME_DEGREES for i, j in matching.cheapest(angles).items())
            same, total = same + 2 * near, total + len(one) + len(other)
    return 100 * same / total if total else 100.0


def markdown(result: dict[str, Any]) -> str:
    rows = []
    for name, scores in result.items():
        plain = scores["0"]["pooled"]
        rows.append([name, "0 dB", *(tables.cell(plain[kind][key], form) for kind, key, form, _ in SHOWN), "–"])
        for gain, at in scores.items():
            if gain != "0":
                changes = (tables.change(at["pooled"][kind][key], plain[kind][key], form) for kind, key, _, form in SHOWN)
                rows.append([name, f"{gain} dB", *changes, f"{at['same_directions_percent']:.1f} %"])
    return tables.table(["tracker", "gain", "LE", "LR", "MOTA", "IDF1", "same directions"], rows)


SHOWN = [
    ("paper", "localization_error_degrees", "{:.1f}°", "{:+.2f}°"), ("paper", "recall", "{:.1f} %", "{:+.2f}"),
    ("clear", "mota", "{:.1f} %", "{:+.2f}"), ("clear", "idf1", "{:.1f} %", "{:+.2f}"),
]
