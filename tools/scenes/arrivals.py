"""Sound that arrives at a place: when, from where, and how loud in each band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse

TAPS = 32  # of the fractional delay


@dataclass
class Arrivals:
    delays: np.ndarray  # [N] seconds
    directions: np.ndarray  # [N, 3], unit vectors in the array's axes
    gains: np.ndarray  # [N, bands]


def delay_matrix(delays: np.ndarray, size: int) -> scipy.sparse.csc_matrix:
    """Sparse [size, N]: column n is a Hann-windowed sinc at `delays[n]` samples."""
    first = np.floor(delays).astype(int) - TAPS // 2 + 1
    positions = first[:, None] + np.arange(TAPS)
    offset = positions - delays[:, None]
    values = np.sinc(offset) * (0.5 + 0.5 * np.cos(2 * np.pi * offset / TAPS))
    values[(positions < 0) | (positions >= size)] = 0
    columns = np.repeat(np.arange(len(delays)), TAPS)
    return scipy.sparse.csr_matrix(
        (values.ravel().astype(np.float32), (np.clip(positions, 0, size - 1).ravel(), columns)),
        shape=(size, len(delays)))
