"""accuracy background: tracks where there is no source."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import program, systems, tables, tracks
from .matching import GATE_DEGREES

ABOUT = "false tracks a minute on recordings of background only"
DETAIL = """DATASET comes of `test-scenes.py --background-only`. A false track is a track id; beside them the share of blocks with any
track. Recordings with a fan in the room are listed separately: a tracker that points at the fan is not wrong in the way that one
is that points anywhere, so the share of those tracks' blocks within 20 degrees of it is given."""
DEFAULT_BASELINES = ["intensity", "histogram", "music-foa", "srp-foa", "music-mic", "srp-mic"]


def counts(blocks: list[list[tracks.Source]], fact: dict[str, Any]) -> dict[str, float]:
    """Of one recording's predictions: minutes, tracks, blocks with a track, and blocks of tracks near the fan."""
    found = [source for block in blocks for source in block]
    near = 0
    if "azimuth" in fact:
        fan = tracks.Source(0, fact["azimuth"], fact["elevation"], 0, 0)
        near = sum(tracks.angle(source, fan) <= GATE_DEGREES for source in found)
    return {"minutes": fact["seconds"] / 60, "tracks": len({source.identity for source in found}),
            "busy_blocks": sum(1 for block in blocks if block), "track_blocks": len(found), "near_fan": near}


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    facts, result = systems.facts(options.dataset), {}
    for tracker in trackers:
        paths = systems.recordings(options.dataset, tracker.form)
        folder, kinds = tracker.track(paths, kept), {}
        for path in paths:
            fact = facts.get(path.stem, {})
            if "kind" not in fact:
                raise program.Unfit(f"{options.dataset}/facts.jsonl: expected the kind of {path.stem}, found none: make the "
                                    "set with test-scenes.py --background-only")
            one = counts(tracks.predictions(folder / f"{path.stem}.csv"), fact)
            total = kinds.setdefault(fact["kind"], dict.fromkeys(one, 0))
            for key, value in one.items():
                total[key] += value
        for total in kinds.values():
            total["tracks_per_minute"] = total["tracks"] / total["minutes"]
            total["busy_percent"] = 100 * total["busy_blocks"] / (600 * total["minutes"])
            total["near_fan_percent"] = 100 * total["near_fan"] / total["track_blocks"] if total["track_blocks"] else None
        result[tracker.name] = kinds
    return result


def markdown(result: dict[str, Any]) -> str:
    rows = []
    for name, kinds in result.items():
        for kind, total in kinds.items():
            near = tables.cell(total["near_fan_percent"], "{:.0f} %") if kind == "fan" else "–"
            rows.append([name, kind, f"{total['minutes']:.0f}", f"{total['tracks_per_minute']:.2f}",
                         f"{total['busy_percent']:.1f} %", near])
    headings = ["tracker", "background", "minutes", "false tracks/min", "time with a track", "of it at the fan"]
    return tables.table(headings, rows)
