"""Responses that an open array measured in a room, as four kinds of microphone give them: capsules, Ambisonics, a rigid sphere.

The files are those of tools/get-measured-rooms (R3VIVAL, Sebastia V. Amengual Gari): 48 kHz, seven omnidirectional capsules, one
loudspeaker each.
Everything returned is at 24 kHz, from 2 ms before the direct sound to 0.8 s, scaled so that the centre capsule's peak is 1.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.fft
import soundfile
from scipy.signal import butter, firwin, oaconvolve, resample_poly, sosfiltfilt

from . import microphone

FS = microphone.SAMPLE_RATE
FORMATS = ("foa", "foa-linear", "capsules", "mic")
NAME = re.compile(r"RLRVarAcLab_Absorptive_(\w+)_S(\d{3})-(\d{3})_R1_FRL10cm\.wav")
RAW_FS = 48_000
ONSET, LENGTH, LEAD = 479, 0.8, 0.002  # direct sound at the centre, samples at 48 kHz; s; s before the direct sound

# Of each capsule: x front, y left, z up in millimetres, dB and microseconds against the centre. Order: front, back, right top, left top,
# right bottom, left bottom, centre. The published table of angles contradicts the delays between capsules and the photograph. These
# are the positions of the photograph (48 mm from the centre), moved by at most 2.5 mm so that the direct sounds of all places fit, as
# a capsule's delay and level do: to 1 microsecond from 300 to 1500 Hz, and to 0.1 dB from 200 to 2000 Hz.
CAPSULES = np.array([
    (46.1, -2.0, 0.0, -9.6, -8.5),
    (-46.9, 1.9, 0.0, -9.6, -10.2),
    (1.2, -34.2, 33.9, -8.7, -2.6),
    (-0.8, 32.7, 33.9, -9.8, -2.3),
    (-2.4, -31.7, -33.9, -8.5, -9.9),
    (-2.0, 31.7, -33.9, -10.2, -14.0),
    (0.0, 0.0, 0.0, 0.0, 0.0),
])
POSITIONS = CAPSULES[:, :3] / 1000
RAW_CAPSULES = 4  # of the format `capsules`
# The loudspeakers' centres lie 10.5 cm above the array's: degrees of elevation by distance in centimetres.
ELEVATIONS = {150: 4.0, 200: 3.0, 300: 2.0}

CROSSOVER = 1800.0  # Hz: above, the format `foa` has the centre's pressure in the measured direction of arrival
WINDOW, HOP = 64, 16  # samples at 48 kHz, of a measured direction
ENCODER_BINS, ENCODER_TAPS = 257, 256
REGULARIZATION = 1e-3  # of the linear encoder, relative to a capsule's power


@dataclass(frozen=True)
class Place:
    """One loudspeaker; degrees in our axes, where azimuth is counter-clockwise."""

    path: Path
    walls: str
    azimuth: float
    elevation: float
    distance: float  # metres


def places(folder: Path) -> list[Place]:
    """Every measured place of a folder of tools/get-measured-rooms, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.wav")):
        match = NAME.fullmatch(path.name)
        if match and int(match[3]) in ELEVATIONS:
            clockwise, centimetres = int(match[2]), int(match[3])
            azimuth = (180 - clockwise) % 360 - 180
            found.append(Place(path, match[1], float(azimuth), ELEVATIONS[centimetres], centimetres / 100))
    if not found:
        raise SystemExit(f"{folder}: expected files of tools/get-measured-rooms, found none: run it, or correct --rooms")
    return found


def read(path: Path) -> np.ndarray:
    """[samples at 48 kHz, 7]: a measured response, cut and scaled."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    if rate != RAW_FS or samples.shape[1] != len(POSITIONS):
        raise SystemExit(f"{path}: expected 7 channels at 48000 Hz, found {samples.shape[1]} at {rate}: run tools/get-measured-rooms again")
    begin = ONSET - int(LEAD * RAW_FS)
    samples = samples[begin:begin + int(LENGTH * RAW_FS)]
    fade = int(0.02 * RAW_FS)
    samples[-fade:] *= 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, fade))[:, None]
    return samples / np.max(np.abs(samples[:, -1]))


def response(path: Path, form: str) -> np.ndarray:
    """[samples at 24 kHz, 4] float32: one of FORMATS. FOA is W, Y, Z, X (SN3D)."""
    return responses(path)[form]


@functools.cache
def responses(path: Path) -> dict[str, np.ndarray]:
    """Every format of a measured response."""
    raw = read(path)
    alike = equalize(raw)
    directions = arrivals(alike)[::RAW_FS // FS]
    slow = resample_poly(alike, FS, RAW_FS)
    pressure = slow[:, -1]
    linear = encode(slow)
    low = firwin(255, CROSSOVER, fs=FS)[:, None]
    parametric = pressure[:, None] * microphone.foa_weights(directions)
    made = {
        "foa": oaconvolve(linear - parametric, low, mode="same", axes=0) + parametric,
        "foa-linear": linear,
        "capsules": resample_poly(raw[:, :RAW_CAPSULES], FS, RAW_FS),
        "mic": on_sphere(pressure, directions),
    }
    return {form: audio.astype(np.float32) for form, audio in made.items()}


def equalize(raw: np.ndarray) -> np.ndarray:
    """[samples, 7], the same shape: without the capsules' differences in level and delay."""
    frequencies = scipy.fft.rfftfreq(len(raw), 1 / RAW_FS)[:, None]
    alike = np.exp(2j * np.pi * frequencies * CAPSULES[:, 4] * 1e-6) / 10 ** (CAPSULES[:, 3] / 20)
    return scipy.fft.irfft(scipy.fft.rfft(raw, axis=0) * alike, len(raw), axis=0)


def arrivals(capsules: np.ndarray) -> np.ndarray:
    """[samples, 7] -> [samples, 3]: unit vectors towards the sound of each moment, from delays between the outer capsules.

    Tervo et al., "Spatial decomposition method for room impulse responses", J. Audio Eng. Soc. 61 (2013): a plane wave is fitted by
    least squares to the peaks of all cross-correlations in a short window.
    """
    outer = sosfiltfilt(butter(2, [300, 3000], "bandpass", fs=RAW_FS, output="sos"), capsules[:, :-1], axis=0)
    padded = np.pad(outer, ((WINDOW // 2, WINDOW // 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=0)[::HOP] * np.hanning(WINDOW)
    spectra = scipy.fft.rfft(windows, 4 * WINDOW, axis=-1)
    first, second = np.triu_indices(outer.shape[1], 1)
    baselines = POSITIONS[first] - POSITIONS[second]
    reach = int(np.ceil(2 * np.max(np.abs(POSITIONS)) / microphone.SPEED_OF_SOUND * RAW_FS)) + 1
    # A wave from u reaches capsule i earlier than j by (r_i - r_j) u / c: the correlation peaks at that lag.
    correlation = scipy.fft.irfft(np.conj(spectra[:, first]) * spectra[:, second], 4 * WINDOW, axis=-1)
    correlation = np.concatenate([correlation[..., -reach - 1:], correlation[..., :reach + 2]], -1)
    peak = np.argmax(correlation[..., 1:-1], -1) + 1
    before, top, after = (np.take_along_axis(correlation, (peak + shift)[..., None], -1)[..., 0] for shift in (-1, 0, 1))
    curve = before - 2 * top + after
    lags = peak - reach - 1 + np.where(curve < 0, 0.5 * (before - after) / np.where(curve < 0, curve, 1), 0)
    vectors = lags / RAW_FS * microphone.SPEED_OF_SOUND @ np.linalg.pinv(baselines).T
    times, centres = np.arange(len(capsules)), np.arange(len(vectors)) * HOP
    vectors = np.stack([np.interp(times, centres, vectors[:, axis]) for axis in range(3)], -1)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


@functools.cache
def encoder() -> np.ndarray:
    """[4, 7, ENCODER_TAPS]: filters from capsules to W, Y, Z, X, the least squares of plane waves from everywhere."""
    count = 400
    height = 1 - (2 * np.arange(count) + 1) / count
    turn = np.pi * (1 + np.sqrt(5)) * np.arange(count)
    level = np.sqrt(1 - height**2)
    directions = np.stack([level * np.cos(turn), level * np.sin(turn), height], -1)
    wanted = microphone.foa_weights(directions).T
    matrices = []
    for frequency in np.linspace(0, FS / 2, ENCODER_BINS):
        waves = np.exp(2j * np.pi * frequency / microphone.SPEED_OF_SOUND * (POSITIONS @ directions.T))
        power = waves @ waves.conj().T / count + REGULARIZATION * np.eye(len(POSITIONS))
        matrices.append(np.linalg.solve(power.T, (wanted @ waves.conj().T / count).T).T)
    matrices = np.moveaxis(np.array(matrices), 0, -1)
    matrices[..., -1] = matrices[..., -1].real
    taps = scipy.fft.fftshift(scipy.fft.irfft(matrices, axis=-1), axes=-1)
    start = (taps.shape[-1] - ENCODER_TAPS) // 2
    return taps[..., start:start + ENCODER_TAPS] * np.hanning(ENCODER_TAPS + 1)[:-1]


def encode(capsules: np.ndarray) -> np.ndarray:
    """[samples, 7] at 24 kHz -> [samples, 4], without delay."""
    padded = np.pad(capsules, ((0, ENCODER_TAPS), (0, 0)))
    output = np.zeros((len(capsules), 4))
    for channel, filters in enumerate(encoder()):
        wet = sum(oaconvolve(padded[:, m], filters[m]) for m in range(len(filters)))
        output[:, channel] = wet[ENCODER_TAPS // 2:ENCODER_TAPS // 2 + len(capsules)]
    return output


def on_sphere(pressure: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """[samples], [samples, 3] -> [samples, 4]: each sample arrives from its direction at TAU-NIGENS' rigid sphere."""
    size = scipy.fft.next_fast_len(len(pressure) + 256, real=True)
    filters = microphone.sphere_filters(size // 2 + 1)
    # The sphere's filters are not causal: a capsule that faces the wave is earlier than the centre.
    spectra = scipy.fft.rfft(pressure[:, None, None] * microphone.capsule_weights(directions), size, axis=0)
    return scipy.fft.irfft(np.einsum("fnc,nf->fc", spectra, filters), size, axis=0)[:len(pressure)]


def reverberation_time(audio: np.ndarray) -> float:
    """Seconds: 60 dB of decay, from -5 to -25 dB of the backward integral of one channel, 500 to 2000 Hz."""
    band = sosfiltfilt(butter(2, [500, 2000], "bandpass", fs=FS, output="sos"), audio)
    remaining = np.cumsum(band[::-1] ** 2)[::-1]
    decibels = 10 * np.log10(remaining / remaining[0])
    begin, end = np.argmax(decibels < -5), np.argmax(decibels < -25)
    return 3 * (end - begin) / FS
