"""Writes Tests/Fixtures/Features/features.safetensors: features of four channels of audio by librosa and scipy.

Formulas: the docstrings of Sources/Features. Everything is computed in double precision, then kept as float32.
"""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import scipy.fft
import scipy.signal
from safetensors.numpy import save_file

RATE, HOP, WINDOW, POINTS, BANDS = 24000, 480, 960, 1024, 64
PAIRS = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def make_audio(frames: int = 2400) -> np.ndarray:
    """[4, frames]: coloured noise that reaches the channels with delays and gains, a tone, and noise of their own."""
    random = np.random.default_rng(2021)
    source = scipy.signal.lfilter([1], [1, -0.7], random.standard_normal(frames + 64))
    t = np.arange(frames) / RATE
    channels = []
    for delay, gain in [(0, 0.1), (2, 0.08), (5, -0.05), (1, 0.02)]:
        tone = 0.05 * np.sin(2 * np.pi * 700 * (t - delay / RATE))
        channels.append(gain * source[32 - delay : 32 - delay + frames] + tone + 0.003 * random.standard_normal(frames))
    audio = np.stack(channels)
    audio[:, :100] = 0
    return audio.astype(np.float32).astype(np.float64)


def stft(audio: np.ndarray) -> np.ndarray:
    """[4, 513, frames], time zero at the start of the window instead of 32 samples before it."""
    spectrum = librosa.stft(
        audio, n_fft=POINTS, win_length=WINDOW, hop_length=HOP, window="hann", center=True, pad_mode="constant",
        dtype=np.complex128,
    )[:, :, : audio.shape[1] // HOP]
    turn = np.exp(2j * np.pi * np.arange(POINTS // 2 + 1) * (POINTS - WINDOW) / 2 / POINTS)
    return spectrum * turn[:, None]


def log_mel(spectrum: np.ndarray, mel: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(mel @ np.abs(spectrum) ** 2, 1e-10))


def intensity(spectrum: np.ndarray, mel: np.ndarray) -> np.ndarray:
    """Channels W, Y, Z, X to the intensity along y, z, x."""
    energy = (np.abs(spectrum) ** 2).sum(0) / 2 + 1e-20
    flow = np.real(np.conj(spectrum[:1]) * spectrum[1:]) / energy
    return (mel / mel.sum(1, keepdims=True)) @ flow


def gcc_phat(spectrum: np.ndarray) -> np.ndarray:
    result = []
    for m, n in PAIRS:
        cross = np.conj(spectrum[m]) * spectrum[n]
        length = np.abs(cross)
        phase = np.where(length > 0, cross / np.where(length > 0, length, 1), 0)
        lags = scipy.fft.irfft(phase, n=POINTS, axis=0)
        result.append(np.concatenate([lags[-BANDS // 2 :], lags[: BANDS // 2]]))
    return np.stack(result)


def path_difference(spectrum: np.ndarray, mel: np.ndarray) -> np.ndarray:
    centres = librosa.mel_frequencies(BANDS + 2, fmin=0, fmax=RATE / 2)[1:-1, None]
    cross = mel @ (np.conj(spectrum[:1]) * spectrum[1:])
    return np.where(centres <= 2500, -343 / (2 * np.pi * centres) * np.angle(cross), 0)


def coherence(spectrum: np.ndarray, mel: np.ndarray) -> np.ndarray:
    power = mel @ np.abs(spectrum) ** 2
    pairs = [(mel @ (np.conj(spectrum[m]) * spectrum[n])) / np.sqrt(power[m] * power[n]) for m, n in PAIRS]
    silent = np.stack([power[m] * power[n] == 0 for m, n in PAIRS])
    pairs = np.where(silent, 0, np.stack(pairs))
    return np.concatenate([pairs.real, pairs.imag])


def covariance(spectrum: np.ndarray, mel: np.ndarray) -> np.ndarray:
    energy = mel @ (np.abs(spectrum) ** 2).sum(0) / 2
    pairs = np.stack([mel @ (np.conj(spectrum[m]) * spectrum[n]) for m, n in PAIRS])
    pairs = np.divide(pairs, energy, out=np.zeros_like(pairs), where=energy > 0)
    return np.concatenate([pairs.real, pairs.imag])


def main() -> None:
    audio = make_audio()
    spectrum = stft(audio)
    mel = librosa.filters.mel(sr=RATE, n_fft=POINTS, n_mels=BANDS, dtype=np.float64)
    channel_last = {
        "audio": audio.T,
        "stft_real": spectrum.real[:, :, 2:].transpose(2, 1, 0),
        "stft_imaginary": spectrum.imag[:, :, 2:].transpose(2, 1, 0),
        "log_mel": log_mel(spectrum, mel).transpose(2, 1, 0),
        "intensity": intensity(spectrum, mel).transpose(2, 1, 0),
        "gcc_phat": gcc_phat(spectrum).transpose(2, 1, 0),
        "path_difference": path_difference(spectrum, mel).transpose(2, 1, 0),
        "coherence": coherence(spectrum, mel).transpose(2, 1, 0),
        "covariance": covariance(spectrum, mel).transpose(2, 1, 0),
        "mel": mel,
    }
    target = Path(__file__).parents[2] / "Tests/Fixtures/Features/features.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(x, dtype=np.float32) for name, x in channel_last.items()}, target)


if __name__ == "__main__":
    main()
