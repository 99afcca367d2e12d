#!/usr/bin/env python3
"""Writes labelled test scenes for arrays of four capsules, from pyroomacoustics' image sources.

    array-scenes.py --sounds FOLDER [FOLDER...] --out DIR [--random 20] [--arrays FILE...] [--recordings 2] [--seconds 60] [--seed 1]

Independent of `bearing synth --array random` on purpose. Each array has a data set of its own: DIR/NAME/mic_dev/, metadata_dev/
and array.toml. All arrays receive the same rooms and sounds, as those of test-scenes.py: odd recordings with one source at a
time, even ones up to two. --random draws arrays in turn from four families: open tetrahedra of 1.5 to 6 cm, rigid spheres of 2.5 to
5 cm, cardioids of 0.8 to 2.5 cm, irregular open ones of 3 to 7 cm. The same arguments give the same files. `accuracy arrays` scores
them. Packages: tools/oracles/requirements.txt; ffmpeg for .g722 sounds.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tools/
from scenes import random_arrays
from scenes.microphone import SAMPLE_RATE
from scenes.receivers import CapsuleArray
from scenes.recording import random_recording
from scenes.sounds import Library


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sounds", nargs="+", required=True, metavar="FOLDER", help="recordings; each folder is a class")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--random", type=int, default=0, metavar="N", help="arrays to draw")
    parser.add_argument("--arrays", type=Path, nargs="*", default=[], metavar="FILE", help="array files")
    parser.add_argument("--recordings", type=int, default=2, help="of each array (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.random and not options.arrays:
        parser.error("expected --random, --arrays or both, found neither")

    library = Library(options.sounds)
    for path in options.arrays:
        shutil.copy(path, folder(options.out, path.stem) / "array.toml")
    for number in range(options.random):
        name, text = random_arrays.draw(options.seed, number)
        (folder(options.out, name) / "array.toml").write_text(text)
    for array in sorted(options.out.glob("*/array.toml")):
        for number in range(1, options.recordings + 1):
            write(array, options, library, number)
        print(array.parent.name, flush=True)


def folder(out: Path, name: str) -> Path:
    """The data set of an array, made if need be."""
    for part in ("mic_dev", "metadata_dev"):
        (out / name / part).mkdir(parents=True, exist_ok=True)
    return out / name


def write(array: Path, options: argparse.Namespace, library: Library, number: int) -> None:
    """Writes recording `number` as the array receives it."""
    rng = np.random.default_rng([options.seed, number])
    overlap = 2 - number % 2
    audio, rows, _ = random_recording(rng, CapsuleArray(array), library, overlap, options.seconds)
    name = f"fold1_room{number}_mix{number:03d}_ov{overlap}"
    soundfile.write(array.parent / "mic_dev" / f"{name}.wav", audio, SAMPLE_RATE, subtype="PCM_16")
    with open(array.parent / "metadata_dev" / f"{name}.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
