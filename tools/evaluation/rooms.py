"""accuracy rooms: models on measured rooms, format by format."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import matching, program, systems, tables, tracks

ABOUT = "the figures of models on measured rooms, for every format of tools/scenes/measured-scenes.py"
DETAIL = """DATASET is the folder that holds foa/, foa-linear/, capsules/ and mic/; those that are there are used. Models of foa run on the
first three (capsules are encoded with arrays/r3vival.toml), models of mic on the last. A wrong track is one without a source
within 20 degrees in that block; the column is the number of those over the number of blocks."""
DEFAULT_BASELINES = []

# Folder -> (form of the models, array file of its capsules or None).
SETS = {"foa": ("foa", None), "foa-linear": ("foa", None), "capsules": ("foa", "r3vival"), "mic": ("mic", None)}


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    result = {}
    for name, (form, array) in SETS.items():
        dataset = options.dataset / name
        if not dataset.is_dir():
            continue
        for tracker in trackers:
            if tracker.form == form:
                used = tracker if array is None else systems.on_array(tracker, program.ROOT / "arrays" / f"{array}.toml", options.program)
                made = used.track(systems.recordings(dataset, used.form), kept / name)
                scores = program.score(options.program, dataset / "metadata_dev", made)
                result.setdefault(name, {})[tracker.name] = scores | {"wrong_tracks_per_block": wrong(dataset / "metadata_dev", made)}
    if not result:
        raise program.Unfit(f"{options.dataset}: expected some of the folders {', '.join(SETS)} that fit the models, found none: "
                            "make them with tools/scenes/measured-scenes.py")
    return result


def wrong(references: Path, made: Path) -> float:
    """Tracks without a source within the gate, over blocks up to the last label or track of each recording."""
    lost, blocks = 0, 0
    for path in sorted(made.glob("*.csv")):
        real, found = tracks.references(references / path.name), tracks.predictions(path)
        blocks += max(len(real), len(found))
        for block, predictions in enumerate(found):
            here = real[block] if block < len(real) else []
            lost += sum(all(tracks.angle(source, track) > matching.GATE_DEGREES for source in here) for track in predictions)
    return lost / blocks if blocks else 0.0


def markdown(result: dict[str, Any]) -> str:
    rows = [[name, tracker, *tables.figures(scores["pooled"]), tables.cell(scores["wrong_tracks_per_block"], "{:.2f}")]
            for name, trackers in result.items() for tracker, scores in trackers.items()]
    return tables.table(["set", "tracker", *tables.HEADINGS, "wrong tracks/block"], rows)
