"""What turns sound that arrives at a place into channels: the two formats of TAU-NIGENS, or the capsules of an array file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import scipy.fft
import tomllib
from scipy.special import eval_legendre

from . import microphone
from .arrivals import Arrivals, delay_matrix

FS = microphone.SAMPLE_RATE
DIFFUSE_WAVES = 96  # directions of a diffuse field in open air


class Receiver(Protocol):
    channels: int

    def spectra(self, arrivals: Arrivals, split: np.ndarray, size: int) -> np.ndarray:
        """[size / 2 + 1, channels] complex: the response to `arrivals`; `split` [bands, bins] are the bands of their gains."""

    def diffuse(self, rng: np.random.Generator, colour: np.ndarray, total: int) -> np.ndarray:
        """[total, channels] float32: a diffuse field; `colour` [total / 2 + 1] is the pressure's spectrum."""


class TauNigens:
    """W, Y, Z, X, then the four capsules of the sphere."""

    channels = 8

    def __init__(self) -> None:
        self.filters: dict[int, np.ndarray] = {}

    def spectra(self, arrivals: Arrivals, split: np.ndarray, size: int) -> np.ndarray:
        if size not in self.filters:
            self.filters[size] = microphone.sphere_filters(size // 2 + 1)
        components = np.concatenate(
            [microphone.foa_weights(arrivals.directions)[:, None], microphone.capsule_weights(arrivals.directions)], 1)
        spectra = component_spectra(arrivals, components, split, size)
        capsules = np.einsum("fnc,nf->fc", spectra[:, 1:], self.filters[size])
        return np.concatenate([spectra[:, 0], capsules], 1)

    def diffuse(self, rng: np.random.Generator, colour: np.ndarray, total: int) -> np.ndarray:
        spectra = np.zeros((len(colour), 8), complex)
        spectra[:, :4] = noise(rng, colour, total, 4) * np.sqrt([1, 1 / 3, 1 / 3, 1 / 3])
        axes = microphone.unit_vectors(microphone.CAPSULES[:, 0], microphone.CAPSULES[:, 1])
        spectra[:, 4:] = diffuse_sphere(rng, axes, microphone.RADIUS, colour, total)
        return np.fft.irfft(spectra, total, axis=0).astype(np.float32)


class CapsuleArray:
    """The capsules of an array file, in open air or on a rigid sphere: far sources, no noise, no spread."""

    def __init__(self, path: Path) -> None:
        table = tomllib.loads(path.read_text())
        self.positions = np.array([position(capsule) for capsule in table["capsule"]])  # m
        self.patterns = np.array([capsule.get("directivity", 1.0) for capsule in table["capsule"]])
        self.aims = np.array([aim(capsule) for capsule in table["capsule"]])
        self.is_sphere = table["mount"] == "rigid-sphere"
        self.radius = float(np.mean(np.linalg.norm(self.positions, axis=1)))
        self.channels = len(self.positions)
        self.filters: dict[int, np.ndarray] = {}

    def spectra(self, arrivals: Arrivals, split: np.ndarray, size: int) -> np.ndarray:
        if self.is_sphere:
            if size not in self.filters:
                self.filters[size] = microphone.sphere_filters(size // 2 + 1, self.radius)
            components = microphone.capsule_weights(arrivals.directions, self.positions / self.radius)
            return np.einsum("fnc,nf->fc", component_spectra(arrivals, components, split, size), self.filters[size])
        channels = []
        for capsule in range(self.channels):
            delays = arrivals.delays - arrivals.directions @ self.positions[capsule] / microphone.SPEED_OF_SOUND
            gains = arrivals.gains * self.gains(capsule, arrivals.directions)[:, None]
            trains = delay_matrix(delays * FS, size) @ gains.astype(np.float32)
            channels.append(np.einsum("fb,bf->f", scipy.fft.rfft(trains, axis=0), split))
        return np.stack(channels, 1)

    def diffuse(self, rng: np.random.Generator, colour: np.ndarray, total: int) -> np.ndarray:
        if self.is_sphere:
            spectra = diffuse_sphere(rng, self.positions / self.radius, self.radius, colour, total)
            return np.fft.irfft(spectra, total, axis=0).astype(np.float32)
        omega = 2j * np.pi * np.fft.rfftfreq(total, 1 / FS) / microphone.SPEED_OF_SOUND
        spectra = np.zeros((len(colour), self.channels), complex)
        for wave in fibonacci(DIFFUSE_WAVES):
            here = noise(rng, colour, total, 1)[:, 0] / np.sqrt(DIFFUSE_WAVES)
            for capsule in range(self.channels):
                spectra[:, capsule] += here * self.gains(capsule, wave) * np.exp(omega * (wave @ self.positions[capsule]))
        return np.fft.irfft(spectra, total, axis=0).astype(np.float32)

    def gains(self, capsule: int, directions: np.ndarray) -> np.ndarray:
        """[...] of the capsule's pattern for unit vectors [..., 3]."""
        return self.patterns[capsule] + (1 - self.patterns[capsule]) * (directions @ self.aims[capsule])


def component_spectra(arrivals: Arrivals, components: np.ndarray, split: np.ndarray, size: int) -> np.ndarray:
    """[bins, components, channels] of arrivals with weights `components` [N, components, channels]."""
    weights = (arrivals.gains[:, :, None, None] * components[:, None]).reshape(len(arrivals.delays), -1)
    trains = delay_matrix(arrivals.delays * FS, size) @ weights.astype(np.float32)
    spectra = scipy.fft.rfft(trains, axis=0).reshape(size // 2 + 1, len(split), -1, components.shape[2])
    return np.einsum("fbnc,bf->fnc", spectra, split)


def diffuse_sphere(rng: np.random.Generator, axes: np.ndarray, radius: float, colour: np.ndarray, total: int) -> np.ndarray:
    """[bins, channels]: a diffuse field at points of a rigid sphere; `axes` [channels, 3] point to them."""
    filters = microphone.sphere_filters(2049, radius)
    grid, frequencies = np.linspace(0, FS / 2, 2049), np.fft.rfftfreq(total, 1 / FS)
    cosines = np.clip(axes @ axes.T, -1, 1)
    spectra = np.zeros((len(colour), len(axes)), complex)
    for n in range(microphone.ORDER + 1):
        # Components of one order are independent; between capsules they correlate by P_n of the angle between them.
        values, vectors = np.linalg.eigh(eval_legendre(n, cosines))
        mix = vectors * np.sqrt(np.maximum(values, 0) / (2 * n + 1))
        gain = np.interp(frequencies, grid, filters[n].real) + 1j * np.interp(frequencies, grid, filters[n].imag)
        spectra += gain[:, None] * (noise(rng, colour, total, len(axes)) @ mix.T)
    return spectra


def noise(rng: np.random.Generator, colour: np.ndarray, total: int, channels: int) -> np.ndarray:
    return np.fft.rfft(rng.standard_normal((total, channels)), axis=0) * colour[:, None]


def fibonacci(count: int) -> np.ndarray:
    """[count, 3]: unit vectors that cover the sphere evenly."""
    k = np.arange(count) + 0.5
    z, azimuth = 1 - 2 * k / count, np.pi * (1 + np.sqrt(5)) * k
    return np.stack([np.sqrt(1 - z**2) * np.cos(azimuth), np.sqrt(1 - z**2) * np.sin(azimuth), z], 1)


def position(capsule: dict) -> np.ndarray:
    if "position" in capsule:
        return np.array(capsule["position"], float)
    return capsule["radius"] * microphone.unit_vectors(np.float64(capsule["azimuth"]), np.float64(capsule["elevation"]))


def aim(capsule: dict) -> np.ndarray:
    if "aim" in capsule:
        return microphone.unit_vectors(*np.array(capsule["aim"], float))
    place = position(capsule)
    return place / max(float(np.linalg.norm(place)), 1e-9)
