"""A shoebox room with one receiver: images from pyroomacoustics up to the mixing time, a statistical tail after it.

Every arrival, image or tail, is (delay, direction, gain in each band); the receiver turns arrivals into channels.
"""

from __future__ import annotations

import numpy as np
import pyroomacoustics as pra
import scipy.fft

from . import microphone
from .arrivals import TAPS, Arrivals
from .receivers import Receiver

FS = microphone.SAMPLE_RATE
BAND_EDGES = np.array([500.0, 2000.0, 6000.0])  # Hz: four bands
DECAY_SHAPE = np.array([1.15, 1.0, 0.85, 0.55])  # RT60 of each band over the nominal one; the last also stands for air
MIX_BEGIN, MIX_END = 0.06, 0.10  # s after emission: images fade out, the tail fades in
TAIL_DENSITY = 4000  # arrivals a second


class Room:
    """`rt60` in seconds, nominal; `dry` keeps the direct path only. Array yaw turns its axes against the walls."""

    def __init__(self, rng: np.random.Generator, receiver: Receiver, rt60: float, dry: bool = False) -> None:
        self.rng, self.receiver, self.rt60, self.dry = rng, receiver, rt60, dry
        self.size = np.array([rng.uniform(4, 9), rng.uniform(3.5, 7), rng.uniform(2.4, 3.6)])
        self.array = self.size * np.array([rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65), 0])
        self.array[2] = rng.uniform(1.0, 1.6)
        self.yaw = rng.uniform(-180, 180)
        self.decays = rt60 * DECAY_SHAPE
        x, y, z = self.size
        volume, surface = x * y * z, 2 * (x * y + y * z + x * z)
        absorption = 1 - np.exp(-0.161 * volume / (surface * self.decays))  # Eyring
        self.materials = {}
        for wall in ("east", "west", "north", "south", "ceiling", "floor"):
            values = np.clip(absorption * rng.uniform(0.75, 1.25), 0.01, 0.98)
            # The seven octave bands that pyroomacoustics keeps at this rate, 125 Hz to 8 kHz.
            octaves = values[[0, 0, 0, 1, 1, 2, 3]]
            self.materials[wall] = pra.Material(
                {"coeffs": list(octaves), "center_freqs": [125 * 2**k for k in range(7)]})
        self.bands = {}

    def clearance(self, azimuth: float, elevation: float) -> float:
        """Metres from the array to the walls in a direction (degrees, array axes), less 0.4 m."""
        u = microphone.unit_vectors(np.asarray(azimuth, float) + self.yaw, np.asarray(elevation, float))
        with np.errstate(divide="ignore"):
            reach = np.where(u > 0, (self.size - self.array) / u, -self.array / u)
        return float(np.min(np.where(u == 0, np.inf, reach))) - 0.4

    def images(self, azimuth: float, elevation: float, distance: float) -> Arrivals:
        """Arrivals before the mixing time of a source in that direction (degrees) and distance (metres)."""
        u = microphone.unit_vectors(np.float64(azimuth + self.yaw), np.float64(elevation))
        reach = MIX_END * microphone.SPEED_OF_SOUND
        order = 0 if self.dry else int(np.ceil(reach * np.sqrt(np.sum(1 / self.size**2)))) + 1
        shoebox = pra.ShoeBox(self.size, fs=FS, materials=self.materials, max_order=order)
        shoebox.add_source(self.array + distance * u)
        shoebox.add_microphone(self.array)
        shoebox.image_source_model()
        source = shoebox.sources[0]
        vectors = (source.images - self.array[:, None]).T
        lengths = np.linalg.norm(vectors, axis=1)
        near = lengths < reach
        vectors, lengths = vectors[near], lengths[near]
        gains = source.damping[[2, 3, 5, 6]][:, near].T / lengths[:, None]
        gains = gains * np.cos(np.pi / 2 * fade(lengths / microphone.SPEED_OF_SOUND))[:, None]
        a = np.radians(-self.yaw)
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        return Arrivals(lengths / microphone.SPEED_OF_SOUND, vectors @ turn.T / lengths[:, None], gains)

    def tail(self, images: Arrivals, length: float) -> Arrivals:
        """Diffuse arrivals up to `length` seconds whose level continues that of `images`."""
        late = (images.delays > 0.04) & (images.delays < MIX_BEGIN)
        energy = np.sum(images.gains[late] ** 2, 0) / (MIX_BEGIN - 0.04)  # around 0.05 s
        count = int((length - MIX_BEGIN) * TAIL_DENSITY)
        delays = np.sort(self.rng.uniform(MIX_BEGIN, length, count))
        directions = self.rng.normal(size=(count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        envelope = np.sqrt(energy / TAIL_DENSITY) * 10 ** (-3 * (delays[:, None] - 0.05) / self.decays)
        gains = self.rng.normal(size=(count, 1)) * envelope * np.sin(np.pi / 2 * fade(delays))[:, None]
        return Arrivals(delays, directions, gains)

    def response(self, arrivals: Arrivals, length: float) -> np.ndarray:
        """[samples, channels of the receiver] float32, of arrivals up to `length` seconds."""
        samples = int(length * FS)
        size = scipy.fft.next_fast_len(samples + 2 * TAPS, real=True)
        if size not in self.bands:
            self.bands[size] = band_filters(size // 2 + 1)
        spectra = self.receiver.spectra(arrivals, self.bands[size], size)
        return scipy.fft.irfft(spectra, size, axis=0)[:samples].astype(np.float32)


def fade(seconds: np.ndarray) -> np.ndarray:
    """0 before the mixing time, 1 after it."""
    return np.clip((seconds - MIX_BEGIN) / (MIX_END - MIX_BEGIN), 0, 1)


def band_filters(bins: int) -> np.ndarray:
    """[bands, bins]: zero-phase bands that add to 1, crossing over half an octave to each side of an edge."""
    octaves = np.log2(np.maximum(np.linspace(0, FS / 2, bins), 1.0))
    above = [np.ones(bins)]
    for edge in BAND_EDGES:
        above.append(0.5 - 0.5 * np.cos(np.pi * np.clip(octaves - np.log2(edge) + 0.5, 0, 1)))
    above.append(np.zeros(bins))
    return (np.array(above[:-1]) - np.array(above[1:])).astype(np.float32)
