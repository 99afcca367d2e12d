"""Rows of frames summed up to a row for each track."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .client import BLOCKS_PER_SECOND

if TYPE_CHECKING:
    from .tables import Row


class Event(NamedTuple):
    """A track from its first frame to its last, in seconds and degrees. What is not known is NaN."""

    id: int
    start: float
    end: float
    azimuth: float
    elevation: float
    #: Of the mean power.
    level_dbfs: float = math.nan


def events(rows: Iterable[Row]) -> list[Event]:
    """An event for each track, in the order in which they begin.

    The direction is that of the mean vector, the level that of the mean power.
    """
    tracks: dict[int, list[Row]] = {}
    for row in rows:
        tracks.setdefault(row.id, []).append(row)
    found = [_event(track, sorted(each)) for track, each in tracks.items()]
    return sorted(found, key=lambda event: (event.start, event.id))


def _event(track: int, rows: list[Row]) -> Event:
    azimuth, elevation = mean_direction([(row.azimuth, row.elevation) for row in rows])
    power = sum(10 ** (row.level_dbfs / 10) for row in rows) / len(rows)
    return Event(
        track, rows[0].frame / BLOCKS_PER_SECOND, (rows[-1].frame + 1) / BLOCKS_PER_SECOND, azimuth, elevation,
        10 * math.log10(power) if power > 0 else math.nan if math.isnan(power) else -200.0)


def mean_direction(directions: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Azimuth and elevation of the sum of unit vectors; the front where it has no length."""
    x = y = z = 0.0
    for azimuth, elevation in directions:
        a, e = math.radians(azimuth), math.radians(elevation)
        x, y, z = x + math.cos(e) * math.cos(a), y + math.cos(e) * math.sin(a), z + math.sin(e)
    if math.sqrt(x * x + y * y + z * z) < 1e-9:
        return 0.0, 0.0
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))
