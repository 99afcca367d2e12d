"""Maps of direction: how much of a block's bands agrees with a plane wave from each point of a grid, and their peaks.

MUSIC (R. O. Schmidt, 1986) of one source in a band, where direct sound dominates (Nadiri and Rafaely, 2014): the ratio of
the two largest eigenvalues shows it, and two voices rarely share a band of one block. SRP-PHAT (DiBiase, 2000): steered
power of phases. Arrays: first-order Ambisonics, and four capsules on a rigid sphere with the sphere's own diffraction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes import microphone

from . import covariance
from .settings import MapSettings

MOST_PEAKS = 3
AROUND_DEGREES = 8.0  # what belongs to a peak when its place between the points is found


def grid(count: int) -> np.ndarray:
    """[count, 3]: directions spread evenly over the sphere, a Fibonacci spiral."""
    k = np.arange(count) + 0.5
    z, a = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(a), r * np.sin(a), z], 1)


def steering(form: str, directions: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """[frequencies, directions, 4] complex, unit length: responses of the four channels to plane waves.

    FOA as N3D (dipoles times root 3), in which a diffuse field is white.
    """
    if form == "foa":
        vectors = microphone.foa_weights(directions) * np.sqrt([1, 3, 3, 3]) / 2
        return np.broadcast_to(vectors, (len(frequencies), *vectors.shape)).astype(complex)
    bins = 2049
    filters = microphone.sphere_filters(bins)
    position = frequencies / (microphone.SAMPLE_RATE / 2) * (bins - 1)
    response = np.stack([np.interp(position, np.arange(bins), f.real) + 1j * np.interp(position, np.arange(bins), f.imag)
                         for f in filters])
    vectors = np.einsum("gnc,nf->fgc", microphone.capsule_weights(directions), response)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


UPPER = np.triu_indices(4, 1)


def quadratic(vectors: np.ndarray) -> np.ndarray:
    """[..., G, 4] -> [..., 16, G] float32 so that a^H P a = coefficients(P) @ quadratic(a)."""
    products = np.conj(vectors[..., UPPER[0]]) * vectors[..., UPPER[1]]
    stacked = np.concatenate([np.abs(vectors) ** 2, 2 * products.real, -2 * products.imag], -1)
    return np.swapaxes(stacked, -1, -2).astype(np.float32)


def coefficients(matrices: np.ndarray) -> np.ndarray:
    """Hermitian [..., 4, 4] -> [..., 16] float32."""
    upper = matrices[..., UPPER[0], UPPER[1]]
    diagonal = np.diagonal(matrices, axis1=-2, axis2=-1).real
    return np.concatenate([diagonal, upper.real, upper.imag], -1).astype(np.float32)


@dataclass
class Analysis:
    """The part of a recording's map that does not depend on thresholds."""

    bands: covariance.Bands
    dominance: np.ndarray  # [blocks, bands]: first eigenvalue over the second
    agreements: np.ndarray  # [blocks, bands, 16]: `coefficients` of the matrix whose quadratic form is mapped


class Mapper:
    """Maps of recordings of one `form` ("foa" or "mic") by one `method` ("music" or "srp")."""

    def __init__(self, form: str, method: str, settings: MapSettings) -> None:
        self.form, self.method, self.settings = form, method, settings
        self.phase_only = form == "mic" and method == "srp"
        self.directions = grid(settings.grid)
        near = self.directions @ self.directions.T
        self.around = near > np.cos(np.radians(AROUND_DEGREES))
        self.apart = near > np.cos(np.radians(settings.separation))
        self.forms = None

    def analyse(self, audio: np.ndarray) -> Analysis:
        """[samples, 4] -> Analysis; of the settings only low, high, width and memory matter."""
        s = self.settings
        if self.form == "foa":
            audio = audio * np.sqrt([1, 3, 3, 3])
        found = covariance.bands(audio, s.low, s.high, s.width, s.memory, self.phase_only)
        values, vectors = np.linalg.eigh(found.covariances)
        if self.method == "music":
            matrices = vectors[..., :, 3:] * np.conj(vectors[..., None, :, 3])
        else:
            matrices = found.covariances / np.maximum(values.sum(-1), 1e-20)[..., None, None]
        found.covariances = None
        return Analysis(found, values[..., 3] / np.maximum(values[..., 2], 1e-20), coefficients(matrices))

    def maps(self, analysis: Analysis) -> np.ndarray:
        """[blocks, grid] float32: share of the bands that point there, 0 ... 1."""
        s = self.settings
        weights = np.clip((analysis.bands.stand_out(s.floor_seconds) - s.floor_db) / s.ramp_db, 0, 1)
        weights *= np.clip((analysis.dominance - 1) / s.dominance, 0, 1)
        weights = weights.astype(np.float32)
        if self.forms is None:
            vectors = steering(self.form, self.directions, analysis.bands.centers)
            self.forms = quadratic(vectors / np.abs(vectors) / 2 if self.phase_only else vectors)
        total = np.zeros((len(weights), len(self.directions)), np.float32)
        for band, form in enumerate(self.forms):
            blocks = np.flatnonzero(weights[:, band])
            share = analysis.agreements[blocks, band] @ form
            if self.method == "music":
                np.minimum(share, 1, out=share)
                np.subtract(1 + s.sharpness, share, out=share)
                np.divide(s.sharpness, share, out=share)
            share *= weights[blocks, band, None]
            total[blocks] += share
        return total / len(self.forms)

    def find(self, audio: np.ndarray) -> np.ndarray:
        """[samples, 4] -> [blocks, MOST_PEAKS, 4]: the peaks of a recording."""
        return self.peaks(self.maps(self.analyse(audio)))

    def peaks(self, maps: np.ndarray) -> np.ndarray:
        """[blocks, MOST_PEAKS, 4]: unit vector and height of the highest peaks, `settings.separation` degrees apart."""
        around, apart = self.around, self.apart
        result = np.zeros((len(maps), MOST_PEAKS, 4), np.float32)
        for k, values in enumerate(maps):
            left = values.copy()
            for n in range(MOST_PEAKS):
                top = int(np.argmax(left))
                if left[top] <= 0 or values[top] < values[around[top]].max():
                    # What remains is the flank of a peak that was already used.
                    if left[top] <= 0:
                        break
                    left[around[top]] = 0
                    continue
                points = around[top]
                # Heights over the neighbourhood's lowest, squared: a centroid that the grid does not round.
                height = (values[points] - values[points].min()) ** 2 + 1e-20
                direction = height @ self.directions[points]
                result[k, n] = [*(direction / np.linalg.norm(direction)), values[top]]
                left[apart[top]] = 0
        return result
