"""Dry recordings from folders on disk, read as mono at 24 kHz, and where in time they are audible."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import butter, resample_poly, sosfiltfilt

from .microphone import SAMPLE_RATE as FS

KINDS = {".wav", ".ogg", ".flac", ".oga", ".g722"}
BRIDGED = 0.3  # s: shorter pauses do not end an event
RUMBLE = 80.0  # Hz: below it no mouth or loudspeaker of a room's size sends anything
FLOOR_DB = -30.0  # a 20 ms piece this far below the loud ones counts as silent


def read(path: Path, rumble: bool = False) -> np.ndarray | None:
    """Mono float64 at 24 kHz, without leading and trailing silence; None where nothing is audible or readable.

    What lies below `RUMBLE` is taken out unless `rumble`. Many sounds of games have an offset or a thump there, which
    images of equal sign raise by another 30 dB: levels, signal-to-noise ratios and labels would be those of the offset.
    """
    try:
        if path.suffix == ".g722":  # raw sub-band ADPCM at 16 kHz, which libsndfile does not know
            command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", str(path), "-f", "s16le", "-ac", "1", "-"]
            raw = subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
            samples, rate = np.frombuffer(raw, "<i2") / 32768.0, 16_000
        else:
            samples, rate = soundfile.read(path, always_2d=True)
            samples = samples.mean(1)
    except (soundfile.LibsndfileError, subprocess.CalledProcessError):
        return None
    if rate < 16_000 or len(samples) < 0.2 * rate:
        return None
    common = gcd(FS, rate)
    samples = resample_poly(samples, FS // common, rate // common)
    if not rumble:
        samples = sosfiltfilt(butter(4, RUMBLE, "highpass", fs=FS, output="sos"), samples)
    audible = np.flatnonzero(active_pieces(samples))
    if len(audible) < 5 or np.max(np.abs(samples)) < 1e-3:
        return None
    return samples[audible[0] * 480:(audible[-1] + 1) * 480]


def active_pieces(samples: np.ndarray) -> np.ndarray:
    """Which 20 ms pieces are audible: level within FLOOR_DB of the 95th percentile, pauses under 0.3 s bridged."""
    pieces = samples[:len(samples) // 480 * 480].reshape(-1, 480)
    level = 10 * np.log10(np.mean(pieces**2, 1) + 1e-12)
    if len(level) == 0:
        return np.zeros(0, bool)
    active = level > max(np.percentile(level, 95) + FLOOR_DB, -80)
    audible = np.flatnonzero(active)
    for before, after in zip(audible[:-1], audible[1:]):
        if (after - before - 1) * 0.02 < BRIDGED:
            active[before:after] = True
    return active


class Library:
    """Sounds of several folders; a folder given on the command line is a class of the labels, in that order."""

    def __init__(self, folders: Sequence[str | Path]) -> None:
        self.classes = []
        for folder in folders:
            groups = {}
            for path in sorted(Path(folder).rglob("*")):
                if path.suffix.lower() in KINDS and "silence" not in path.parts:
                    groups.setdefault(path.parent, []).append(path)
            if not groups:
                raise SystemExit(f"test-scenes: {folder}: expected recordings (wav, ogg, flac, g722) below it, found none")
            self.classes.append(list(groups.values()))

    def event(self, rng: np.random.Generator, seconds: float) -> tuple[int, np.ndarray]:
        """(class, samples): sounds of one folder of a class, one after another with short pauses, for `seconds`."""
        kind = int(rng.integers(len(self.classes)))
        groups = self.classes[kind]
        sizes = np.sqrt([len(g) for g in groups])
        wanted, pieces, length, tries = int(seconds * FS), [], 0, 0
        group = groups[rng.choice(len(groups), p=sizes / sizes.sum())]
        while length < wanted:
            tries += 1
            if tries % 20 == 0:  # a folder of empty files
                group = groups[rng.choice(len(groups), p=sizes / sizes.sum())]
            samples = read(group[rng.integers(len(group))])
            if samples is None:
                continue
            samples = samples / np.sqrt(np.mean(samples**2))
            pause = np.zeros(int(rng.uniform(0.05, 0.25) * FS))
            pieces += [samples, pause]
            length += len(samples) + len(pause)
        samples = np.concatenate(pieces)[:wanted]
        ramp = np.linspace(0, 1, 240)
        samples[:240] *= ramp
        samples[-240:] *= ramp[::-1]
        return kind, samples
