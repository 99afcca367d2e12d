"""What tools/faults/fault-test and tools/faults/soak conclude from what they see. Standard library only, no daemon."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from faults.endurance import Identities
from faults.microphone import Microphone, write_wave
from faults.reference import Comparison


def track(name: int, azimuth: float = 10.0, age: float = 1.0) -> dict:
    return {"id": name, "azimuth": azimuth, "elevation": 0.0, "activity": 0.9, "age": age}


class ComparisonTests(unittest.TestCase):
    def problems(self, *stretches: Any) -> list[str]:
        comparison = Comparison()
        for number, (heard, expected) in enumerate(stretches):
            comparison.stretch(heard, expected, f"stretch {number}")
        return comparison.problems

    def test_other_ids_are_the_same_tracks(self) -> None:
        expected = [[], [track(1)], [track(1), track(2, 50)]]
        heard = {1: [track(7)], 2: [track(7), track(9, 50)]}
        again = {0: [], 1: [track(10)], 2: [track(10), track(11, 50)]}
        self.assertEqual(self.problems((heard, expected), (again, expected)), [])

    def test_behind_is_behind(self) -> None:
        self.assertEqual(self.problems(({0: [track(1, -180.0)]}, [[track(1, 180.0)]])), [])

    def test_what_is_wrong_is_found(self) -> None:
        expected = [[track(1)], [track(1), track(2, 50)]]
        good = {0: [track(5)], 1: [track(5), track(6, 50)]}
        for heard, said in (
            ({0: [track(5, 10.1)]}, "found"),
            ({0: [track(5, age=1.1)]}, "found"),
            ({0: []}, "expected 1 tracks"),
            ({0: [track(5)], 1: [track(6), track(5, 50)]}, "was 5 and is 6"),
            ({0: [track(5)], 1: [track(5), track(5, 50)]}, "one id for two"),
            ({2: []}, "not in the audio"),
        ):
            self.assertIn(said, self.problems((heard, expected))[0])
        self.assertIn("used before", self.problems((good, expected), (good, expected))[0])


class MicrophoneTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        path = Path(self.folder.name) / "a.wav"
        # Frame n holds n, four times.
        write_wave(path, 24000, 4, b"".join(n.to_bytes(2, "little") * 4 for n in range(1000)))
        self.device = Microphone(self.folder.name, path)

    def frames(self, audio: bytes) -> list[int]:
        return [int.from_bytes(audio[at : at + 2], "little") for at in range(0, len(audio), 8)]

    def test_audio_goes_round(self) -> None:
        self.assertEqual(self.frames(self.device.audio(998, 4)), [998, 999, 0, 1])
        self.assertEqual(len(self.frames(self.device.audio(3500, 2000))), 2000)

    def test_long_gaps_part_the_audio(self) -> None:
        second = 10**9
        self.device.log.write_text(
            f"open\nstart {100 * second}\nframes 0 24000\n"
            f"start {round(101.1 * second)}\nframes 26400 2400\n"  # 0.1 s later
            f"open\nstart {round(102.5 * second)}\n"  # of a device that gave nothing
            f"open\nstart {round(103 * second)}\nframes 0 2400\nframes 8400 10\n"  # 1.8 s later, then a jump of 0.25 s
            f"start {round(103.6 * second)}\nframes 0 24\n")  # 0.25 s after the end of that
        stretches, gaps = self.device.stretches()
        self.assertEqual(stretches, [[(0, 24000), (26400, 2400)], [(0, 2400), (8400, 10), (0, 24)]])
        for found, expected in zip(gaps, (0.1, 1.8, 0.25)):
            self.assertAlmostEqual(found, expected, places=3)

    def test_faults_are_lines(self) -> None:
        self.device.set(gone=1, **self.device.again("xrun"))
        self.device.set(gone=None, **self.device.again("xrun"))
        self.assertEqual(self.device.control.read_text(), "xrun=2\n")


class IdentityTests(unittest.TestCase):
    def test_a_track_keeps_its_birth(self) -> None:
        identities = Identities()
        identities.see(10, [track(1, age=0.1)])
        # Hidden for some blocks, it is the same track still; another opens.
        identities.see(20, [track(1, age=1.1), track(2, age=0.1)])
        self.assertEqual(identities.problems, [])
        identities.see(21, [track(2, age=0.1)])
        self.assertIn("id 2 was born", identities.problems[0])

    def test_ids_count_up(self) -> None:
        identities = Identities()
        identities.see(10, [track(5, age=0.1)])
        identities.see(11, [track(4, age=0.1)])
        self.assertIn("id 4 after 5", identities.problems[0])


if __name__ == "__main__":
    unittest.main()
