"""Sounds and a background at places whose impulse responses were measured."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter, oaconvolve

from . import measured
from .events import BLOCK, FS, Event, add

Placed = tuple[Event, measured.Place]  # an event and where its loudspeaker stands
LATE = 0.04  # s after the direct sound: from here a response serves for the background
BACKGROUNDS = 6  # places of the background


def far_places(rng: np.random.Generator, here: list[measured.Place]) -> list[measured.Place]:
    """Places for the background."""
    return [here[k] for k in rng.choice(len(here), min(BACKGROUNDS, len(here)), replace=False)]


def noise_power(pressure: np.ndarray, rows: list[tuple[int, int, int, int, int]], snr: float) -> float:
    """Power of a background `snr` dB below `pressure` [total] where any source is active; `rows` of labels."""
    whole = len(pressure) // BLOCK
    active = np.zeros(whole, bool)
    active[[row[0] for row in rows]] = True
    return float(np.mean(pressure[:whole * BLOCK].reshape(-1, BLOCK)[active] ** 2)) * 10 ** (-snr / 10)


def rendered(placed: list[Placed], form: str, total: int) -> np.ndarray:
    """[total, 4]: events through the responses of their places."""
    audio = np.zeros((total, 4), np.float32)
    for event, place in placed:
        add(audio, event.start, event.samples.astype(np.float32), measured.response(place.path, form))
    return audio


def coloured(rng: np.random.Generator, total: int) -> np.ndarray:
    """[BACKGROUNDS, samples]: noises that fall by 6 dB an octave above 150 to 1200 Hz, with a little white noise."""
    corner = rng.uniform(150, 1200)
    white = rng.standard_normal((BACKGROUNDS, total + int(measured.LENGTH * FS)))
    return lfilter(*butter(1, corner, fs=FS), white, axis=1) + 0.03 * white


def background(far: list[measured.Place], noises: np.ndarray, form: str, total: int) -> np.ndarray:
    """[total, 4]: noises in the late parts of the responses of far places."""
    late, ringing = int((measured.LEAD + LATE) * FS), int(measured.LENGTH * FS)
    audio = np.zeros((total, 4))
    for noise, place in zip(noises, far):
        audio += oaconvolve(noise[:, None], measured.response(place.path, form)[late:], axes=0)[ringing:ringing + total]
    return audio
