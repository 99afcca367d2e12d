"""Tracks and references as `bearing score` reads them, block by block. Standard library only."""

from __future__ import annotations

import csv
import math
from collections import namedtuple
from pathlib import Path

from .program import Unfit

JUMP_DEGREES = 30.0  # between frames: more is another event

# `identity`: of the event, or of the predicted track. `kind` and `track` are the csv's columns.
Source = namedtuple("Source", "identity azimuth elevation kind track")


def angle(a: Source, b: Source) -> float:
    """Degrees between two sources, by the haversine formula, which does not round small angles."""
    up, across = math.radians(b.elevation - a.elevation), math.radians(b.azimuth - a.azimuth)
    level = math.cos(math.radians(a.elevation)) * math.cos(math.radians(b.elevation))
    return math.degrees(2 * math.asin(math.sqrt(min(1, math.sin(up / 2) ** 2 + level * math.sin(across / 2) ** 2))))


def rows(path: str | Path) -> list[tuple[int, int, int, float, float]]:
    """(frame, class, track, azimuth, elevation) of a csv, the first of rows that repeat frame, class and track."""
    found = {}
    with open(path, newline="") as file:
        for line, row in enumerate(csv.reader(file), 1):
            if not row:
                continue
            try:
                frame, kind, track, azimuth, elevation = map(float, row)
            except ValueError:
                raise Unfit(f"{path}:{line}: expected 5 numbers frame,class,track,azimuth,elevation, found {row}") from None
            key = int(frame), int(kind), int(track)
            found.setdefault(key, (*key, azimuth, elevation))
    return [found[key] for key in sorted(found)]


def references(path: str | Path) -> list[list[Source]]:
    """[block][Source]: a source is one class and track without a missing frame and without a jump of over 30 degrees."""
    blocks, latest, count = [], {}, 0
    for frame, kind, track, azimuth, elevation in rows(path):
        while len(blocks) <= frame:
            blocks.append([])
        source, before = Source(count, azimuth, elevation, kind, track), latest.get((kind, track))
        if before and before[0] == frame - 1 and angle(before[1], source) <= JUMP_DEGREES:
            source = source._replace(identity=before[1].identity)
        else:
            count += 1
        latest[kind, track] = frame, source
        blocks[frame].append(source)
    return blocks


def predictions(path: str | Path) -> list[list[Source]]:
    """[block][Source]: identities are the values of the track column."""
    blocks = []
    for frame, kind, track, azimuth, elevation in rows(path):
        while len(blocks) <= frame:
            blocks.append([])
        blocks[frame].append(Source(track, azimuth, elevation, kind, track))
    return blocks


def speeds(blocks: list[list[Source]], reach: int = 5) -> list[list[float]]:
    """[block][source] degrees a second: between the first and the last label of its event within `reach` blocks."""
    places = {}
    for k, sources in enumerate(blocks):
        for source in sources:
            places.setdefault(source.identity, {})[k] = source
    result = []
    for k, sources in enumerate(blocks):
        result.append([])
        for source in sources:
            near = [n for n in range(k - reach, k + reach + 1) if n in places[source.identity]]
            path = angle(places[source.identity][near[0]], places[source.identity][near[-1]])
            result[-1].append(path / (0.1 * max(near[-1] - near[0], 1)))
    return result
