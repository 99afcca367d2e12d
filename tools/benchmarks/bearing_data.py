"""The data of `bearing train` for another training program: features from the cache that bearing made, references in
their slots, the scaler, and batches drawn by the same rule."""

from __future__ import annotations

import csv
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Frame -> (identity, unit vector) of each source.
Events = dict[int, list[tuple[int, np.ndarray]]]

KINDS = {"foa-intensity": 7, "mic-gcc-phat": 10, "mic-phase": 7, "mic-coherence": 16}  # channels; the order counts in a cache's header
FRAMES, BANDS, MICROPHONES = 5, 64, 4  # feature frames in a block of 100 ms; bands (or lags) of a frame; log-mel channels
CACHE_VERSION, HEADER_BYTES = 3, 128
TRAINING_FOLDS = "3456"
JUMP_DEGREES = 30  # from frame to frame, beyond which a class and track is another event
SMALLEST_DEVIATION = 1e-3
LOG_MEL_FLOOR = -100.0  # dB


class DataError(Exception):
    """One line for the user."""


@dataclass
class Recording:
    """features [5 blocks or more, 64, C] unscaled; references [blocks, N, 3]; active, onset [blocks, N], 0 or 1."""

    name: str
    features: np.ndarray
    references: np.ndarray
    active: np.ndarray
    onset: np.ndarray

    @property
    def blocks(self) -> int:
        return len(self.active)


def training_recordings(dataset: Path, cache: Path, kind: str, tracks: int) -> list[Recording]:
    """The recordings of folds 3 to 6, in the order of their names."""
    folder = Path(dataset) / ("foa_dev" if kind == "foa-intensity" else "mic_dev")
    paths = sorted(p for p in folder.glob("fold*_*.wav") if p.name[4] in TRAINING_FOLDS and p.name[5] == "_")
    if not paths:
        raise DataError(f"{folder}: expected recordings fold3_*.wav to fold6_*.wav, found none")
    return [recording(path, Path(dataset) / "metadata_dev" / f"{path.stem}.csv", cache, kind, tracks) for path in paths]


def recording(audio: Path, labels: Path, cache: Path, kind: str, tracks: int) -> Recording:
    features = cached_features(audio, Path(cache) / f"{audio.stem}.{kind}.features", kind)
    return Recording(audio.stem, features, *slots(events(labels), len(features) // FRAMES, tracks))


def cached_features(audio: Path, path: Path, kind: str) -> np.ndarray:
    """[frames, 64, C], memory-mapped. Refused if bearing would read the audio again: the header has the stamp of the audio's file."""
    status = os.stat(audio)
    advice = "run bearing train or bearing evaluate with this --cache first"
    if not path.exists():
        raise DataError(f"{path}: expected features, found no file: {advice}")
    with open(path, "rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or not header.startswith(b"bearing-features"):
        raise DataError(f"{path}: expected features, found another file: {advice}")
    version, number, frames, _, _, *stamp = struct.unpack("<14Q", header[16:])[:12]
    changes = [value for time in (status.st_mtime_ns, status.st_ctime_ns) for value in divmod(time, 10**9)]
    expected = [status.st_dev, status.st_ino, status.st_size, *changes]
    # Above the number of the kind: how many samples of the audio were replaced.
    if (version, number & 0xFF) != (CACHE_VERSION, list(KINDS).index(kind)) or stamp != expected:
        raise DataError(f"{path}: expected features of {audio} as it is now, found others: {advice}")
    return np.memmap(path, np.float32, "r", offset=HEADER_BYTES, shape=(frames, BANDS, KINDS[kind]))


def unit_vector(azimuth: float, elevation: float) -> np.ndarray:
    """Degrees to x front, y left, z up, in single precision as bearing keeps it."""
    a, e = np.radians(np.float64(np.float32(azimuth))), np.radians(np.float64(np.float32(elevation)))
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)], np.float32)


def degrees_between(u: np.ndarray, v: np.ndarray) -> float:
    u, v = u.astype(np.float64), v.astype(np.float64)
    return np.float32(np.degrees(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v)))


def events(path: Path) -> Events:
    """Frame -> [(identity, unit vector)], by class and track. An identity is a class and track without a gap or a jump."""
    rows = {}
    with open(path, newline="") as file:
        for row in csv.reader(file):
            if row and row != [""]:
                frame, kind, track = (int(field) for field in row[:3])
                rows.setdefault((frame, kind, track), unit_vector(float(row[3]), float(row[4])))
    result, latest, count = {}, {}, 0
    for (frame, kind, track), direction in sorted(rows.items(), key=lambda item: item[0]):
        before = latest.get((kind, track))
        if before and before[0] == frame - 1 and degrees_between(before[2], direction) <= JUMP_DEGREES:
            identity = before[1]
        else:
            identity, count = count, count + 1
        latest[kind, track] = frame, identity, direction
        result.setdefault(frame, []).append((identity, direction))
    return result


def slots(labels: Events, blocks: int, tracks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each event takes the lowest slot that is free when it begins, waits where none is, and keeps it to its end."""
    references = np.zeros((blocks, tracks, 3), np.float32)
    active, onset = np.zeros((2, blocks, tracks), np.float32)
    owners = [None] * tracks
    for block in range(blocks):
        present = labels.get(block, [])
        identities = [identity for identity, _ in present]
        before = list(owners)
        owners = [owner if owner in identities else None for owner in owners]
        for identity, direction in present:
            if identity not in owners and None in owners:
                owners[owners.index(None)] = identity
            if identity in owners:
                slot = owners.index(identity)
                references[block, slot], active[block, slot] = direction, 1
                onset[block, slot] = identity != before[slot]
    return references, active, onset


def scaler(recordings: list[Recording], kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation [64, C] over every tenth frame; for FOA unchanged by rotations about the vertical."""
    count, total, squares = 0, 0.0, 0.0
    for recording in recordings:
        frames = recording.features[::10].astype(np.float64)
        count, total, squares = count + len(frames), total + frames.sum(0), squares + np.square(frames).sum(0)
    mean, power = total / count, squares / count
    if kind == "foa-intensity":  # log-mel of W, Y, Z, X, then intensity along y, z, x
        mean[:, [1, 3]] = mean[:, [1, 3]].mean(1, keepdims=True)
        power[:, [1, 3]] = power[:, [1, 3]].mean(1, keepdims=True)
        mean[:, 4:] = 0
        power[:, [4, 6]] = power[:, [4, 6]].mean(1, keepdims=True)
    deviation = np.sqrt(np.maximum(power - mean * mean, 0))
    return mean.astype(np.float32), np.maximum(deviation, SMALLEST_DEVIATION).astype(np.float32)


class Batches:
    """Sequences of `blocks` blocks, every start in every recording equally likely; `augment` is bearing's default: a level
    from -36 to 12 dB and, for FOA, one of 16 rotations and reflections."""

    def __init__(
        self, recordings: list[Recording], kind: str, size: int, blocks: int, scaling: tuple[np.ndarray, np.ndarray],
        seed: int, augment: bool = False
    ) -> None:
        self.recordings, self.kind, self.size, self.blocks, self.augment = recordings, kind, size, blocks, augment
        self.mean, self.deviation = scaling
        self.ends = np.cumsum([max(0, r.blocks - blocks) + 1 for r in recordings])
        self.random = np.random.default_rng(seed)

    def draw(self) -> tuple[np.ndarray, ...]:
        """input [B, 5 T, 64, C] scaled, references [B, T, N, 3], active and onset [B, T, N]."""
        tracks, channels = self.recordings[0].active.shape[1], KINDS[self.kind]
        features = np.zeros((self.size, self.blocks * FRAMES, BANDS, channels), np.float32)
        references = np.zeros((self.size, self.blocks, tracks, 3), np.float32)
        active, onset = np.zeros((2, self.size, self.blocks, tracks), np.float32)
        for item, position in enumerate(self.random.integers(self.ends[-1], size=self.size)):
            index = int(np.searchsorted(self.ends, position, side="right"))
            source = self.recordings[index]
            first = int(position - (self.ends[index - 1] if index else 0))
            given = min(self.blocks, source.blocks - first)
            frames = source.features[first * FRAMES : (first + given) * FRAMES]
            x = source.references[first : first + given]
            if self.augment:
                frames, x = self.changed(frames, x)
            features[item, : given * FRAMES] = (frames - self.mean) / self.deviation
            references[item, :given] = x
            active[item, :given] = source.active[first : first + given]
            onset[item, :given] = source.onset[first : first + given]
        return features, references, active, onset

    def changed(self, frames: np.ndarray, references: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        frames, gain = np.array(frames), np.float32(self.random.uniform(-36, 12))
        swap, signs = self.random.integers(2), self.random.choice(np.float32([-1, 1]), 3)  # of x, y, z
        if self.kind == "foa-intensity":
            if swap:
                frames, references = frames[..., [0, 3, 2, 1, 6, 5, 4]], references[..., [1, 0, 2]]
            frames[..., 4:] *= signs[[1, 2, 0]]
            references = references * signs
        frames[..., :MICROPHONES] = np.maximum(frames[..., :MICROPHONES] + gain, LOG_MEL_FLOOR)
        return frames, references
