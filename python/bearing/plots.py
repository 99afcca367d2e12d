"""Pictures of tracks, with matplotlib."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .tables import Row

#: Distinct for readers who are blind to some colours (Okabe and Ito), one after the other for ids.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]


def timeline(
    rows: Iterable[Row], reference: Iterable[Row] = (), axes: Sequence[Axes] | None = None, *, elevation: str = "signed",
) -> Sequence[Axes]:
    """Azimuth above elevation over time, a colour for each track; references in grey behind them.

    elevation: "unsigned" draws elevations of tracks and references without sign (`Connection.elevation`).
    """
    if axes is None:
        from matplotlib import pyplot

        _, made = pyplot.subplots(2, 1, sharex=True, figsize=(10, 5))
        axes = list(made)
    rows, reference = list(rows), list(reference)
    is_unsigned = elevation == "unsigned"
    if is_unsigned:
        rows, reference = ([row._replace(elevation=abs(row.elevation)) for row in each] for each in (rows, reference))
    for axis, name, limit in zip(axes, ("azimuth", "elevation"), (180, 90)):
        axis.scatter([row.time for row in reference], [getattr(row, name) for row in reference], s=24, c="#bbbbbb", label="reference")
        _scatter(axis, rows, name)
        axis.set_ylabel(f"{name} / degrees")
        least = 0 if is_unsigned and name == "elevation" else -limit
        axis.set_ylim(least, limit)
        axis.set_yticks(range(least, limit + 1, limit // 2))
        axis.grid(alpha=0.3)
    axes[-1].set_xlabel("time / s")
    return axes


def levels(rows: Iterable[Row], axis: Axes | None = None) -> Axes:
    """Levels over time, of rows that have them."""
    axis = axis or _axis()
    _scatter(axis, [row for row in rows if not math.isnan(row.level_dbfs)], "level_dbfs")
    axis.set_xlabel("time / s")
    axis.set_ylabel("level / dBFS")
    axis.grid(alpha=0.3)
    return axis


def compass(rows: Iterable[Row], axis: Axes | None = None) -> Axes:
    """Directions from above: the front is up, the left is left, the zenith is in the middle."""
    axis = axis or _axis(projection="polar")
    polar: Any = axis
    polar.set_theta_zero_location("N")
    for track, each in _by_track(rows).items():
        polar.scatter([math.radians(row.azimuth) for row in each], [90 - abs(row.elevation) for row in each], s=8, c=_colour(track))
    polar.set_rlim(0, 90)
    polar.set_rticks([30, 60, 90], labels=["60°", "30°", "0°"])
    return axis


def _axis(**settings: str) -> Axes:
    from matplotlib import pyplot

    axis: Axes = pyplot.figure().add_subplot(**settings)
    return axis


def _scatter(axis: Axes, rows: Iterable[Row], name: str) -> None:
    for track, each in _by_track(rows).items():
        axis.scatter([row.time for row in each], [getattr(row, name) for row in each], s=6, c=_colour(track), label=f"{track}")


def _by_track(rows: Iterable[Row]) -> dict[int, list[Row]]:
    tracks: dict[int, list[Row]] = {}
    for row in rows:
        tracks.setdefault(row.id, []).append(row)
    return tracks


def _colour(track: int) -> str:
    return COLOURS[track % len(COLOURS)]
