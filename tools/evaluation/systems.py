"""The trackers of a comparison: their commands, and the folders of their tracks. Standard library only."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .program import ROOT, Unfit, answer

FORMS = ("foa", "mic")
# Method of tools/baselines/baselines.py -> (name in tables, form).
BASELINES = {
    "silent": ("always silent", "foa"),
    "intensity": ("intensity vector, energy gate", "foa"),
    "histogram": ("intensity histogram, two peaks", "foa"),
    "music-foa": ("MUSIC + Kalman (FOA)", "foa"),
    "srp-foa": ("steered power + Kalman (FOA)", "foa"),
    "music-mic": ("MUSIC + Kalman (MIC)", "mic"),
    "srp-mic": ("SRP-PHAT + Kalman (MIC)", "mic"),
}


class System:
    """A tracker: `name` for tables, `slug` for folders, `form` of its input recordings."""

    def __init__(
        self, name: str, slug: str, form: str, command: Callable[[list[Path], Path], None], stamp: str,
        model: str | Path | None = None
    ) -> None:
        self.name, self.slug, self.form, self.command, self.stamp = name, slug, form, command, stamp
        self.model = model  # path of the model file; None for a baseline

    def track(self, recordings: list[Path], kept: str | Path) -> Path:
        """A folder with a csv for each of `recordings` (paths): kept/slug; existing files of the same tracker are kept."""
        out = Path(kept) / self.slug
        out.mkdir(parents=True, exist_ok=True)
        made = out / ".made-by"
        if not made.exists() or made.read_text() != self.stamp:
            for old in out.glob("*.csv"):
                old.unlink()
            made.write_text(self.stamp)
        missing = [path for path in recordings if not (out / f"{path.stem}.csv").exists()]
        if missing:
            self.command(missing, out)
        return out


def baseline(method: str) -> System:
    if method not in BASELINES:
        raise Unfit(f"baseline {method}: expected one of {', '.join(BASELINES)}")
    name, form = BASELINES[method]
    script = ROOT / "tools/baselines/baselines.py"
    sources = sorted(script.parent.glob("*.py"))

    def run(recordings: list[Path], out: Path) -> None:
        subprocess.run([sys.executable, script, method, *recordings, out], check=True, stdout=subprocess.DEVNULL)

    return System(name, method, form, run, digest(*sources))


def model(path: str | Path, program: str | Path) -> System:
    return localizer(path, program, input_format(path), [])


def on_array(system: System, file: Path, program: str | Path) -> System:
    """A model on the recordings of an array's capsules in mic_dev: as they are for a model of mic, encoded by `localize` for one of foa."""
    if system.model is None:
        raise Unfit(f"{system.name}: expected a model, found a baseline, which reads no capsules of {file}")
    form = "aformat" if system.form == "foa" else "mic"
    return localizer(system.model, program, "mic", ["--format", form, "--array", file], file)


def localizer(
    path: str | Path, program: str | Path, form: str, options: list[str | Path], *sources: str | Path
) -> System:
    def run(recordings: list[Path], out: Path) -> None:
        answer([program, "localize", *recordings, "--model", path, *options, "--out", out])

    return System(Path(path).stem, Path(path).stem, form, run, digest(path, program, *sources), path)


def digest(*paths: str | Path) -> str:
    return hashlib.sha256(b"".join(Path(path).read_bytes() for path in paths)).hexdigest()


def input_format(path: str | Path) -> str:
    """foa or mic: the input format that a model file states."""
    try:
        with open(path, "rb") as file:
            length = struct.unpack("<Q", file.read(8))[0]
            metadata = json.loads(file.read(min(length, 1 << 24)))["__metadata__"]
        form = metadata["features"].split("-")[0]
    except (OSError, struct.error, ValueError, KeyError) as error:
        raise Unfit(f"{path}: expected a model file, found an unreadable one ({error})") from None
    if form not in FORMS:
        raise Unfit(f"{path}: expected a model of foa or mic recordings, found features {metadata['features']}")
    return form


def recordings(dataset: str | Path, form: str) -> list[Path]:
    """Paths of a data set's recordings of one form."""
    folder = Path(dataset) / f"{form}_dev"
    found = sorted([*folder.glob("*.wav"), *folder.glob("*.flac")])
    if not found:
        raise Unfit(f"{folder}: expected recordings, found none: check the path")
    return found


def facts(dataset: str | Path) -> dict[str, dict[str, Any]]:
    """{name: facts} of facts.jsonl, which tools/scenes/test-scenes.py writes; empty without that file."""
    path = Path(dataset) / "facts.jsonl"
    if not path.exists():
        return {}
    with open(path) as file:
        return {entry["name"]: entry for entry in map(json.loads, file)}
