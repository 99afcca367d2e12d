"""A Kalman filter for each source, global nearest neighbour between filters and peaks, births and deaths.

A filter's state is a unit vector and its rate of change. Motion is constant velocity disturbed by white acceleration; noise
is alike in all directions, so one 2 x 2 covariance serves the three axes (Bar-Shalom et al., 2001, section 6.2).
"""

import itertools
from dataclasses import dataclass, field

import numpy as np

STEP = 0.1  # s
UNMATCHED = 1e3


@dataclass
class Track:
    direction: np.ndarray  # [3], unit length
    velocity: np.ndarray  # [3] 1/s, tangential
    covariance: np.ndarray  # [2, 2]: of position (rad^2) and velocity
    hits: int = 1
    age: int = 1  # blocks since birth
    missed: int = 0  # blocks in a row
    strength: float = 0.0  # smoothed height of its peaks
    number: int | None = None  # once confirmed


@dataclass
class Kalman:
    settings: object
    tracks: list = field(default_factory=list)
    next: int = 0

    def step(self, peaks):
        """Peaks [n, 4] (unit vector, height) of a block -> [(number, unit vector)] of the tracks that are told."""
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
        told = [t for t in self.tracks if t.number is not None and t.missed <= s.tell_missed]
        told = sorted(told, key=lambda t: -t.strength)[:s.most]
        return [(t.number, t.direction) for t in told]

    def born(self, peak):
        s = self.settings
        start = np.diag([np.radians(s.noise) ** 2, np.radians(s.start_speed) ** 2])
        return Track(np.array(peak[:3], float), np.zeros(3), start, strength=float(peak[3]))

    def is_apart(self, peak):
        limit = np.cos(np.radians(self.settings.apart))
        return all(track.direction @ peak[:3] < limit for track in self.tracks)

    def lives(self, track):
        if track.number is None:
            return track.age - track.hits <= self.settings.tentative_missed
        return track.missed <= self.settings.coast

    def merge(self):
        """Of two tracks nearer than `merge` degrees the older stays."""
        limit, kept = np.cos(np.radians(self.settings.merge)), []
        for track in sorted(self.tracks, key=lambda t: (t.number is None, -t.age)):
            if all(track.direction @ other.direction < limit for other in kept):
                kept.append(track)
        self.tracks = kept

    def predict(self, track):
        moved = track.direction + STEP * track.velocity
        track.direction = moved / np.linalg.norm(moved)
        track.velocity -= (track.velocity @ track.direction) * track.direction
        q = np.radians(self.settings.acceleration) ** 2
        f = np.array([[1, STEP], [0, 1]])
        noise = q * np.array([[STEP**3 / 3, STEP**2 / 2], [STEP**2 / 2, STEP]])
        track.covariance = f @ track.covariance @ f.T + noise

    def update(self, track, peak):
        s = self.settings
        gain = track.covariance[:, 0] / (track.covariance[0, 0] + np.radians(s.noise) ** 2)
        innovation = peak[:3] - track.direction
        moved = track.direction + gain[0] * innovation
        track.direction = moved / np.linalg.norm(moved)
        velocity = track.velocity + gain[1] * innovation
        velocity -= (velocity @ track.direction) * track.direction
        fastest = np.radians(s.fastest)
        track.velocity = velocity * min(1, fastest / max(np.linalg.norm(velocity), 1e-9))
        track.covariance = track.covariance - np.outer(gain, track.covariance[0])
        track.hits, track.missed = track.hits + 1, 0
        track.strength = s.strength_memory * track.strength + (1 - s.strength_memory) * float(peak[3])

    def assign(self, peaks):
        """{track: peak}: as many pairs within the gate as possible, at least total normalised distance."""
        if not self.tracks or not len(peaks):
            return {}
        s = self.settings
        costs = np.full((len(self.tracks), len(peaks)), UNMATCHED)
        for i, track in enumerate(self.tracks):
            spread = np.sqrt(track.covariance[0, 0] + np.radians(s.noise) ** 2)
            for j, peak in enumerate(peaks):
                angle = np.arccos(np.clip(track.direction @ peak[:3], -1, 1))
                if angle <= np.radians(s.gate):
                    costs[i, j] = (angle / spread) ** 2 + (track.number is None)
        return cheapest(costs)


def cheapest(costs):
    """{row: column} of the assignment at least total cost; entries of UNMATCHED are no pairs. For a few rows and columns."""
    rows, columns = costs.shape
    if rows > columns:
        return {row: column for column, row in cheapest(costs.T).items()}
    best = min(itertools.permutations(range(columns), rows), key=lambda p: sum(costs[i, j] for i, j in enumerate(p)))
    return {i: j for i, j in enumerate(best) if costs[i, j] < UNMATCHED}


def rows(peaks, settings):
    """Peaks [blocks, n, 4] -> rows (frame, 0, number, azimuth, elevation) of the csv that `bearing score` reads."""
    tracker, found = Kalman(settings), []
    for frame, block in enumerate(peaks):
        for number, u in tracker.step(block):
            azimuth, elevation = np.degrees(np.arctan2(u[1], u[0])), np.degrees(np.arcsin(np.clip(u[2], -1, 1)))
            found.append((frame, 0, number, int(np.rint(azimuth)), int(np.rint(elevation))))
    return found
