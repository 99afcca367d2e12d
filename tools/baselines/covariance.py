"""Input of both maps: covariances of the four channels in bands, and the level of each band above the noise.

Everything of block k is made of samples before its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE = 24_000
BLOCK = 2400  # samples
HOP, WINDOW, SIZE = 480, 960, 1024  # samples of a frame
FRAMES = BLOCK // HOP


@dataclass
class Bands:
    centers: np.ndarray  # [bands] Hz
    covariances: np.ndarray  # [blocks, bands, 4, 4] complex64
    power: np.ndarray  # [blocks, bands] mean of the channels

    def stand_out(self, floor_seconds: float) -> np.ndarray:
        """[blocks, bands]: dB over the noise floor."""
        return 10 * np.log10((self.power + 1e-16) / (noise_floor(self.power, floor_seconds) + 1e-16))


def spectra(audio: np.ndarray) -> np.ndarray:
    """[samples, 4] -> [frames, 4, SIZE / 2 + 1] complex64; window f ends at sample HOP (f + 1)."""
    padded = np.concatenate([np.zeros((WINDOW - HOP, 4), np.float32), audio.astype(np.float32)])
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    starts = HOP * np.arange(len(audio) // BLOCK * FRAMES)
    pieces = padded[starts[:, None] + np.arange(WINDOW)] * window[None, :, None]
    return np.fft.rfft(pieces, SIZE, axis=1).transpose(0, 2, 1).astype(np.complex64)


def bands(audio: np.ndarray, low: float, high: float, width: int, memory: float, phase_only: bool = False) -> Bands:
    """Bands of `width` bins from `low` to `high` Hz.

    `memory`: share of a covariance that stays for the next block. `phase_only`: every channel of every bin has
    magnitude 1 (the phase transform), in the covariances only.
    """
    first = int(np.ceil(low * SIZE / SAMPLE_RATE))
    count = (int(high * SIZE / SAMPLE_RATE) + 1 - first) // width
    values = spectra(audio)[:, :, first:first + count * width]
    power = np.mean(np.abs(values) ** 2, 1).reshape(-1, FRAMES, count, width).mean((1, 3))
    if phase_only:
        values = values / np.maximum(np.abs(values), 1e-20)
    # [blocks, bands, snapshots, 4]
    snapshots = values.reshape(-1, FRAMES, 4, count, width).transpose(0, 3, 1, 4, 2).reshape(-1, count, FRAMES * width, 4)
    covariances = np.swapaxes(snapshots, 2, 3) @ snapshots.conj()
    for k in range(1, len(covariances) if memory else 0):
        covariances[k] += memory * covariances[k - 1]
    centers = (first + width * np.arange(count) + (width - 1) / 2) * SAMPLE_RATE / SIZE
    return Bands(centers, covariances, power)


def noise_floor(power: np.ndarray, seconds: float) -> np.ndarray:
    """[blocks, bands]: the least of the smoothed power over the last `seconds` (R. Martin's minimum statistics, 2001)."""
    smooth = power.copy()
    for k in range(1, len(power)):
        smooth[k] = 0.6 * smooth[k - 1] + 0.4 * power[k]
    reach = int(seconds * SAMPLE_RATE / BLOCK)
    floor = smooth.copy()
    for k in range(len(power)):
        floor[k] = smooth[max(0, k - reach):k + 1].min(0)
    return floor
