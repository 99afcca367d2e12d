"""Responses of the two microphone formats to a plane wave: first-order Ambisonics, and a tetrahedron on a rigid sphere.

A wave's share of the output is a sum over components: a real weight that depends on its direction, times a filter
that does not. So any number of arrivals is accumulated first, component by component, and filtered once.
"""

from __future__ import annotations

import numpy as np
from scipy.special import eval_legendre, spherical_jn, spherical_yn

SPEED_OF_SOUND = 343.0  # m/s
SAMPLE_RATE = 24_000
RADIUS = 0.042  # m
CAPSULES = np.array([(45, 35), (-45, -35), (135, -35), (-135, 35)], float)  # azimuth, elevation, degrees
ORDER = 12  # kR is 9.2 at 12 kHz; what orders above this add is below -35 dB


def unit_vectors(azimuth: np.ndarray | float, elevation: np.ndarray | float) -> np.ndarray:
    """Degrees, any shape -> [..., 3]: x front, y left, z up."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e) * np.ones_like(a)], -1)


def foa_weights(directions: np.ndarray) -> np.ndarray:
    """[N, 3] unit vectors of arrival -> [N, 4]: W, Y, Z, X (ACN, SN3D)."""
    x, y, z = directions.T
    return np.stack([np.ones_like(x), y, z, x], -1)


def capsule_weights(directions: np.ndarray, axes: np.ndarray | None = None) -> np.ndarray:
    """[N, 3] -> [N, ORDER + 1, C]: Legendre polynomials of the cosine between arrival and capsule.

    `axes` [C, 3]: unit vectors to the capsules; without them, those of CAPSULES.
    """
    cosines = directions @ (unit_vectors(CAPSULES[:, 0], CAPSULES[:, 1]) if axes is None else axes).T
    return np.stack([eval_legendre(n, cosines) for n in range(ORDER + 1)], 1)


def sphere_filters(bins: int, radius: float = RADIUS) -> np.ndarray:
    """Pressure on a rigid sphere of `radius` metres, order by order: [ORDER + 1, bins], frequencies 0 ... 12 kHz.

    i^n (2n+1) (-i) / ((kR)^2 h_n'(kR)), h the outgoing Hankel function for e^{+i w t} (the second kind);
    E. G. Williams, Fourier Acoustics, section 6.10. A wave reaches the capsule that faces it before the centre.
    """
    kr = 2 * np.pi * np.linspace(0, SAMPLE_RATE / 2, bins) / SPEED_OF_SOUND * radius
    kr = np.maximum(kr, 1e-2)
    filters = []
    for n in range(ORDER + 1):
        derivative = spherical_jn(n, kr, True) - 1j * spherical_yn(n, kr, True)
        filters.append(1j**n * (2 * n + 1) * -1j / (kr**2 * derivative))
    filters = np.array(filters)
    filters[0, 0], filters[1:, 0] = 1, 0
    return filters.astype(np.complex64)
