"""Scores by the program, `bearing score`."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from typing import Any


class ScoreError(Exception):
    """The program has found fault with the files: its own line."""


def score(
    references: str | os.PathLike[str], tracks: str | os.PathLike[str], *, program: str | os.PathLike[str] = "bearing",
) -> dict[str, Any]:
    """Scores tracks against references: two folders of csv files, or two files. The object of `bearing score --json`.

    OSError where the program is not there, ScoreError where it ends with an error.
    """
    if not os.path.isfile(references):
        return _run(program, os.fspath(references), os.fspath(tracks))
    with tempfile.TemporaryDirectory() as folder:
        places = []
        for name, source in (("references", references), ("tracks", tracks)):
            place = pathlib.Path(folder) / name
            place.mkdir()
            shutil.copyfile(source, place / "recording.csv")
            places.append(os.fspath(place))
        return _run(program, *places)


def _run(program: str | os.PathLike[str], *folders: str) -> dict[str, Any]:
    answer = subprocess.run([os.fspath(program), "score", *folders, "--json"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise ScoreError(answer.stderr.strip() or f"{os.fspath(program)} score ended with {answer.returncode}")
    scores: dict[str, Any] = json.loads(answer.stdout)
    return scores
