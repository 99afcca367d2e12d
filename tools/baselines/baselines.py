#!/usr/bin/env python3
"""Tracks of trackers that learn nothing, for the accuracy tables: csv files that `bearing score` reads.

    baselines.py METHOD RECORDINGS... OUT     RECORDINGS: files, or a folder of them

    silent      never a track
    intensity   FOA, one source: energy-weighted intensity direction behind a level gate
    histogram   FOA, up to two: peaks of a histogram of intensity directions, same gate
    music-foa   FOA, up to two: MUSIC, bands by direct-path dominance; Kalman filters with births and deaths
    srp-foa     the same on the steered power of the covariance
    music-mic   the same as music-foa for four capsules on a rigid sphere, with the sphere's diffraction
    srp-mic     SRP-PHAT with the sphere's phases, Kalman filters

Recordings of 4 channels, 24 kHz; FOA is W, Y, Z, X. Every estimate of block k uses samples before the block's end only.
The settings below and in tools/baselines/settings.py were chosen on validation scenes (tools/scenes/test-scenes.py, another seed and
other sounds than the test scenes'). Packages: tools/oracles/requirements.txt.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tools/
from baselines.kalman import rows
from baselines.maps import Mapper
from baselines.settings import TUNED

Row = tuple[int, int, int, int, int]  # frame, class, track, azimuth, elevation

BLOCK = 2400  # samples
BAND = (200.0, 5000.0)  # Hz: where a source stands out of low background and an encoder still works
GATE_DB = 3.0  # open this far above the noise floor, stay open at half of it
FLOOR_RISE_DB = 0.01  # dB a block: how fast the floor follows a rising level; it falls at once, smoothed over 0.3 s
SMOOTHING = 0.8  # share of the last intensity that stays for the next block while the gate is open
JUMP_DEGREES = 20.0  # farther than this in one block is another track
SECOND_PEAK = 0.75  # of the highest peak's mass
PEAK_WIDTH = 20.0  # degrees around a peak that belong to it


def spectra(audio: np.ndarray) -> np.ndarray:
    """[frames, 4, bins] of windows of 960 samples every 480; window f ends at sample 480 (f + 1)."""
    padded = np.concatenate([np.zeros((480, 4)), audio])
    count = len(audio) // 480
    starts = 480 * np.arange(count)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(960) / 960)
    pieces = padded[starts[:, None] + np.arange(960)] * window[None, :, None]
    bins = np.fft.rfftfreq(1024, 1 / 24_000)
    keep = (bins >= BAND[0]) & (bins <= BAND[1])
    return np.fft.rfft(pieces, 1024, axis=1)[:, keep].transpose(0, 2, 1)


def gate(levels: list[float]) -> list[bool]:
    """Per block: whether its level (dB) stands out of a floor that is tracked from the past."""
    floor, smooth, is_open, result = None, None, False, []
    for level in levels:
        smooth = level if smooth is None else smooth + (level - smooth) / 3
        floor = smooth if floor is None else min(smooth, floor + FLOOR_RISE_DB)
        is_open = level > floor + (GATE_DB / 2 if is_open else GATE_DB)
        result.append(is_open)
    return result


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(np.linalg.norm(vector), 1e-20)


def grid(count: int = 500) -> np.ndarray:
    """[count, 3]: directions spread evenly (a Fibonacci spiral), about 9 degrees apart."""
    k = np.arange(count) + 0.5
    z, a = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(a), r * np.sin(a), z], 1)


def intensity(block: np.ndarray) -> np.ndarray:
    """[3, frames, bins]: active intensity along x, y, z."""
    w, y, z, x = block.transpose(1, 0, 2)
    return np.stack([(np.conj(w) * v).real for v in (x, y, z)])


def one_direction(state: np.ndarray | None, block: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    summed = intensity(block).sum((1, 2))
    state = summed if state is None else SMOOTHING * state + summed
    return state, [unit(state)]


GRID = grid()


def two_directions(state: np.ndarray | None, block: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    vectors = intensity(block).reshape(3, -1).T
    lengths = np.linalg.norm(vectors, axis=1)
    votes = np.argmax(vectors @ GRID.T, axis=1)
    # The root of the length: a few loud bins must not outvote a second source.
    histogram = np.bincount(votes, np.sqrt(lengths), len(GRID))
    state = histogram if state is None else SMOOTHING * state + histogram
    near = GRID @ GRID.T > np.cos(np.radians(PEAK_WIDTH))
    mass, found, left = near @ state, [], state.copy()
    highest = mass.max()
    for _ in range(2):
        mass = near @ left
        peak = int(np.argmax(mass))
        if mass[peak] < SECOND_PEAK * highest:
            break
        found.append(unit((GRID * (left * near[peak])[:, None]).sum(0)))
        left[GRID @ GRID[peak] > np.cos(np.radians(2 * PEAK_WIDTH))] = 0
    return state, found


class Numbering:
    """Gives each direction the id of the nearest one of the block before, or a new one."""

    def __init__(self) -> None:
        self.last, self.next = {}, 0

    def step(self, found: list[np.ndarray]) -> dict[int, np.ndarray]:
        pairs = sorted((np.degrees(np.arccos(np.clip(d @ u, -1, 1))), k, number)
                       for number, u in self.last.items() for k, d in enumerate(found))
        ids = {}
        for angle, k, number in pairs:
            if angle <= JUMP_DEGREES and k not in ids and number not in ids.values():
                ids[k] = number
        for k in range(len(found)):
            if k not in ids:
                ids[k] = self.next
                self.next += 1
        self.last = {ids[k]: d for k, d in enumerate(found)}
        return self.last


def track(audio: np.ndarray, estimate: Callable[..., tuple[np.ndarray, list[np.ndarray]]]) -> list[Row]:
    """Rows (frame, 0, id, azimuth, elevation) of an estimator of directions."""
    values = spectra(audio)
    blocks = [values[5 * k:5 * k + 5] for k in range(len(audio) // BLOCK)]
    levels = [10 * np.log10(np.mean(np.abs(b[:, 0]) ** 2) + 1e-12) for b in blocks]
    numbering, state, rows = Numbering(), None, []
    for frame, (block, is_open) in enumerate(zip(blocks, gate(levels))):
        if not is_open:
            state = None
            numbering.step([])
            continue
        state, found = estimate(state, block)
        for number, u in numbering.step(found).items():
            azimuth, elevation = np.degrees(np.arctan2(u[1], u[0])), np.degrees(np.arcsin(np.clip(u[2], -1, 1)))
            rows.append((frame, 0, number, int(np.rint(azimuth)), int(np.rint(elevation))))
    return rows


def kalman(form: str, method: str) -> Callable[[np.ndarray], list[Row]]:
    """A function from audio to rows."""
    maps, tracks = TUNED[form, method]
    mapper = Mapper(form, method, maps)
    return lambda audio: rows(mapper.find(audio), tracks)


METHODS = {
    "silent": lambda: lambda audio: [],
    "intensity": lambda: lambda audio: track(audio, one_direction),
    "histogram": lambda: lambda audio: track(audio, two_directions),
    "music-foa": lambda: kalman("foa", "music"),
    "srp-foa": lambda: kalman("foa", "srp"),
    "music-mic": lambda: kalman("mic", "music"),
    "srp-mic": lambda: kalman("mic", "srp"),
}


def main() -> None:
    if len(sys.argv) < 4 or sys.argv[1] not in METHODS:
        sys.exit(__doc__)
    find, sources, out = METHODS[sys.argv[1]](), [Path(path) for path in sys.argv[2:-1]], Path(sys.argv[-1])
    recordings = sorted(path for source in sources
                        for path in ([*source.glob("*.wav"), *source.glob("*.flac")] if source.is_dir() else [source]))
    if not recordings:
        sys.exit(f"baselines: {sources[0]}: expected recordings (wav or flac), found none")
    out.mkdir(parents=True, exist_ok=True)
    for path in recordings:
        audio, rate = soundfile.read(path, always_2d=True)
        if rate != 24_000 or audio.shape[1] != 4:
            sys.exit(f"baselines: {path}: expected 4 channels at 24000 Hz, found {audio.shape[1]} at {rate}")
        with open(out / f"{path.stem}.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(find(audio))


if __name__ == "__main__":
    main()
