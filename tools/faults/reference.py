"""The expected tracks of the audio that the daemon read: `bearing localize` on that audio, from its start."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from faults.microphone import write_wave

FRAMES_PER_BLOCK = 2400
# Half of the last digit that both write.
TOLERANCE = {"azimuth": 0.011, "elevation": 0.011, "activity": 0.0011, "age": 0.05}


def localize(program: str | Path, stretches: list, folder: Path) -> list[list[list[dict]]]:
    """Blocks of tracks for each stretch: a tuple of rate, channels, bytes a sample and frames."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    paths = []
    for number, (rate, channels, width, frames) in enumerate(stretches):
        paths.append(folder / f"stretch{number:04}.wav")
        write_wave(paths[-1], rate, channels, frames, width)
    subprocess.run(
        [program, "localize", *map(str, paths), "--output", "jsonl", "--out", str(folder)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    found = []
    for path in paths:
        lines = path.with_suffix(".jsonl").read_text().splitlines()
        found.append([json.loads(line)["tracks"] for line in lines])
    return found


class Comparison:
    """Compares tracks with references, segment by segment; ids may differ, but must not be reused."""

    def __init__(self) -> None:
        self.problems = []
        self.blocks = 0
        self.tracks = 0
        self.highest = 0

    def stretch(self, received: dict[int, list[dict]], expected: list[list[dict]], where: str) -> None:
        """`received`: tracks by block number of the stretch; `expected`: tracks of each block."""
        names = {}
        fresh = self.highest
        for block, tracks in received.items():
            if block >= len(expected):
                self.problems.append(f"{where}: block {block} is not in the audio that was read")
                return
            wanted = expected[block]
            if len(wanted) != len(tracks):
                self.problems.append(f"{where}, block {block}: expected {len(wanted)} tracks, found {len(tracks)}")
                return
            self.blocks += 1
            for track, other in zip(tracks, wanted):
                self.tracks += 1
                off = [key for key, most in TOLERANCE.items() if abs(track[key] - other[key]) > most]
                # Azimuths meet behind: -180 is 180.
                if off == ["azimuth"] and abs(abs(track["azimuth"] - other["azimuth"]) - 360) < 0.02:
                    off = []
                if off:
                    self.problems.append(f"{where}, block {block}: expected {other}, found {track}")
                    return
                name = names.setdefault(other["id"], track["id"])
                if name != track["id"]:
                    self.problems.append(f"{where}, block {block}: track {other['id']} was {name} and is {track['id']}")
                    return
        if len(set(names.values())) != len(names):
            self.problems.append(f"{where}: one id for two tracks: {names}")
        for name in names.values():
            if name <= fresh:
                self.problems.append(f"{where}: id {name} was used before")
            self.highest = max(self.highest, name)
