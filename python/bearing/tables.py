"""Files of tracks: csv and jsonl, to rows, NumPy arrays and pandas frames."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from .client import BLOCKS_PER_SECOND
from .events import Event

if TYPE_CHECKING:
    import numpy
    import pandas

#: Frames beyond this (about 28 hours) are taken for mistakes, as by the program.
FRAME_LIMIT = 1_000_000
EVENT_COLUMNS = ["id", "start", "end", "azimuth", "elevation", "level_dbfs"]


class TableError(ValueError):
    """A file that holds no tracks: its place, what was expected, what was found."""


class Row(NamedTuple):
    """A track in a frame of 100 ms, [frame / 10, (frame + 1) / 10) s. Degrees. What a file does not hold is NaN."""

    frame: int
    id: int
    azimuth: float
    elevation: float
    activity: float = math.nan
    age: float = math.nan
    level_dbfs: float = math.nan
    label: int = 0

    @property
    def time(self) -> float:
        """Seconds from the beginning of the file to that of the frame."""
        return self.frame / BLOCKS_PER_SECOND


def read_tracks(path: str | os.PathLike[str]) -> list[Row]:
    """The rows of a csv (frame,class,track,azimuth,elevation[,level]) or of a jsonl, of `localize` or of `run --record`.

    A sixth column is a level where it is negative, as of `localize --levels`, else a distance, which is skipped.
    """
    with open(path, encoding="utf-8", newline="") as file:
        try:
            if os.fspath(path).endswith(".jsonl"):
                return list(_jsonl_rows(file, os.fspath(path)))
            return list(_csv_rows(file, os.fspath(path)))
        except UnicodeDecodeError as error:
            raise TableError(f"{os.fspath(path)}: expected UTF-8, found an invalid byte at offset {error.start}") from error


def _csv_rows(lines: Iterable[str], path: str) -> Iterable[Row]:
    for number, columns in enumerate(csv.reader(lines), 1):
        if not columns:
            continue
        try:
            if len(columns) not in (5, 6):
                raise ValueError(f"{len(columns)} columns")
            frame, label, track = (int(text) for text in columns[:3])
            angles = [float(text) for text in columns[3:]]
            if not 0 <= frame < FRAME_LIMIT or not all(map(math.isfinite, angles)) or abs(angles[1]) > 90:
                raise ValueError(",".join(columns))
        except ValueError as error:
            raise TableError(f"{path}:{number}: expected frame,class,track,azimuth,elevation, found {error}") from None
        level = angles[2] if len(angles) == 3 and angles[2] < 0 else math.nan
        yield Row(frame, track, angles[0], angles[1], level_dbfs=level, label=label)


def _jsonl_rows(lines: Iterable[str], path: str) -> Iterable[Row]:
    first = None
    for number, line in enumerate(lines, 1):
        try:
            message = json.loads(line)
            if message.get("type", "tracks") != "tracks":
                continue
            frame = message["frame"] if "frame" in message else message["seq"]
            if "frame" not in message:
                first = frame if first is None else first
                frame -= first
            if not isinstance(frame, int) or not 0 <= frame < FRAME_LIMIT:
                raise ValueError(f"frame {frame!r}")
            for track in message["tracks"]:
                numbers = [track.get(name, math.nan) for name in ("activity", "age", "level_dbfs")]
                yield Row(frame, int(track["id"]), float(track["azimuth"]), float(track["elevation"]),
                          *(math.nan if value is None else float(value) for value in numbers))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise TableError(f"{path}:{number}: expected a line of tracks, found another ({error})") from None


def read_events(path: str | os.PathLike[str]) -> list[Event]:
    """The rows of `localize --output events`."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != EVENT_COLUMNS:
        found = ",".join(rows[0]) if rows else "nothing"
        raise TableError(f"{os.fspath(path)}:1: expected the header {','.join(EVENT_COLUMNS)}, found {found}")
    events = []
    for number, columns in enumerate(rows[1:], 2):
        try:
            track, start, end, azimuth, elevation, level = columns
            events.append(Event(int(track), float(start), float(end), float(azimuth), float(elevation), float(level)))
        except ValueError as error:
            raise TableError(
                f"{os.fspath(path)}:{number}: expected {','.join(EVENT_COLUMNS)}, found {','.join(columns)} ({error})") from None
    return events


def to_numpy(rows: Iterable[Row]) -> numpy.ndarray[Any, Any]:
    """A structured array: frame, time, id, azimuth, elevation, activity, age, level_dbfs, label."""
    import numpy

    fields: list[Any] = [("frame", "i8"), ("time", "f8"), ("id", "i8")]
    fields += [(name, "f8") for name in ("azimuth", "elevation", "activity", "age", "level_dbfs")] + [("label", "i8")]
    return numpy.array([(row.frame, row.time, *row[1:]) for row in rows], dtype=fields)


def to_pandas(rows: Iterable[Row]) -> pandas.DataFrame:
    """A frame with the same columns."""
    import pandas

    return pandas.DataFrame(to_numpy(rows))
