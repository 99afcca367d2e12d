"""Recordings without a source: every track in them is false."""

from __future__ import annotations

from typing import Any

import numpy as np

from .events import Event
from .microphone import SAMPLE_RATE as FS
from .receivers import Receiver
from .recording import background, place, render_event
from .room import Room

LEAD_SECONDS = 1.0  # of noise rendered before the recording begins, so that the room is already filled


def random_background(rng: np.random.Generator, receiver: Receiver, seconds: float, fan: bool) -> tuple[np.ndarray, dict[str, Any]]:
    """(audio, facts): no source, only a diffuse background and, with `fan`, one steady machine in a room over it.

    The fan: noise that falls with frequency as fans' do, with four harmonics of its blades, at one place, -6 to 6 dB
    against the diffuse part in W. Levels are -60 to -20 dB re full scale.
    """
    total, slope, level = int(seconds * FS), rng.uniform(0, 1), rng.uniform(-60, -20)
    audio, facts = background(rng, receiver, total, slope), {"kind": "fan" if fan else "diffuse", "slope": round(slope, 2)}
    if fan:
        lead = int(LEAD_SECONDS * FS)
        room, ratio = Room(rng, receiver, rng.uniform(0.25, 0.9)), rng.uniform(-6, 6)
        event = place(rng, room, Event(0, 0, 0, fan_noise(rng, total + lead), rng.uniform(-180, 180),
                                       rng.uniform(-40, 45), 0.0, seconds, 0))
        audible = render_event(room, event, total + lead)[lead:]
        audio += audible * np.float32(10 ** (ratio / 20) / np.sqrt(np.mean(audible[:, 0] ** 2)))
        facts |= {"rt60": round(float(room.rt60), 3), "fan_over_diffuse_db": round(ratio, 1),
                  "azimuth": round(event.azimuth), "elevation": round(event.elevation)}
    audio *= np.float32(10 ** (level / 20) / np.sqrt(np.mean(audio[:, 0] ** 2)))
    return audio, facts | {"level_dbfs": round(level, 1), "seconds": seconds}


def fan_noise(rng: np.random.Generator, total: int) -> np.ndarray:
    """[total]: noise flat to 200 Hz and falling 3 to 9 dB an octave above, with tones of the blades, each 10 to 20 dB below it."""
    frequencies = np.fft.rfftfreq(total, 1 / FS)
    colour = np.maximum(frequencies, 200.0) ** -rng.uniform(0.5, 1.5)
    colour[frequencies < 40] = 0
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(total)) * colour, total)
    noise /= np.sqrt(np.mean(noise**2))
    blades, times = rng.uniform(60, 180), np.arange(total) / FS
    for harmonic in range(1, 5):
        loudness = 10 ** (rng.uniform(-20, -10) / 20) * np.sqrt(2)
        noise += loudness * np.sin(2 * np.pi * harmonic * blades * times + rng.uniform(0, 2 * np.pi))
    return noise
