#!/usr/bin/env python3
"""Checks labels against audio: the angle between a block's active intensity and its label, where one source is active.

    check-scenes.py DIR     a folder in the TAU-NIGENS layout; meant for scenes made with test-scenes.py --dry

FOA: the direction of the intensity up to 5 kHz. MIC: the direction whose free-field delays between capsules, stretched
by 1.5 as a rigid sphere does to low frequencies, fit the phases below 800 Hz. Ends with 1 if a median is 5 degrees or more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import stft

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tools/
from scenes.microphone import CAPSULES, RADIUS, SPEED_OF_SOUND, unit_vectors


def single_labels(path: Path) -> dict[int, np.ndarray]:
    """{frame: unit vector} of the frames with exactly one source."""
    rows = np.loadtxt(path, delimiter=",", dtype=int, ndmin=2)
    frames, counts = np.unique(rows[:, 0], return_counts=True)
    alone = set(frames[counts == 1])
    return {row[0]: unit_vectors(float(row[3]), float(row[4])) for row in rows if row[0] in alone}


def spectra(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(frequencies, [channels, bins, frames]): frames every 480 samples, frame f around sample 480 f."""
    audio, rate = soundfile.read(path)
    frequencies, _, values = stft(audio.T, rate, nperseg=960, noverlap=480, nfft=1024)
    return frequencies, values


def foa_direction(frequencies: np.ndarray, block: np.ndarray) -> np.ndarray:
    band = (frequencies > 100) & (frequencies < 5000)
    w, y, z, x = block[:, band]
    return np.array([np.sum((np.conj(w) * v).real) for v in (x, y, z)])


def mic_direction(frequencies: np.ndarray, block: np.ndarray) -> np.ndarray:
    band = (frequencies > 150) & (frequencies < 800)
    slopes = []
    for m in range(4):
        for n in range(m + 1, 4):
            cross = np.conj(block[m, band]) * block[n, band]
            omega = 2 * np.pi * frequencies[band, None]
            slopes.append(np.sum(np.abs(cross) * np.angle(cross) * omega) / np.sum(np.abs(cross) * omega**2))
    capsules = unit_vectors(CAPSULES[:, 0], CAPSULES[:, 1]) * 1.5 * RADIUS / SPEED_OF_SOUND
    rows = np.array([capsules[n] - capsules[m] for m in range(4) for n in range(m + 1, 4)])
    return np.linalg.lstsq(rows, np.array(slopes), rcond=None)[0]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root, bad = Path(sys.argv[1]), False
    for folder, estimate in (("foa_dev", foa_direction), ("mic_dev", mic_direction)):
        errors = []
        for path in sorted((root / folder).glob("*.wav")):
            reference = single_labels(root / "metadata_dev" / f"{path.stem}.csv")
            frequencies, values = spectra(path)
            for frame, direction in reference.items():
                found = estimate(frequencies, values[:, :, 5 * frame:5 * frame + 5])
                cosine = found @ direction / max(np.linalg.norm(found), 1e-20)
                errors.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        if not errors:
            sys.exit(f"check-scenes: {root / folder}: expected recordings with labels, found none")
        median = np.median(errors)
        bad |= bool(median >= 5)
        print(f"{folder}: {len(errors)} blocks, median {median:.2f} degrees, 90 % within {np.percentile(errors, 90):.2f}")
    sys.exit(int(bad))


if __name__ == "__main__":
    main()
