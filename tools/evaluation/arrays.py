"""accuracy arrays: models on arrays of capsules that they were not made for."""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import mean
from typing import Any

from . import program, systems, tables

ABOUT = "the figures of models on each array of tools/scenes/array-scenes.py, their mean and the worst"
DETAIL = """DATASET is the folder that holds a data set with an array.toml for each array. Models of mic get the capsules and the array
file; for models of foa, the capsules are encoded to Ambisonics by it. The last rows are means over the arrays of a family
(names that differ by a number at the end), means over all, and the array of the lowest MOTA."""
DEFAULT_BASELINES = []


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    files = sorted(options.dataset.glob("*/array.toml"))
    if not files:
        raise program.Unfit(f"{options.dataset}: expected folders with an array.toml, found none: "
                            "make them with tools/scenes/array-scenes.py")
    result = {}
    for tracker in trackers:
        for file in files:
            dataset = file.parent
            used = systems.on_array(tracker, file, options.program)
            made = used.track(systems.recordings(dataset, used.form), kept / dataset.name)
            result.setdefault(tracker.name, {})[dataset.name] = program.score(options.program, dataset / "metadata_dev", made)["pooled"]
    return result


def markdown(result: dict[str, Any]) -> str:
    rows = []
    for tracker, arrays in result.items():
        rows += [[tracker, name, *tables.figures(scores)] for name, scores in arrays.items()]
        for family, members in families(arrays).items():
            rows.append([tracker, f"{family}, mean of {len(members)}", *averages(members)])
        rows.append([tracker, f"mean of {len(arrays)}", *averages(list(arrays.values()))])
        worst = min(arrays, key=lambda name: arrays[name]["clear"]["mota"])
        rows.append([tracker, f"worst: {worst}", *tables.figures(arrays[worst])])
    return tables.table(["tracker", "array", *tables.HEADINGS], rows)


def families(arrays: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Scores by the name before a number; families of one array are left out."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, scores in arrays.items():
        groups.setdefault(name.rstrip("0123456789").rstrip("-"), []).append(scores)
    return {family: members for family, members in groups.items() if len(members) > 1}


def averages(scores: list[dict[str, Any]]) -> list[str]:
    """Cells of the means over arrays; those of an array without the figure are left out."""
    cells = []
    for _, kind, key, form in tables.COLUMNS:
        values = [found for score in scores if (found := score.get(kind, {}).get(key)) is not None]
        cells.append(tables.cell(mean(values) if values else None, form))
    return cells
