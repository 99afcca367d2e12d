#!/usr/bin/env python3
"""Writes labelled test scenes in the TAU-NIGENS layout, from pyroomacoustics' image sources.

Independent of `bearing synth` on purpose: accuracy on these scenes cannot come from having learnt one simulator.

    test-scenes.py --sounds FOLDER [FOLDER...] --out DIR [--recordings 12] [--seconds 60] [--seed 1] [--fold 1]

Each recording is its own room: 4-9 x 3.5-7 x 2.4-3.6 m, RT60 0.25-0.9 s, diffuse background at 6-30 dB SNR; odd
recordings have one source at a time, even ones up to two, half of them moving at 5-40 degrees a second. Writes
foa_dev/, mic_dev/ (rigid sphere, 4.2 cm) and metadata_dev/. The same arguments give the same files. Packages:
oracles/requirements.txt; ffmpeg for .g722 sounds.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import soundfile

from scenes.array import SAMPLE_RATE
from scenes.recording import random_recording
from scenes.sounds import Library


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sounds", nargs="+", required=True, metavar="FOLDER", help="recordings; each folder is a class")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recordings", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fold", type=int, default=1, choices=range(1, 7))
    parser.add_argument("--dry", action="store_true", help="direct sound only, no background: to check the labels")
    options = parser.parse_args()

    library = Library(options.sounds)
    for folder in ("foa_dev", "mic_dev", "metadata_dev"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    for number in range(1, options.recordings + 1):
        rng = np.random.default_rng([options.seed, number])
        overlap = 2 - number % 2
        audio, rows, facts = random_recording(rng, library, overlap, options.seconds, options.dry)
        name = f"fold{options.fold}_room{number}_mix{number:03d}_ov{overlap}"
        for folder, channels in (("foa_dev", audio[:, :4]), ("mic_dev", audio[:, 4:])):
            soundfile.write(options.out / folder / f"{name}.wav", channels, SAMPLE_RATE, subtype="PCM_16")
        with open(options.out / "metadata_dev" / f"{name}.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        print(f"{name}: {facts}", flush=True)


if __name__ == "__main__":
    main()
