"""tools/scenes/measured-scenes.py on responses of a plane wave, written as tools/get-measured-rooms would leave them."""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
MISSING = [name for name in ("numpy", "scipy", "soundfile") if importlib.util.find_spec(name) is None]
if not MISSING:
    import numpy as np
    import soundfile
    from scipy.signal import butter, sosfiltfilt

    from scenes import measured, microphone


def name(walls: str, clockwise: int, centimetres: int) -> str:
    return f"RLRVarAcLab_Absorptive_{walls}_S{clockwise:03d}-{centimetres}_R1_FRL10cm.wav"


def write_response(path: Path, azimuth: float, elevation: float) -> None:
    """A plane wave at the seven capsules as they are, 10 ms after the start, and a quieter decay of noise after it."""
    size = measured.RAW_FS
    frequencies = np.fft.rfftfreq(size, 1 / size)[:, None]
    lead = measured.POSITIONS @ microphone.unit_vectors(azimuth, elevation) / microphone.SPEED_OF_SOUND
    delays = measured.ONSET / size - lead + measured.CAPSULES[:, 4] * 1e-6
    wave = np.fft.irfft(np.exp(-2j * np.pi * frequencies * delays) * (frequencies < 20_000), size, axis=0)
    rng = np.random.default_rng(1)
    decay = np.exp(-np.arange(size) / (0.05 * size))
    decay[:1000] = 0
    wave += 1e-3 * rng.standard_normal(wave.shape) * decay[:, None]
    soundfile.write(path, 0.3 * wave * 10 ** (measured.CAPSULES[:, 3] / 20), size, subtype="FLOAT")


def apart(u: np.ndarray, v: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1))))


def intensity(audio: np.ndarray, low: float, high: float) -> np.ndarray:
    band = sosfiltfilt(butter(2, [low, high], "bandpass", fs=measured.FS, output="sos"), audio, axis=0)
    return np.array([np.sum(band[:, 0] * band[:, k]) for k in (3, 1, 2)])


@unittest.skipIf(MISSING, f"needs {', '.join(MISSING)}")
class MeasuredScenes(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.rooms = self.root / "rooms"
        self.rooms.mkdir()

    def test_names_count_clockwise_and_labels_counter_clockwise(self) -> None:
        for file in (name("RB", 90, 200), name("025", 330, 300), name("RB", 180, 150), "RLRVarAcLab_Absorptive_RB_SBG1_R1_FRL10cm.wav"):
            (self.rooms / file).write_bytes(b"")
        told = [(p.walls, p.azimuth, p.elevation, p.distance) for p in measured.places(self.rooms)]
        self.assertEqual(told, [("025", 30, 2, 3), ("RB", -90, 3, 2), ("RB", -180, 4, 1.5)])

    def test_every_format_of_a_plane_wave_has_its_direction(self) -> None:
        for azimuth, elevation in ((0, 0), (-60, 20), (130, -30)):
            path = self.rooms / f"{azimuth}.wav"
            write_response(path, azimuth, elevation)
            u = microphone.unit_vectors(azimuth, elevation)
            direct = {form: measured.response(path, form)[:120].astype(float) for form in measured.FORMATS}
            with self.subTest(azimuth=azimuth):
                self.assertLess(apart(intensity(direct["foa"], 200, 1500), u), 1.5)
                self.assertLess(apart(intensity(direct["foa"], 3000, 8000), u), 1.5)
                self.assertLess(apart(intensity(direct["foa-linear"], 200, 1500), u), 1.5)
                # As recorded: the front capsule's level over the right top one's.
                levels = 10 * np.log10(np.sum(direct["capsules"] ** 2, 0))
                self.assertAlmostEqual(levels[0] - levels[2], measured.CAPSULES[0, 3] - measured.CAPSULES[2, 3], delta=0.3)
                # On the sphere, at low frequencies, a capsule is earlier by 1.5 times its way along the wave.
                arrival = [np.argmax(np.correlate(channel, direct["mic"][:, 0], "full")) for channel in direct["mic"].T]
                capsules = microphone.unit_vectors(microphone.CAPSULES[:, 0], microphone.CAPSULES[:, 1])
                order = (capsules @ u - capsules[0] @ u) * microphone.RADIUS
                self.assertGreater(np.corrcoef(-np.array(arrival), order)[0, 1], 0.9)

    def test_writes_one_scene_in_every_format_and_the_same_again(self) -> None:
        for clockwise in (0, 90, 180, 270):
            write_response(self.rooms / name("025", clockwise, 200), -clockwise, 3)
        rng, sounds = np.random.default_rng(2), self.root / "sounds"
        sounds.mkdir()
        for k in range(3):
            soundfile.write(sounds / f"{k}.wav", 0.1 * rng.standard_normal(2 * measured.FS), measured.FS)
        outs = [self.root / "first", self.root / "second"]
        for out in outs:
            command = [sys.executable, TOOLS / "scenes/measured-scenes.py", "--rooms", self.rooms, "--sounds", sounds, "--out", out,
                       "--recordings", "2", "--seconds", "6", "--seed", "5"]
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        files = sorted(path.relative_to(outs[0]) for path in outs[0].rglob("*.*"))
        self.assertEqual(len(files), 4 * 5)
        for file in files:
            self.assertEqual((outs[0] / file).read_bytes(), (outs[1] / file).read_bytes(), file)

        recording = "fold1_room1_mix001_ov1"
        labels = [(outs[0] / form / f"metadata_dev/{recording}.csv").read_text() for form in measured.FORMATS]
        self.assertEqual(len(set(labels)), 1)
        audio, rate = soundfile.read(outs[0] / f"foa/foa_dev/{recording}.wav")
        self.assertEqual((rate, audio.shape), (measured.FS, (6 * measured.FS, 4)))
        rows = list(csv.reader(labels[0].splitlines()))
        self.assertGreater(len(rows), 20)
        for frame, _, _, azimuth, elevation in rows[3::5]:
            block = audio[int(frame) * 2400:(int(frame) + 1) * 2400]
            u = microphone.unit_vectors(float(azimuth), float(elevation))
            self.assertLess(apart(intensity(block, 200, 1500), u), 8, (frame, azimuth))

    def test_refuses_a_folder_without_responses(self) -> None:
        with self.assertRaisesRegex(SystemExit, "expected files of tools/get-measured-rooms, found none"):
            measured.places(self.rooms)


if __name__ == "__main__":
    unittest.main()
