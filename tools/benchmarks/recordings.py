"""Recordings for benchmarks. Standard library only."""

from __future__ import annotations

import random
import wave
from array import array
from pathlib import Path

CHANNELS = 4


def noise(path: Path, seconds: int, seed: int = 0, rate: int = 24_000) -> Path:
    """Noise of four channels in 16 bits, the same in every second."""
    samples = array("h", random.Random(seed).choices(range(-3000, 3000), k=rate * CHANNELS))
    with wave.open(str(path), "wb") as file:
        file.setparams((CHANNELS, 2, rate, 0, "NONE", ""))
        for _ in range(seconds):
            file.writeframes(samples.tobytes())
    return path
