#!/usr/bin/env python3
"""Writes labelled test scenes in the TAU-NIGENS layout, from pyroomacoustics' image sources.

Independent of `bearing synth` on purpose: accuracy on these scenes cannot come from having learnt one simulator.

    test-scenes.py --sounds FOLDER [FOLDER...] --out DIR [--recordings 12] [--seconds 60] [--seed 1] [--fold 1] [--float]
                   [--overlap 3]
    test-scenes.py --background-only --out DIR [--recordings 20] ...

Each recording is its own room: 4-9 x 3.5-7 x 2.4-3.6 m, RT60 0.25-0.9 s, diffuse background at 6-30 dB SNR; odd
recordings have one source at a time, even ones up to two (all up to --overlap, if given), half of them moving at 5-40
degrees a second. With --background-only nothing but the background: odd recordings a diffuse one, even ones with a fan
in a room over it.

Writes foa_dev/, mic_dev/ (rigid sphere, 4.2 cm), metadata_dev/ and facts.jsonl, an object for each recording: its name,
room, rt60 in seconds, snr in dB, overlap, moving_share and its events with motion, distance and level, so that figures
can be grouped. The same arguments give the same files; recording N does not depend on how many there are. Packages:
tools/oracles/requirements.txt; ffmpeg for .g722 sounds.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tools/
from scenes.background_only import random_background
from scenes.microphone import SAMPLE_RATE
from scenes.receivers import TauNigens
from scenes.recording import random_recording
from scenes.sounds import Library


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    content = parser.add_mutually_exclusive_group(required=True)
    content.add_argument("--sounds", nargs="+", metavar="FOLDER", help="recordings; each folder is a class")
    content.add_argument("--background-only", action="store_true", help="no sources: to count false tracks")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recordings", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fold", type=int, default=1, choices=range(1, 7))
    parser.add_argument("--overlap", type=int, choices=range(1, 5), help="sources at once in every recording, at most")
    parser.add_argument("--dry", action="store_true", help="direct sound only, no background: to check the labels")
    parser.add_argument("--float", action="store_true", help="32-bit float files, which a change of level does not round")
    options = parser.parse_args()

    library = Library(options.sounds) if options.sounds else None
    for folder in ("foa_dev", "mic_dev", "metadata_dev"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    with open(options.out / "facts.jsonl", "w") as facts_file:
        for number in range(1, options.recordings + 1):
            facts = write(options, library, number)
            print(json.dumps(facts), file=facts_file, flush=True)
            print(", ".join(f"{key} {value}" for key, value in facts.items() if key != "events"), flush=True)


def write(options: argparse.Namespace, library: Library | None, number: int) -> dict[str, Any]:
    """Writes recording `number`; its line of facts.jsonl."""
    rng = np.random.default_rng([options.seed, number])
    if library is None:
        overlap, rows = 0, []
        audio, facts = random_background(rng, TauNigens(), options.seconds, fan=number % 2 == 0)
    else:
        overlap = options.overlap or 2 - number % 2
        audio, rows, facts = random_recording(rng, TauNigens(), library, overlap, options.seconds, options.dry)
    name = f"fold{options.fold}_room{number}_mix{number:03d}_ov{overlap}"
    for folder, channels in (("foa_dev", audio[:, :4]), ("mic_dev", audio[:, 4:])):
        subtype = "FLOAT" if options.float else "PCM_16"
        soundfile.write(options.out / folder / f"{name}.wav", channels, SAMPLE_RATE, subtype=subtype)
    with open(options.out / "metadata_dev" / f"{name}.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return {"name": name} | facts


if __name__ == "__main__":
    main()
