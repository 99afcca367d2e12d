"""A Kalman filter for each source, global nearest neighbour between filters and peaks, births and deaths.

A filter's state is a unit vector and its rate of change. Motion is constant velocity disturbed by white acceleration; noise
is alike in all directions, so one 2 x 2 covariance serves the three axes (Bar-Shalom et al., 2001, section 6.2).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .settings import TrackSettings

STEP = 0.1  # s
UNMATCHED = 1e3


@dataclass
class Track:
    direction: np.ndarray  # [3], unit length
    velocity: np.ndarray  # [3] 1/s, tangential
    spread: tuple  # variances of position (rad^2) and of velocity, and between them their covariance: (pp, pv, vv)
    hits: int = 1
    age: int = 1  # blocks since birth
    missed: int = 0  # blocks in a row
    strength: float = 0.0  # smoothed height of its peaks
    number: int | None = None  # once confirmed


@dataclass
class Kalman:
    settings: TrackSettings
    tracks: list = field(default_factory=list)
    next: int = 0

    def step(self, peaks: np.ndarray) -> list[tuple[int, np.ndarray]]:
        """Peaks [n, 4] (unit vector, height) of a block -> [(number, unit vector)] of the reported tracks."""
        s = self.settings
        for track in self.tracks:
            self.predict(track)
        usable = [p for p in peaks if p[3] >= s.stay]
        pairs = self.assign(usable)
        for index, track in enumerate(self.tracks):
            track.age += 1
            if index in pairs:
                self.update(track, usable[pairs[index]])
            else:
                track.missed += 1
                track.strength *= s.strength_memory
        taken = set(pairs.values())
        highest = max((p[3] for p in usable), default=0)
        for n, peak in enumerate(usable):
            if n not in taken and peak[3] >= s.birth and peak[3] >= s.second * highest and self.is_apart(peak):
                self.tracks.append(self.born(peak))
        self.tracks = [t for t in self.tracks if self.lives(t)]
        self.merge()
        for track in self.tracks:
            if track.number is None and track.hits >= s.confirm:
                track.number, self.next = self.next, self.next + 1
        reported = [t for t in self.tracks if t.number is not None and t.missed <= s.report_missed]
        reported = sorted(reported, key=lambda t: -t.strength)[:s.most]
        return [(t.number, t.direction) for t in reported]

    def born(self, peak: np.ndarray) -> Track:
        s = self.settings
        start = math.radians(s.noise) ** 2, 0.0, math.radians(s.start_speed) ** 2
        return Track(np.array(peak[:3], float), np.zeros(3), start, strength=float(peak[3]))

    def is_apart(self, peak: np.ndarray) -> bool:
        limit = math.cos(math.radians(self.settings.apart))
        return all(track.direction @ peak[:3] < limit for track in self.tracks)

    def lives(self, track: Track) -> bool:
        if track.number is None:
            return track.age - track.hits <= self.settings.tentative_missed
        return track.missed <= self.settings.coast

    def merge(self) -> None:
        """Of two tracks nearer than `merge` degrees the older stays."""
        limit, kept = math.cos(math.radians(self.settings.merge)), []
        for track in sorted(self.tracks, key=lambda t: (t.number is None, -t.age)):
            if all(track.direction @ other.direction < limit for other in kept):
                kept.append(track)
        self.tracks = kept

    def predict(self, track: Track) -> None:
        track.direction = unit(track.direction + STEP * track.velocity)
        track.velocity -= (track.velocity @ track.direction) * track.direction
        q = math.radians(self.settings.acceleration) ** 2
        pp, pv, vv = track.spread
        track.spread = (pp + 2 * STEP * pv + STEP**2 * vv + q * STEP**3 / 3, pv + STEP * vv + q * STEP**2 / 2, vv + q * STEP)

    def update(self, track: Track, peak: np.ndarray) -> None:
        s = self.settings
        pp, pv, vv = track.spread
        total = pp + math.radians(s.noise) ** 2
        innovation = peak[:3] - track.direction
        track.direction = unit(track.direction + pp / total * innovation)
        velocity = track.velocity + pv / total * innovation
        velocity -= (velocity @ track.direction) * track.direction
        speed = math.sqrt(velocity @ velocity)
        track.velocity = velocity * min(1, math.radians(s.fastest) / max(speed, 1e-9))
        track.spread = pp - pp * pp / total, pv - pp * pv / total, vv - pv * pv / total
        track.hits, track.missed = track.hits + 1, 0
        track.strength = s.strength_memory * track.strength + (1 - s.strength_memory) * float(peak[3])

    def assign(self, peaks: Sequence[np.ndarray]) -> dict[int, int]:
        """{track: peak}: as many pairs within the gate as possible, at least total normalised distance."""
        if not self.tracks or not len(peaks):
            return {}
        s = self.settings
        costs = np.full((len(self.tracks), len(peaks)), UNMATCHED)
        for i, track in enumerate(self.tracks):
            variance = track.spread[0] + math.radians(s.noise) ** 2
            for j, peak in enumerate(peaks):
                angle = math.acos(min(1.0, max(-1.0, float(track.direction @ peak[:3]))))
                if angle <= math.radians(s.gate):
                    costs[i, j] = angle**2 / variance + (track.number is None)
        return cheapest(costs)


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / math.sqrt(vector @ vector)


def cheapest(costs: np.ndarray) -> dict[int, int]:
    """{row: column} of the assignment at least total cost; entries of UNMATCHED are no pairs. For a few rows and columns."""
    rows, columns = costs.shape
    if rows > columns:
        return {row: column for column, row in cheapest(costs.T).items()}
    best = min(itertools.permutations(range(columns), rows), key=lambda p: sum(costs[i, j] for i, j in enumerate(p)))
    return {i: j for i, j in enumerate(best) if costs[i, j] < UNMATCHED}


def rows(peaks: np.ndarray, settings: TrackSettings) -> list[tuple[int, int, int, int, int]]:
    """Peaks [blocks, n, 4] -> rows (frame, 0, number, azimuth, elevation) of the csv that `bearing score` reads."""
    tracker, found = Kalman(settings), []
    for frame, block in enumerate(peaks):
        for number, u in tracker.step(block):
            azimuth, elevation = np.degrees(np.arctan2(u[1], u[0])), np.degrees(np.arcsin(np.clip(u[2], -1, 1)))
            found.append((frame, 0, number, int(np.rint(azimuth)), int(np.rint(elevation))))
    return found
