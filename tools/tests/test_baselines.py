"""The Kalman baseline: maps of plane waves, filters of made-up peaks. Without NumPy and SciPy these are left out."""

from __future__ import annotations

import sys
import unittest
from dataclasses import replace
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS))

try:
    import numpy as np

    from baselines import covariance, kalman, maps
    from baselines.settings import MapSettings, TrackSettings
except ImportError:
    np = None


def direction(azimuth: float, elevation: float = 0.0) -> np.ndarray:
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])


def plane_wave(form: str, towards: np.ndarray, seconds: float, seed: int) -> np.ndarray:
    """[samples, 4]: noise from a direction after half a second of quiet, over uncorrelated noise 30 dB below."""
    rng = np.random.default_rng(seed)
    count = int(seconds * covariance.SAMPLE_RATE)
    wave = rng.standard_normal(count)
    wave[:count // 4] = 0
    spectrum = np.fft.rfft(wave)
    frequencies = np.fft.rfftfreq(count, 1 / covariance.SAMPLE_RATE)
    response = maps.steering(form, towards[None], frequencies)[:, 0] * 2
    audio = np.fft.irfft(spectrum[:, None] * response, count, axis=0)
    if form == "foa":
        audio = audio / np.sqrt([1, 3, 3, 3])
    return (audio + 0.03 * rng.standard_normal((count, 4))).astype(np.float32)


@unittest.skipUnless(np, "no NumPy and SciPy here")
class Maps(unittest.TestCase):
    def test_a_plane_wave_is_the_highest_peak(self) -> None:
        settings = MapSettings()
        for form in ("foa", "mic"):
            for method in ("music", "srp"):
                mapper = maps.Mapper(form, method, settings)
                for towards in (direction(70, 20), direction(-160, -35)):
                    found = mapper.find(plane_wave(form, towards, 2, 1))[8:, 0]
                    angles = np.degrees(np.arccos(np.clip(found[:, :3] @ towards, -1, 1)))
                    self.assertLess(np.median(angles), 1, (form, method))

    def test_a_block_knows_nothing_of_later_samples(self) -> None:
        audio = plane_wave("mic", direction(30), 2, 2)
        mapper = maps.Mapper("mic", "music", MapSettings(grid=100))
        whole, part = (mapper.maps(mapper.analyse(piece)) for piece in (audio, audio[:12 * covariance.BLOCK]))
        np.testing.assert_allclose(whole[:12], part, atol=1e-4)

    def test_the_quadratic_form_is_that_of_the_matrix(self) -> None:
        rng = np.random.default_rng(3)
        vectors = rng.standard_normal((5, 4)) + 1j * rng.standard_normal((5, 4))
        root = rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
        matrix = root @ root.conj().T
        expected = np.einsum("gi,ij,gj->g", vectors.conj(), matrix, vectors).real
        np.testing.assert_allclose(maps.coefficients(matrix) @ maps.quadratic(vectors), expected, rtol=1e-5)


@unittest.skipUnless(np, "no NumPy and SciPy here")
class Filters(unittest.TestCase):
    settings = TrackSettings() if np else None

    def run_on(self, blocks: list, **changes: float) -> list:
        """[block][(number, unit vector)]; `blocks` of lists of azimuths."""
        tracker = kalman.Kalman(replace(self.settings, birth=0.5, stay=0.25, confirm=3, coast=6, report_missed=2,
                                        tentative_missed=0, **changes))
        return [tracker.step(np.array([[*direction(a), 1.0] for a in block]).reshape(-1, 4)) for block in blocks]

    def test_a_track_is_told_once_confirmed_and_keeps_its_number_over_a_gap(self) -> None:
        told = self.run_on([[40]] * 5 + [[]] * 4 + [[41]] * 3)
        self.assertEqual([len(block) for block in told], [0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1])
        self.assertEqual({number for block in told for number, _ in block}, {0})

    def test_a_track_that_ended_is_another_when_it_returns(self) -> None:
        told = self.run_on([[40]] * 5 + [[]] * 8 + [[40]] * 4)
        self.assertEqual([number for number, _ in told[-1]], [1])

    def test_one_peak_is_no_track(self) -> None:
        self.assertEqual(sum(len(block) for block in self.run_on([[10], [], [90], [], [10], []])), 0)

    def test_two_that_cross_keep_their_numbers(self) -> None:
        # One stands, one passes it at 40 degrees a second; both peaks are seen all the time.
        told = self.run_on([[-40 + 4 * k, 0.5] for k in range(21)], merge=0.0, apart=3.0)
        self.assertEqual(len(told[-1]), 2)
        where = {number: np.degrees(np.arctan2(u[1], u[0])) for number, u in told[5]}
        after = {number: np.degrees(np.arctan2(u[1], u[0])) for number, u in told[-1]}
        self.assertEqual(set(where), set(after))
        mover = min(where, key=where.get)
        self.assertGreater(after[mover], 30)

    def test_the_assignment_is_the_global_one(self) -> None:
        costs = np.array([[1.0, 2.0], [1.5, kalman.UNMATCHED], [kalman.UNMATCHED, kalman.UNMATCHED]])
        self.assertEqual(kalman.cheapest(costs), {0: 1, 1: 0})


if __name__ == "__main__":
    unittest.main()
