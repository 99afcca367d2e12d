"""tools/evaluation/accuracy with a program in bearing's place, and the pairing behind it. Standard library only."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from evaluation import conditions, matching, quiet, rooms, tables, tracks
from evaluation.hour import memory
from evaluation.level import same_directions
from evaluation.tracks import Source

TOOLS = Path(__file__).resolve().parents[1]

# Localizes every recording 5 degrees beside its reference, and tells of `score` only which recordings it got.
PROGRAM = """#!{python}
import csv, json, pathlib, sys
if sys.argv[1] == "localize":
    out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
    for path in map(pathlib.Path, sys.argv[2:sys.argv.index("--model")]):
        rows = csv.reader(open(path.parent.parent / "metadata_dev" / (path.stem + ".csv")))
        (out / (path.stem + ".csv")).write_text("".join(f"{{r[0]}},0,7,{{int(r[3]) + 5}},{{r[4]}}\\n" for r in rows))
    with open(out.parent / "calls", "a") as file: print(path.stem, file=file)
    (out.parent / "options").write_text(" ".join(sys.argv))
else:
    sides = [sorted(p.name for p in pathlib.Path(side).iterdir() if p.suffix == ".csv") for side in sys.argv[2:4]]
    if sides[0] != sides[1]: sys.exit("bearing score: sides differ")
    print(json.dumps({{"pooled": {{"paper": {{"recall": len(sides[0])}}, "clear": {{}}}}}}))
"""


def write_set(root: Path) -> None:
    """Two recordings, one with a moving source; their facts, a program and a model file."""
    for folder in ("foa_dev", "metadata_dev"):
        (root / folder).mkdir(parents=True)
    facts = []
    for name, step, snr, rt60 in (("fold1_room1_mix001_ov1", 0, 8.0, 0.3), ("fold1_room2_mix002_ov2", 2, 29.0, 0.8)):
        (root / "foa_dev" / f"{name}.wav").write_bytes(b"")
        rows = [f"{k},0,0,{10 + step * k},0" for k in range(20)]
        (root / "metadata_dev" / f"{name}.csv").write_text("\n".join(rows) + "\n")
        event = {"class": 0, "track": 0, "first_block": 0, "last_block": 19, "snr_db": snr + 1}
        facts.append({"name": name, "snr": snr, "rt60": rt60, "seconds": 2, "events": [event]})
    (root / "facts.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in facts))
    header = json.dumps({"__metadata__": {"features": "foa-intensity"}}).encode()
    (root / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    (root / "bearing").write_text(PROGRAM.format(python=sys.executable))
    os.chmod(root / "bearing", 0o755)


class Commands(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "set"
        write_set(self.root)

    def accuracy(self, command: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, TOOLS / "evaluation/accuracy", command, self.root, self.root / "model.safetensors", "--baselines",
                "none", "--program", self.root / "bearing", *options]
        return subprocess.run([str(part) for part in line], capture_output=True, text=True)

    def test_conditions_group_recordings_by_facts_and_references_by_motion(self) -> None:
        done = self.accuracy("conditions", "--json", self.root / "told.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads((self.root / "told.json").read_text())["model"]
        groups = [(e["condition"], e["group"], e["paper"]["recall"]) for e in told["recordings"]]
        self.assertEqual(groups, [
            ("SNR", "6 to 14 dB", 1), ("SNR", "22 to 30 dB", 1), ("RT60", "below 0.4 s", 1), ("RT60", "above 0.6 s", 1),
            ("polyphony", "up to 1", 1), ("polyphony", "up to 2", 1)])
        references = {(e["condition"], e["group"]): e for e in told["references"]}
        self.assertEqual(references["motion", "still"]["references"], 20)
        self.assertEqual(references["motion", "above 15 °/s"]["references"], 20)
        self.assertEqual(references["event's SNR", "6 to 14 dB"]["references"], 20)
        self.assertAlmostEqual(references["all", "all"]["localization_error_degrees"], 5)
        self.assertIn("| motion | still | 2 | 5.0° | 100.0 % | 100.0 % | 5.0° | 0.0 |", done.stdout)

    def test_tracks_that_were_kept_are_made_again_only_for_another_model(self) -> None:
        kept = self.root.parent / "kept"
        calls = kept / "set" / "calls"
        for expected in (1, 1, 2):
            if expected == 2:
                with open(self.root / "model.safetensors", "ab") as file:
                    file.write(b"other")
            self.assertEqual(self.accuracy("table", "--tracks", kept).returncode, 0)
            self.assertEqual(len(calls.read_text().split()), expected)

    def test_background_needs_to_know_what_it_is(self) -> None:
        done = self.accuracy("background")
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected the kind of fold1_room1_mix001_ov1, found none", done.stderr)

    def test_rooms_has_a_row_for_every_format_and_encodes_capsules(self) -> None:
        for form, folder in (("foa", "foa_dev"), ("capsules", "mic_dev")):
            for source, name in (("foa_dev", folder), ("metadata_dev", "metadata_dev")):
                shutil.copytree(self.root / source, self.root / form / name)
        done = self.accuracy("rooms", "--tracks", self.root / "kept")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line.split(" | ")[:2] for line in done.stdout.splitlines()[2:]],
                         [["| foa", "model"], ["| capsules", "model"]])
        options = (self.root / "kept/set/capsules/options").read_text()
        self.assertRegex(options, r"--format aformat --array \S+/arrays/r3vival\.toml")
        self.assertNotIn("--array", (self.root / "kept/set/foa/options").read_text())

    def test_rooms_without_a_format_is_said(self) -> None:
        self.assertIn("expected some of the folders foa, foa-linear, capsules, mic", self.accuracy("rooms").stderr)

    def test_a_file_that_is_no_model_is_said(self) -> None:
        (self.root / "model.safetensors").write_bytes(b"nothing")
        self.assertIn("expected a model file", self.accuracy("table").stderr)


class Pairing(unittest.TestCase):
    def test_an_event_ends_at_a_missing_frame_and_at_a_jump(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.csv"
            path.write_text("0,1,0,170,0\n1,1,0,-175,0\n3,1,0,-175,0\n4,1,0,-140,0\n4,1,0,0,0\n")
            self.assertEqual([[s.identity for s in block] for block in tracks.references(path)], [[0], [0], [], [1], [2]])
            path.write_text("0,1,0,x,0\n")
            with self.assertRaisesRegex(Exception, "a.csv:1: expected 5 numbers"):
                tracks.references(path)

    def test_angles_across_the_seam_and_at_the_pole(self) -> None:
        self.assertAlmostEqual(tracks.angle(Source(0, 179, 0, 0, 0), Source(0, -179, 0, 0, 0)), 2)
        self.assertAlmostEqual(tracks.angle(Source(0, 0, 88, 0, 0), Source(0, 180, 88, 0, 0)), 4)

    def test_pairs_at_least_total_angle_and_matches_within_the_gate(self) -> None:
        real = [[Source(0, 0, 0, 0, 0), Source(1, 30, 0, 0, 1)]]
        found = [[Source(4, 28, 0, 0, 4), Source(5, 90, 0, 0, 5)]]
        told = matching.outcomes(real, found)
        self.assertEqual([round(o.error) for o in told], [28, 60])
        self.assertEqual([o.matched and round(o.matched) for o in told], [None, 2])

    def test_a_match_is_kept_while_it_is_within_the_gate_and_a_switch_told_when_it_changes(self) -> None:
        real = [[Source(0, 0, 0, 0, 0)]] * 3
        found = [[Source(4, 5, 0, 0, 4)], [Source(4, 15, 0, 0, 4), Source(5, 0, 0, 0, 5)], [Source(5, 0, 0, 0, 5)]]
        told = matching.outcomes(real, found)
        self.assertEqual([round(o.matched) for o in told], [5, 15, 0])
        self.assertEqual([round(o.error) for o in told], [5, 0, 0])
        self.assertEqual([o.switched for o in told], [False, False, True])

    def test_as_many_references_as_possible_are_matched(self) -> None:
        # The nearest pair first would leave the other without any.
        told = matching.outcomes([[Source(0, 0, 0, 0, 0), Source(1, 15, 0, 0, 1)]], [[Source(4, 14, 0, 0, 4),
                                                                                   Source(5, 34, 0, 0, 5)]])
        self.assertEqual([round(o.matched) for o in told], [14, 19])

    def test_speed_is_that_of_the_label_around_a_block(self) -> None:
        blocks = [[Source(0, min(k, 10), 0, 0, 0)] for k in range(30)]
        self.assertAlmostEqual(tracks.speeds(blocks)[5][0], 10)
        self.assertAlmostEqual(tracks.speeds(blocks)[20][0], 0)
        self.assertEqual(conditions.motion(10), "2 to 15 °/s")

    def test_a_group_without_references_has_no_figures(self) -> None:
        self.assertEqual(tables.cell(matching.summary([])["recall"], "{:.1f}"), "–")


class Counts(unittest.TestCase):
    def test_false_tracks_are_ids_and_those_at_the_fan_are_told(self) -> None:
        blocks = [[Source(1, 10, 0, 0, 1)], [], [Source(1, 10, 0, 0, 1), Source(2, 100, 0, 0, 2)]]
        told = quiet.counts(blocks, {"seconds": 30, "azimuth": 0, "elevation": 0})
        self.assertEqual(told, {"minutes": 0.5, "tracks": 2, "busy_blocks": 2, "track_blocks": 3, "near_fan": 2})

    def test_wrong_tracks_are_those_without_a_source_within_the_gate(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            sides = [Path(folder) / "references", Path(folder) / "made"]
            for side, text in zip(sides, ("0,0,0,10,0\n1,0,0,10,0\n", "0,0,1,29,0\n0,0,2,31,0\n3,0,2,10,0\n")):
                side.mkdir()
                (side / "x.csv").write_text(text)
            self.assertAlmostEqual(rooms.wrong(*sides), 2 / 4)

    def test_directions_are_the_same_within_a_degree_whatever_their_ids(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            sides = [Path(folder) / "a", Path(folder) / "b"]
            for side, text in zip(sides, ("0,0,1,10,0\n0,0,2,90,0\n1,0,1,10,0\n", "0,0,5,90.5,0\n0,0,6,12,0\n1,0,5,10,0\n2,0,5,0,0\n")):
                side.mkdir()
                (side / "x.csv").write_text(text)
            self.assertAlmostEqual(same_directions(*sides, [Path("x.wav")]), 100 * 4 / 7)

    def test_memory_is_that_of_the_second_and_of_the_last_quarter(self) -> None:
        seen = [{"VmRSS": 50 + k, "RssAnon": k} for k in range(8)]
        self.assertEqual(memory(seen), {
            "second_quarter": {"VmRSS": 53, "RssAnon": 3}, "last_quarter": {"VmRSS": 57, "RssAnon": 7}})
        self.assertIsNone(memory(seen[:3]))


if __name__ == "__main__":
    unittest.main()
