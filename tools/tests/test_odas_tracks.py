"""`tools/evaluation/odas-tracks`: the configuration of ODAS from an array file, and csv of its messages, with a stand-in for odaslive."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from evaluation import odas  # noqa: E402
from evaluation.program import Unfit  # noqa: E402

# Reads the configuration, checks that the input has the promised shape, and reports a source in front, and later one to the left.
STAND_IN = r"""#!/usr/bin/env python3
import re, sys
text = open(sys.argv[sys.argv.index("-c") + 1]).read()
raw, tracks = re.findall(r'path = "(.*?)"', text)
channels, hop = int(re.search(r"nChannels = (\d+)", text)[1]), int(re.search(r"hopSize = (\d+); nBits", text)[1])
size = len(open(raw, "rb").read())
assert size % (2 * channels) == 0
with open(tracks, "w") as file:
    for stamp in range(1, size // (2 * channels * hop) + 1):
        x, y = (1.0, 0.0) if stamp < 51 else (0.0, 1.0)
        file.write(f'{{"timeStamp": {stamp}, "src": [{{"id": 3, "tag": "dynamic", "x": {x}, "y": {y}, "z": 0.0, "activity": 0.8}}]}}\n')
"""


def message(stamp: int, *sources: tuple[int, float, float, float, float]) -> str:
    """As ODAS writes it, with an empty place."""
    places = [*sources, (0, 0.0, 0.0, 0.0, 0.0)]
    lines = ",\n".join(
        f'        {{ "id": {identity}, "tag": "", "x": {x:.3f}, "y": {y:.3f}, "z": {z:.3f}, "activity": {activity:.3f} }}'
        for identity, x, y, z, activity in places)
    return f'{{\n    "timeStamp": {stamp},\n    "src": [\n{lines}\n    ]\n}}\n'


class Messages(unittest.TestCase):
    def test_a_track_is_in_the_blocks_in_which_it_is_active(self) -> None:
        # Hops of 8 ms: messages 1 to 13 have their middle in block 0, 14 to 25 in block 1, 26 to 38 in block 2.
        text = "".join(message(stamp, (7, 0.0, -1.0, 0.0, 1.0)) for stamp in range(1, 14))
        text += "".join(message(stamp, (7, 0.6, 0.0, 0.8, 0.2), (9, -1.0, 0.0, 0.0, 1.0)) for stamp in range(14, 26))
        text += "".join(message(stamp, (7, 1.0, 0.0, 0.0, 1.0 if stamp < 32 else 0.0)) for stamp in range(26, 39))
        self.assertEqual(odas.rows(text, 0.5, 9), [(0, 0, 7, -90, 0), (1, 0, 9, 180, 0)])
        self.assertEqual(odas.rows(text, 0.4, 9), [(0, 0, 7, -90, 0), (1, 0, 9, 180, 0), (2, 0, 7, 0, 0)])
        self.assertEqual(odas.rows(text, 0.1, 2), [(0, 0, 7, -90, 0), (1, 0, 7, 0, 53), (1, 0, 9, 180, 0)])

    def test_a_track_that_is_absent_for_a_part_of_a_block_counts_as_inactive_there(self) -> None:
        text = message(1, (7, 1.0, 0.0, 0.0, 0.9)) + message(2) + message(3)
        self.assertEqual(odas.rows(text, 0.31, 1), [])
        self.assertEqual(odas.rows(text, 0.29, 1), [(0, 0, 7, 0, 0)])

    def test_other_text_is_refused(self) -> None:
        for text in ("Time stamp mismatch.", message(1) + "{"):
            with self.assertRaisesRegex(Unfit, "expected a message of ODAS at character"):
                odas.rows(text, 0.5, 1)


class Configuration(unittest.TestCase):
    def test_capsules_are_those_of_the_array_file(self) -> None:
        places = odas.positions(ROOT / "arrays/tau-nigens-mic.toml")
        self.assertEqual([tuple(round(1000 * value, 1) for value in place) for place in places],
                         [(24.3, 24.3, 24.1), (24.3, -24.3, -24.1), (-24.3, 24.3, -24.1), (-24.3, -24.3, 24.1)])
        text = odas.configuration(places, 24000, (0.4, 0.25), Path("in.raw"), Path("out.json"))
        self.assertIn("fS = 24000; hopSize = 192;", text)
        self.assertIn("mu = ( 0.024328, -0.024328, -0.024090 )", text)
        self.assertIn("map: ( 1, 2, 3, 4 )", text)
        self.assertIn("spatialfilters = ( { direction = ( 0.0, 0.0, 1.0 ); angle = ( 180.0, 180.0 ); } )", text)

    def test_of_a_flat_array_only_the_upper_half_is_searched(self) -> None:
        places = odas.positions(ROOT / "arrays/uma-8-all.toml")
        text = odas.configuration(places, 16000, (0.4, 0.25), Path("in.raw"), Path("out.json"))
        self.assertIn("spatialfilters = ( { direction = ( 0.0, 0.0, 1.0 ); angle = ( 80.0, 100.0 ); } )", text)
        self.assertEqual(text.count("angle = ( 180.0, 180.0 ); }"), 7)

    def test_rates_without_whole_hops_are_refused(self) -> None:
        with self.assertRaisesRegex(Unfit, "whole hops of 8 ms, found 44100 Hz"):
            odas.configuration([(0.0, 0.0, 0.0)], 44100, (0.4, 0.25), Path("in.raw"), Path("out.json"))


class Command(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.program = self.folder / "odaslive"
        self.write_program(STAND_IN)

    def write_program(self, text: str) -> None:
        self.program.write_text(text)
        self.program.chmod(0o755)

    def recording(self, channels: int) -> Path:
        path = self.folder / "a.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, 24000, 0, "NONE", ""))
            file.writeframes(bytes(2 * channels * 24000))
        return path

    def run_tool(self, recording: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "tools/evaluation/odas-tracks", "--odaslive", self.program, "--array", ROOT / "arrays/uma-8-all.toml",
             "--out", self.folder / "out", recording], capture_output=True, text=True)

    def test_each_recording_gives_a_csv(self) -> None:
        done = self.run_tool(self.recording(7))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = (self.folder / "out/a.csv").read_text().splitlines()
        self.assertEqual(rows, [f"{block},0,3,{0 if block < 4 else 90},0" for block in range(10)])

    def test_another_number_of_channels_is_refused(self) -> None:
        done = self.run_tool(self.recording(4))
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected 7 channels of 16 bits, found 4 of 16", done.stderr)

    def test_a_program_that_fails_is_reported(self) -> None:
        self.write_program("#!/bin/sh\nexit 3\n")
        done = self.run_tool(self.recording(7))
        self.assertEqual(done.returncode, 1)
        self.assertIn("found exit status 3", done.stderr)


if __name__ == "__main__":
    unittest.main()
