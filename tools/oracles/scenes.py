"""Fixtures of module Scenes: image sources and impulse responses from pyroomacoustics, the rigid sphere from scipy's Bessel
functions, capsules in open air from their definition, diffuse fields by integration over the sphere."""

from __future__ import annotations

import os

import numpy as np
import pyroomacoustics as pra
from safetensors.numpy import save_file
from scipy.special import eval_legendre, spherical_jn, spherical_yn

SIZE, SOURCE, RECEIVER = [5.2, 4.1, 2.9], [1.3, 2.7, 1.6], [3.4, 1.2, 1.1]
# Energy absorption of the walls x = 0, x = L, y = 0, y = L, z = 0, z = L.
ABSORPTION = dict(west=0.1, east=0.25, south=0.3, north=0.15, floor=0.4, ceiling=0.2)


def images(order: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """[images, 3] positions and [images] reflection gains, the source itself included."""
    materials = {wall: pra.Material(energy_absorption=value) for wall, value in ABSORPTION.items()}
    room = pra.ShoeBox(SIZE, fs=24000, max_order=order, materials=materials, air_absorption=False)
    room.add_source(SOURCE)
    room.add_microphone(RECEIVER)
    room.image_source_model()
    return room.sources[0].images.T, room.sources[0].damping[0]


def sphere(frequencies: np.ndarray, angles: np.ndarray, radius: float = 0.042, c: float = 343.0) -> np.ndarray:
    """Surface pressure on a rigid sphere, [frequencies, angles], time factor exp(+jwt): incident plus scattered modes."""
    x = 2 * np.pi * frequencies[:, None] * radius / c
    total = np.zeros((len(frequencies), len(angles)), complex)
    for n in range(36):
        h = spherical_jn(n, x) - 1j * spherical_yn(n, x)
        slope = spherical_jn(n, x, True) - 1j * spherical_yn(n, x, True)
        mode = spherical_jn(n, x) - spherical_jn(n, x, True) / slope * h
        with np.errstate(invalid="ignore"):
            mode = np.where(np.isfinite(mode), mode, 0)
        total += 1j**n * (2 * n + 1) * mode * eval_legendre(n, np.cos(angles))[None]
    return total


# Size, source and receiver (metres), energy absorption of all walls.
ROOMS = [
    ([6.3, 5.1, 2.8], [1.4, 3.9, 1.7], [3.7, 1.6, 1.2], 0.30),
    ([4.2, 3.6, 2.6], [3.3, 0.9, 1.4], [1.3, 2.2, 1.1], 0.20),
    ([9.5, 7.2, 3.4], [7.6, 5.8, 1.6], [3.1, 2.9, 1.3], 0.35),
]
# Samples: pieces of 5 ms.
PIECE, PIECES, RATE, SOUND = 120, 60, 24000, 343.0


def response(room: pra.Room, source: list[float], receiver: list[float]) -> np.ndarray:
    """The pressure at the receiver from the emission on, 1 for the direct sound at 1 m."""
    room.add_source(source)
    room.add_microphone(receiver)
    room.compute_rir()
    # Half of the interpolation filter comes first.
    return np.asarray(room.rir[0][0], np.float64)[pra.constants.get("frac_delay_length") // 2:]


def impulse_responses() -> tuple[np.ndarray, np.ndarray]:
    """[rooms] direct delays in samples and [rooms, PIECES] energies from 2 ms before the direct sound on: mirror images alone."""
    delays, energies = [], []
    pra.constants.set("c", SOUND)
    for size, source, receiver, absorption in ROOMS:
        room = pra.ShoeBox(
            size, fs=RATE, max_order=50, materials=pra.Material(energy_absorption=absorption), air_absorption=False)
        delay = np.linalg.norm(np.subtract(source, receiver)) / SOUND * RATE
        first = int(round(delay)) - 48
        power = response(room, source, receiver)[first:first + PIECE * PIECES] ** 2
        power = np.pad(power, (0, PIECE * PIECES - len(power)))
        delays.append(delay)
        energies.append(power.reshape(PIECES, PIECE).sum(1))
    return np.array(delays), np.array(energies)


def decay_times(scattering: float = 0.5) -> np.ndarray:
    """Seconds for 60 dB, from 5 to 35 below the whole energy, [rooms]: rays in rooms whose walls scatter, as furnished ones do.

    Without scattering a bare shoebox rings longer than any formula for diffuse sound says. Rays are drawn at random: mean
    over eight receivers."""
    times = []
    for size, source, _, absorption in ROOMS:
        left = 0
        for place in np.random.default_rng(5).uniform(0.25, 0.75, (8, 3)):
            room = pra.ShoeBox(
                size, fs=RATE, max_order=3, materials=pra.Material(energy_absorption=absorption, scattering=scattering),
                air_absorption=False, ray_tracing=True)
            room.set_ray_tracing(n_rays=50000, receiver_radius=0.3, hist_bin_size=0.004)
            power = np.pad(response(room, source, list(place * size)), (0, 2 * RATE))[:2 * RATE] ** 2
            power = np.cumsum(power[::-1])[::-1]
            left = left + power / power[0]
        decay = 10 * np.log10(left / left[0] + 1e-30)
        times.append((np.argmax(decay < -35) - np.argmax(decay < -5)) / RATE * 2)
    return np.array(times)


# Positions (metres), aims (azimuth, elevation) and share of pressure of four capsules.
OPEN = dict(
    positions=[[0.05, 0.01, 0.0], [-0.02, 0.06, 0.01], [0.0, -0.04, 0.03], [-0.03, -0.02, -0.05]],
    aims=[[0, 0], [120, 10], [-75, -30], [10, 80]], directivity=[1.0, 0.5, 0.0, 0.7])


def unit(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)], -1)


def open_array(frequencies: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Pressure that capsules pick up of plane waves from [directions, 3], against the centre: [frequencies, directions, 4]."""
    positions, share = np.array(OPEN["positions"]), np.array(OPEN["directivity"])
    aims = unit(*np.array(OPEN["aims"], float).T)
    gain = share + (1 - share) * (directions @ aims.T)
    phase = 2 * np.pi * frequencies[:, None, None] / SOUND * (directions @ positions.T)
    return gain * np.exp(1j * phase)


def diffuse(frequencies: np.ndarray) -> np.ndarray:
    """Covariance of the open array in a diffuse field, [frequencies, 4, 4]: Gauss and trapezium over the sphere."""
    z, weights = np.polynomial.legendre.leggauss(48)
    turn = np.arange(96) * 2 * np.pi / 96
    r = np.sqrt(1 - z**2)[:, None]
    directions = np.stack(
        [r * np.cos(turn), r * np.sin(turn), np.broadcast_to(z[:, None], (48, 96))], -1).reshape(-1, 3)
    pressure = open_array(frequencies, directions)
    return np.einsum("fda,fdb,d->fab", pressure, pressure.conj(), np.repeat(weights, 96) / 192)


if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(__file__), "../../Tests/Fixtures/Scenes")
    os.makedirs(folder, exist_ok=True)
    positions, gains = images()
    frequencies = np.array([100.0, 500, 1000, 2000, 4000, 8000, 11000])
    angles = np.radians(np.arange(0, 181, 15.0))
    pressure = sphere(frequencies, angles)
    delays, energies = impulse_responses()
    ways = unit(np.array([0.0, 50, -110, 170, 20]), np.array([0.0, 40, -20, 5, -85]))
    pressures, covariance = open_array(frequencies, ways), diffuse(frequencies)
    save_file(
        {
            "rir.rooms": np.array([[*size, *source, *receiver, a] for size, source, receiver, a in ROOMS]),
            "rir.delays": delays, "rir.energies": energies, "rir.times": decay_times(),
            "open.capsules": np.concatenate(
                [OPEN["positions"], unit(*np.array(OPEN["aims"], float).T), np.array(OPEN["directivity"])[:, None]], 1),
            "open.directions": ways, "open.real": pressures.real.copy(), "open.imaginary": pressures.imag.copy(),
            "diffuse.real": covariance.real.copy(), "diffuse.imaginary": covariance.imag.copy(),
            "images.positions": positions.astype(np.float64).copy(), "images.gains": gains.astype(np.float64).copy(),
            "sphere.frequencies": frequencies, "sphere.angles": angles,
            "sphere.real": pressure.real.copy(), "sphere.imaginary": pressure.imag.copy(),
        },
        os.path.join(folder, "scenes.safetensors"))
