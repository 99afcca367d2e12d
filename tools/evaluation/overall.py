"""accuracy table: every tracker on a whole data set."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import program, systems, tables

ABOUT = "LE, LR, MOTA, IDF1, HOTA and switches a minute of baselines and models, pooled over a data set"
DETAIL = """Every csv is scored by `bearing score`; its --help defines the figures. The JSON also holds each recording and
95 % confidence intervals."""
DEFAULT_BASELINES = list(systems.BASELINES)


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    result = {}
    for tracker in trackers:
        tracks = tracker.track(systems.recordings(options.dataset, tracker.form), kept)
        result[tracker.name] = program.score(options.program, options.dataset / "metadata_dev", tracks)
    return result


def markdown(result: dict[str, Any]) -> str:
    rows = [[name, *tables.figures(scores["pooled"])] for name, scores in result.items()]
    return tables.table(["tracker", *tables.HEADINGS], rows)
