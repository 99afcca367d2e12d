"""Events of a recording: dry sounds with a place in time and space, their labels, and what tables group them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.signal import fftconvolve

from . import microphone, sounds

FS = microphone.SAMPLE_RATE
BLOCK = 2400  # samples of a label


@dataclass
class Event:
    kind: int  # class of the label
    track: int
    start: int  # sample
    samples: np.ndarray  # dry
    azimuth: float  # degrees, at the start
    elevation: float
    speed: float  # degrees of azimuth a second, 0 = still
    turn: float  # seconds after the start at which the motion reverses
    distance: float  # metres

    def direction(self, seconds: float) -> tuple[float, float]:
        """(azimuth, elevation) so long after the start; azimuth not wrapped."""
        there = self.turn - np.abs(self.turn - seconds)
        return self.azimuth + self.speed * there, self.elevation


def add(output: np.ndarray, start: int, samples: np.ndarray, response: np.ndarray) -> None:
    """Adds `samples` [n] through `response` [m, 8] to `output` from `start`; what passes the end is cut."""
    wet = fftconvolve(samples[:, None], response, axes=0)
    end = min(start + len(wet), len(output))
    output[start:end] += wet[:end - start]


def labels(events: list[Event], total: int) -> list[tuple[int, int, int, int, int]]:
    """Rows (frame, class, track, azimuth, elevation), integers: blocks of which at least half is audible."""
    rows = []
    for event in events:
        active = np.repeat(sounds.active_pieces(event.samples), 480)
        audible = np.zeros(total, bool)
        end = min(event.start + len(active), total)
        audible[event.start:end] = active[:end - event.start]
        for frame in np.flatnonzero(audible[:total // BLOCK * BLOCK].reshape(-1, BLOCK).mean(1) >= 0.5):
            middle = (frame + 0.5) * BLOCK - event.start
            azimuth, elevation = event.direction(np.clip(middle, 0, len(event.samples)) / FS)
            wrapped = (int(np.rint(azimuth)) + 180) % 360 - 180
            rows.append((int(frame), event.kind, event.track, wrapped, int(np.rint(elevation))))
    return sorted(rows)


def event_facts(event: Event, pressure: np.ndarray, gain: float, noise: float) -> dict[str, Any]:
    """What a table may group an event by; `pressure` [total]: its W channel, `gain`: of the mix, `noise`: power of its W."""
    active = np.zeros(len(pressure), bool)
    pieces = np.repeat(sounds.active_pieces(event.samples), 480)
    active[event.start:event.start + len(pieces)] = pieces[:len(pressure) - event.start]
    power = float(np.mean(pressure[active] ** 2)) if active.any() else 0.0
    return {
        "class": event.kind, "track": event.track, "first_block": event.start // BLOCK,
        "last_block": (event.start + len(event.samples) - 1) // BLOCK, "degrees_per_second": round(event.speed, 2),
        "distance_m": round(event.distance, 2), "level_dbfs": decibels(power * gain**2),
        "snr_db": decibels(power / noise) if noise else None,
    }


def decibels(power: float) -> float:
    return round(10 * float(np.log10(max(power, 1e-20))), 2)
