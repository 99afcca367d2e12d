#!/usr/bin/env python3
"""Writes front.wav, left.wav and above.wav: claps in a room from three directions, as recorded by an Ambisonics microphone (ACN, SN3D)
with two exchanged plugs, Y and X. docs/check.md shows the answer of `bearing check`.

    tools/examples/swapped-plugs.py [FOLDER]
"""

import array
import math
import os
import random
import sys
import wave

RATE = 24_000
SECONDS = 3
CLAPS = 4
DIRECTIONS = {"front": (0, 0), "left": (90, 0), "above": (0, 90)}


def harmonics(azimuth: float, elevation: float) -> tuple[float, float, float, float]:
    """W, Y, Z, X of a plane wave from there, degrees."""
    a, e = math.radians(azimuth), math.radians(elevation)
    return 1, math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)


def anywhere(draw: random.Random) -> tuple[float, float]:
    return draw.uniform(-180, 180), math.degrees(math.asin(draw.uniform(-1, 1)))


def add(
    samples: list[list[float]], start: int, gains: tuple[float, ...], level: float, length: float, draw: random.Random
) -> None:
    """A burst of noise that fades to 1/e in `length` seconds."""
    for i in range(min(int(6 * length * RATE), len(samples) - start)):
        value = level * draw.gauss(0, 1) * math.exp(-i / (length * RATE))
        for channel, gain in enumerate(gains):
            samples[start + i][channel] += gain * value


def recording(direction: tuple[float, float], draw: random.Random) -> list[list[float]]:
    samples = [[draw.gauss(0, 3e-4) for _ in range(4)] for _ in range(SECONDS * RATE)]
    for clap in range(CLAPS):
        start = int((0.3 + clap * (SECONDS - 0.6) / CLAPS) * RATE)
        add(samples, start, harmonics(*direction), 0.3, 0.004, draw)
        # Walls: later, from anywhere, weaker the later.
        for _ in range(30):
            delay = draw.uniform(0.004, 0.25)
            add(samples, start + int(delay * RATE), harmonics(*anywhere(draw)), 0.08 * math.exp(-delay / 0.06), 0.004, draw)
    return samples


def main() -> None:
    if sys.argv[1:] in (["--help"], ["-h"]):
        print(__doc__)
        return
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    os.makedirs(folder, exist_ok=True)
    draw = random.Random(1)
    for name, direction in DIRECTIONS.items():
        frames = array.array("h")
        for w, y, z, x in recording(direction, draw):
            frames.extend(round(32767 * max(-1.0, min(1.0, value))) for value in (w, x, z, y))
        if sys.byteorder == "big":
            frames.byteswap()
        with wave.open(f"{folder}/{name}.wav", "wb") as file:
            file.setnchannels(4)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(frames.tobytes())


if __name__ == "__main__":
    main()
