"""tools/scenes/receivers.py and random_arrays.py: channels of an array file against their definition."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

import tomllib

TOOLS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
MISSING = [name for name in ("numpy", "scipy") if importlib.util.find_spec(name) is None]
if not MISSING:
    import numpy as np

    from scenes import microphone, random_arrays
    from scenes.arrivals import Arrivals
    from scenes.receivers import FS, CapsuleArray, TauNigens, fibonacci

SIZE = 1024
CARDIOID = """
mount = "open"
[[capsule]]
position = [0.05, 0, 0]
directivity = 0.5
[[capsule]]
position = [-0.05, 0, 0]
directivity = 0.5
[[capsule]]
position = [0, 0.05, 0]
[[capsule]]
azimuth = 0
elevation = 90
radius = 0.05
"""


@unittest.skipIf(MISSING, f"needs {', '.join(MISSING)}")
class ArrayScenes(unittest.TestCase):
    def array(self, text: str) -> CapsuleArray:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "array.toml"
        path.write_text(text)
        return CapsuleArray(path)

    def test_the_sphere_of_an_array_file_equals_that_of_tau_nigens(self) -> None:
        rng = np.random.default_rng(1)
        arrivals = Arrivals(rng.uniform(0.005, 0.02, 20), fibonacci(20), rng.uniform(0.1, 1, (20, 2)))
        split = np.stack([np.linspace(1, 0, SIZE // 2 + 1), np.linspace(0, 1, SIZE // 2 + 1)])
        expected = TauNigens().spectra(arrivals, split, SIZE)[:, 4:]
        found = self.array((TOOLS.parent / "arrays/tau-nigens-mic.toml").read_text()).spectra(arrivals, split, SIZE)
        self.assertLess(np.max(np.abs(found - expected)), 1e-5 * np.max(np.abs(expected)))

    def test_capsules_in_open_air_delay_and_weigh_a_wave(self) -> None:
        arrivals = Arrivals(np.array([0.01]), np.array([[1.0, 0, 0]]), np.array([[1.0]]))  # from the front
        spectra = self.array(CARDIOID).spectra(arrivals, np.ones((1, SIZE // 2 + 1)), SIZE)
        frequencies = np.arange(SIZE // 4) * FS / SIZE
        lead = 0.05 / microphone.SPEED_OF_SOUND
        for channel, (gain, delay) in enumerate([(1, 0.01 - lead), (0, 0), (1, 0.01), (1, 0.01)]):
            expected = gain * np.exp(-2j * np.pi * frequencies * delay)
            self.assertLess(np.max(np.abs(spectra[:SIZE // 4, channel] - expected)), 0.01, channel)

    def test_a_diffuse_field_correlates_as_the_distance_says(self) -> None:
        total = 3 * 24 * SIZE
        colour = np.ones(total // 2 + 1)
        noise = self.array(CARDIOID).diffuse(np.random.default_rng(2), colour, total)
        spectra = np.fft.rfft(noise[:, 2:].reshape(-1, SIZE, 2), axis=1)
        coherence = np.mean(spectra[:, :, 0] * spectra[:, :, 1].conj(), 0).real / np.mean(np.abs(spectra) ** 2, (0, 2))
        k = 2 * np.pi * np.arange(SIZE // 2 + 1) * FS / SIZE / microphone.SPEED_OF_SOUND
        expected = np.sinc(k * 0.05 * np.sqrt(2) / np.pi)
        self.assertLess(np.sqrt(np.mean((coherence - expected)[5:200] ** 2)), 0.16)

    def test_random_arrays_are_reproducible_and_of_all_families(self) -> None:
        drawn = [random_arrays.draw(3, number) for number in range(8)]
        self.assertEqual(drawn, [random_arrays.draw(3, number) for number in range(8)])
        self.assertEqual(len({text for _, text in drawn}), 8)
        for name, text in drawn:
            table = tomllib.loads(text)
            places = np.array([capsule["position"] for capsule in table["capsule"]])
            self.assertEqual(places.shape, (4, 3))
            self.assertEqual(table["mount"] == "rigid-sphere", name.startswith("sphere"))
            self.assertTrue(np.all(np.linalg.norm(places, axis=1) < 0.07))


if __name__ == "__main__":
    unittest.main()
