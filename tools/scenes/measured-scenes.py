#!/usr/bin/env python3
"""Writes labelled scenes in the TAU-NIGENS layout from measured room impulse responses, those of tools/get-measured-rooms.

    measured-scenes.py --rooms measured-rooms --sounds FOLDER [FOLDER...] --out DIR [--recordings 12] [--seconds 40] [--seed 1]

Writes the same scenes once for each format, each a data set of its own:

    DIR/foa          W, Y, Z, X: measured below 1.8 kHz; above, the centre's pressure in the measured direction of arrival
    DIR/foa-linear   W, Y, Z, X of all seven capsules by a linear encoder; directions deviate above 2 kHz
    DIR/capsules     four capsules as recorded, for `--format aformat --array r3vival`
    DIR/mic          the four capsules of TAU-NIGENS' rigid sphere, from the centre's pressure and directions of arrival

Every recording has the walls of one setting, odd ones one source at a time, even ones up to two, at least 35 degrees apart; all
are still. The background is noise in the late reverberation of six places, 15 to 25 dB below the sources. The figures on these scenes
are a measure: train nothing on them. The same arguments give the same files. Packages: numpy, scipy, soundfile; ffmpeg for .g722 sounds.
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
from scenes import measured, microphone
from scenes.events import FS, Event, event_facts, labels
from scenes.placed import Placed, background, coloured, far_places, noise_power, rendered
from scenes.sounds import Library

FOLDERS = {"foa": "foa_dev", "foa-linear": "foa_dev", "capsules": "mic_dev", "mic": "mic_dev"}
APART = 35.0  # degrees between sources that are active at once
RINGING = 0.5  # s after a sound in which its place counts as taken
PEAK = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=Path, required=True, help="folder of tools/get-measured-rooms")
    parser.add_argument("--sounds", nargs="+", required=True, metavar="FOLDER", help="recordings; each folder is a class")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recordings", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", default=",".join(FOLDERS), help="separated by commas (default: %(default)s)")
    options = parser.parse_args()
    formats = options.formats.split(",")
    if not set(formats) <= set(FOLDERS):
        parser.error(f"--formats: expected some of {','.join(FOLDERS)}, found {options.formats}")

    places, library = measured.places(options.rooms), Library(options.sounds)
    for form in formats:
        for folder in (FOLDERS[form], "metadata_dev"):
            (options.out / form / folder).mkdir(parents=True, exist_ok=True)
    scenes = [write(options, formats, places, library, number) for number in range(1, options.recordings + 1)]
    for form in formats:
        (options.out / form / "facts.jsonl").write_text("".join(json.dumps(facts) + "\n" for facts in scenes))


def write(
    options: argparse.Namespace, formats: list[str], places: list[measured.Place], library: Library, number: int
) -> dict[str, Any]:
    """Writes recording `number` in every format; its line of facts.jsonl."""
    rng = np.random.default_rng([options.seed, number])
    settings = sorted({place.walls for place in places})
    room, overlap = (number - 1) // 2 % len(settings), 2 - number % 2
    here = [place for place in places if place.walls == settings[room]]
    total = int(options.seconds * FS)
    placed = plan(rng, library, here, overlap, options.seconds)
    snr, noises = float(rng.uniform(15, 25)), coloured(rng, total)
    far = far_places(rng, here)
    rows = labels([event for event, _ in placed], total)
    name = f"fold1_room{room + 1}_mix{number:03d}_ov{overlap}"

    # One share of the background for all formats, so that they are the same scene.
    alone = [rendered([one], "foa", total)[:, 0] for one in placed]
    power = noise_power(sum(alone), rows, snr)
    share = np.sqrt(power / np.mean(background(far, noises, "foa", total)[:, 0] ** 2))
    gains = {}
    for form in formats:
        audio = rendered(placed, form, total) + share * background(far, noises, form, total)
        gains[form] = PEAK / float(np.max(np.abs(audio)))
        soundfile.write(options.out / form / FOLDERS[form] / f"{name}.wav", audio * gains[form], FS, subtype="PCM_16")
        with open(options.out / form / "metadata_dev" / f"{name}.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    decay = np.median([measured.reverberation_time(measured.response(place.path, "foa")[:, 0]) for _, place in placed])
    facts = {"name": name, "walls": settings[room], "rt60": round(float(decay), 3), "snr": round(snr, 2), "overlap": overlap,
             "seconds": options.seconds, "moving_share": 0.0}
    print(", ".join(f"{key} {value}" for key, value in facts.items()), flush=True)
    gain = gains[formats[0]]
    return facts | {"events": [event_facts(event, w, gain, power) for (event, _), w in zip(placed, alone)]}


def plan(
    rng: np.random.Generator, library: Library, here: list[measured.Place], overlap: int, seconds: float
) -> list[Placed]:
    """Events of `overlap` layers with pauses between, each at a place away from those that are active meanwhile."""
    placed = []
    for track in range(overlap):
        time = float(rng.uniform(0.8, 3))
        while time < seconds - 2:
            length = min(rng.uniform(3, 7), seconds - 0.5 - time)
            kind, samples = library.event(rng, length)
            begin, end = time - RINGING, time + length + RINGING
            taken = [direction(place) for event, place in placed
                     if event.start / FS < end and begin < (event.start + len(event.samples)) / FS]
            free = [place for place in here if all(direction(place) @ u < np.cos(np.radians(APART)) for u in taken)]
            place = free[rng.integers(len(free))]
            samples = samples * 10 ** (rng.uniform(-5, 5) / 20)
            event = Event(kind, track, int(time * FS), samples, place.azimuth, place.elevation, 0.0, length, place.distance)
            placed.append((event, place))
            time += length + 0.2 + rng.exponential(1.2)
    return placed


def direction(place: measured.Place) -> np.ndarray:
    return microphone.unit_vectors(place.azimuth, place.elevation)


if __name__ == "__main__":
    main()
