"""The built program: where it is, and its answers. Standard library only."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


class Unfit(Exception):
    """One line with what was expected, what was found and what to do."""


def find(given: str | Path | None = None) -> Path:
    """The program `bearing`: `given`, or the release build of this checkout."""
    if given is None:
        options = ["swift", "build", "-c", "release", "--show-bin-path"]
        folder = subprocess.run(options, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
        given = Path(folder) / "bearing"
    if not Path(given).exists():
        raise Unfit(f"{given}: expected the program, found none: run tools/build, or name it with --program")
    return Path(given).absolute()  # a name alone would be looked for on the path


def score(program: str | Path, references: Path, tracks: Path, names: list[str] | None = None) -> dict[str, Any]:
    """The output of `bearing score --json` for two folders of csv files, or only for the recordings `names` in them."""
    if names is None:
        return json.loads(answer([program, "score", references, tracks, "--json"]))
    with tempfile.TemporaryDirectory() as scratch:
        sides = [Path(scratch) / "references", Path(scratch) / "tracks"]
        for side, source in zip(sides, (references, tracks)):
            side.mkdir()
            for name in names:
                shutil.copy(Path(source) / f"{name}.csv", side)
        return score(program, *sides)


def answer(command: Sequence[str | Path]) -> str:
    """Standard output of a command; its own line of error where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise Unfit(f"{' '.join(str(part) for part in command[:2])}: {last[0]}")
    return done.stdout
