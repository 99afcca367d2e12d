"""Fixtures of room Scenes: image sources from pyroomacoustics, the rigid sphere from scipy's Bessel functions."""

import os

import numpy as np
import pyroomacoustics as pra
from safetensors.numpy import save_file
from scipy.special import eval_legendre, spherical_jn, spherical_yn

SIZE, SOURCE, RECEIVER = [5.2, 4.1, 2.9], [1.3, 2.7, 1.6], [3.4, 1.2, 1.1]
# Energy absorption of the walls x = 0, x = L, y = 0, y = L, z = 0, z = L.
ABSORPTION = dict(west=0.1, east=0.25, south=0.3, north=0.15, floor=0.4, ceiling=0.2)


def images(order=4):
    """[images, 3] positions and [images] reflection gains, the source itself included."""
    materials = {wall: pra.Material(energy_absorption=value) for wall, value in ABSORPTION.items()}
    room = pra.ShoeBox(SIZE, fs=24000, max_order=order, materials=materials, air_absorption=False)
    room.add_source(SOURCE)
    room.add_microphone(RECEIVER)
    room.image_source_model()
    return room.sources[0].images.T, room.sources[0].damping[0]


def sphere(frequencies, angles, radius=0.042, c=343.0):
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


if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(__file__), "../../Tests/Fixtures/Scenes")
    os.makedirs(folder, exist_ok=True)
    positions, gains = images()
    frequencies = np.array([100.0, 500, 1000, 2000, 4000, 8000, 11000])
    angles = np.radians(np.arange(0, 181, 15.0))
    pressure = sphere(frequencies, angles)
    save_file(
        {
            "images.positions": positions.astype(np.float64).copy(), "images.gains": gains.astype(np.float64).copy(),
            "sphere.frequencies": frequencies, "sphere.angles": angles,
            "sphere.real": pressure.real.copy(), "sphere.imaginary": pressure.imag.copy(),
        },
        os.path.join(folder, "scenes.safetensors"))
