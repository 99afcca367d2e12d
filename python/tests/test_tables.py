"""Files of tracks, events, labels of other programs."""

from __future__ import annotations

import importlib.util
import json
import math
import pathlib
import shutil
import tempfile
import unittest

import bearing
from bearing import labels
from bearing.events import Event

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def missing(*modules: str) -> str | None:
    """Why a test cannot run: the modules that are not installed."""
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"no {', '.join(absent)} here" if absent else None


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name: str, text: str | bytes) -> pathlib.Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


class Tables(Folder):
    def test_csv_with_and_without_levels(self) -> None:
        rows = bearing.read_tracks(self.write("a.csv", "0,0,1,10.5,-3\r\n\n2,3,1,11,4,-28.5\n3,0,1,0,0,250\n"))
        self.assertEqual(rows[0][:4], (0, 1, 10.5, -3))
        self.assertEqual((rows[1].label, rows[1].level_dbfs, rows[1].time), (3, -28.5, 0.2))
        self.assertTrue(math.isnan(rows[2].level_dbfs), "a distance is no level")

    def test_jsonl_of_localize_and_of_the_daemon(self) -> None:
        row = '{"id":7,"azimuth":-31.20,"elevation":4.00,"activity":0.930,"age":1.4,"level_dbfs":-28.1}'
        localized = self.write("a.jsonl", f'{{"frame":0,"tracks":[]}}\n{{"frame":1,"tracks":[{row}]}}\n')
        self.assertEqual(bearing.read_tracks(localized), [bearing.Row(1, 7, -31.2, 4.0, 0.93, 1.4, -28.1)])
        recorded = self.write("b.jsonl", '{"type":"recording","number":1}\n{"type":"tracks","seq":40,"time":1,"tracks":[]}\n'
                              f'{{"type":"tracks","seq":42,"time":1,"tracks":[{row}]}}\n')
        self.assertEqual([each.frame for each in bearing.read_tracks(recorded)], [2])

    def test_what_holds_no_tracks_is_named(self) -> None:
        for name, text in (("a.csv", "1,2,3\n"), ("a.csv", "x,0,1,2,3\n"), ("a.csv", "-1,0,1,2,3\n"), ("a.csv", "0,0,1,nan,3\n"),
                           ("a.csv", b"\xff\xfe0,0"), ("a.csv", "99999999,0,1,2,3\n"), ("a.jsonl", "[1]\n"), ("a.jsonl", "{}\n"),
                           ("a.jsonl", '{"frame":-1,"tracks":[]}\n'), ("a.jsonl", '{"frame":0,"tracks":[{"id":"x"}]}\n'),
                           ("a.jsonl", "[" * 100_000)):
            with self.subTest(text=text[:30]), self.assertRaisesRegex(bearing.TableError, r"a\.(csv|jsonl):.*expected"):
                bearing.read_tracks(self.write(name, text))

    @unittest.skipIf(missing("numpy"), missing("numpy"))
    def test_numpy(self) -> None:
        array = bearing.to_numpy(bearing.read_tracks(PROJECT / "demo/scene.csv"))
        self.assertEqual(array["frame"].min(), 8)
        self.assertEqual(set(array["id"]), {row.id for row in bearing.read_tracks(PROJECT / "demo/scene.csv")})
        self.assertAlmostEqual(array["time"].max(), array["frame"].max() / 10)
        self.assertEqual(bearing.to_numpy([]).shape, (0,))

    @unittest.skipIf(missing("pandas"), missing("pandas"))
    def test_pandas(self) -> None:
        frame = bearing.to_pandas(bearing.read_tracks(PROJECT / "demo/scene.csv"))
        self.assertEqual(list(frame.columns), ["frame", "time", "id", "azimuth", "elevation", "activity", "age", "level_dbfs", "label"])
        self.assertGreater(len(frame), 100)

    @unittest.skipIf(missing("matplotlib"), missing("matplotlib"))
    def test_plots(self) -> None:
        import matplotlib

        matplotlib.use("Agg")
        from bearing import plots

        rows = [row._replace(level_dbfs=-30.0) for row in bearing.read_tracks(PROJECT / "demo/scene.csv")]
        above, below = plots.timeline(rows, rows)
        self.assertEqual((above.get_ylabel(), below.get_ylabel()), ("azimuth / degrees", "elevation / degrees"))
        low = [row._replace(elevation=-20.0) for row in rows]
        _, unsigned = plots.timeline(low, elevation="unsigned")
        self.assertEqual((unsigned.get_ylim(), unsigned.collections[0].get_offsets()[0][1]), ((0, 90), 20))
        for name, figure in (("a", above.figure), ("b", plots.compass(rows).figure), ("c", plots.levels(rows).figure)):
            figure.savefig(self.folder / f"{name}.png")
            self.assertGreater((self.folder / f"{name}.png").stat().st_size, 5000)


class Events(Folder):
    rows = [bearing.Row(3, 7, 170, 0, level_dbfs=-20), bearing.Row(4, 7, -170, 10, level_dbfs=-30), bearing.Row(1, 9, 5, 5),
            bearing.Row(9, 7, 180, 5, level_dbfs=-25)]

    def test_the_mean_is_that_of_vectors_and_of_powers(self) -> None:
        first, second = bearing.events(self.rows)
        self.assertEqual((first.id, first.start, first.end), (9, 0.1, 0.2))
        self.assertTrue(math.isnan(first.level_dbfs))
        self.assertEqual((second.id, second.start, second.end), (7, 0.3, 1.0))
        self.assertAlmostEqual(abs(second.azimuth), 180, delta=0.2)
        self.assertAlmostEqual(second.elevation, 5.05, delta=0.1)
        self.assertAlmostEqual(second.level_dbfs, 10 * math.log10((1e-2 + 1e-3 + 10 ** -2.5) / 3))
        self.assertEqual(bearing.events([]), [])

    def test_the_table_of_localize_is_read(self) -> None:
        path = self.write("a.csv", "id,start,end,azimuth,elevation,level_dbfs\n7,0.3,1.0,-31.2,4.0,-28.1\n")
        self.assertEqual(bearing.read_events(path), [Event(7, 0.3, 1.0, -31.2, 4.0, -28.1)])
        for text in ("", "7,0,1,2,3,4\n", "id,start,end,azimuth,elevation,level_dbfs\n7,0,1\n"):
            with self.assertRaises(bearing.TableError):
                bearing.read_events(self.write("a.csv", text))

    def test_labels_come_back_as_they_went(self) -> None:
        events = [Event(7, 0.3, 1.0, -31.2, 4.0, -28.1), Event(8, 0.5, 0.9, 100.0, -10.0), Event(7, 2.0, 2.5, 0.0, 0.0, -40.0)]
        for write, read in ((labels.write_audacity, labels.read_audacity), (labels.write_raven, labels.read_raven),
                            (labels.write_elan, labels.read_elan)):
            with self.subTest(write=write.__name__):
                write(events, self.folder / "labels")
                found = read(self.folder / "labels")
                self.assertEqual(len(found), 3)
                for event, other in zip(sorted(events, key=lambda e: (e.start, e.id)), sorted(found, key=lambda e: (e.start, e.id))):
                    self.assertEqual(event[:5], other[:5])
                    self.assertEqual(math.isnan(event.level_dbfs), math.isnan(other.level_dbfs))

    def test_labels_that_people_draw_are_read(self) -> None:
        audacity = self.write("a.txt", "0.25\t1.04\tspeaker azimuth=12 elevation=-3.5\n\\\t100\t2000\n2.0\t2.5\t\n")
        self.assertEqual([event[:5] for event in labels.read_audacity(audacity)][0], (1, 0.25, 1.04, 12.0, -3.5))
        with self.assertRaisesRegex(bearing.TableError, "event 3 at 2.0 s: expected azimuth="):
            labels.write_reference(labels.read_audacity(audacity), self.folder / "r.csv")
        labels.write_reference(labels.read_audacity(audacity)[:1], self.folder / "r.csv")
        self.assertEqual([row.frame for row in bearing.read_tracks(self.folder / "r.csv")], list(range(3, 10)))
        for read, text in ((labels.read_audacity, "a\tb\tc\n"), (labels.read_raven, "Selection\tView\n1\tx\n"), (labels.read_elan, "<a")):
            with self.assertRaises(bearing.TableError):
                read(self.write("bad", text))

    def test_raven_counts_a_selection_once(self) -> None:
        header = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\n"
        path = self.write("r.txt", header + "1\tWaveform 1\t1\t0.5\t1.5\n1\tSpectrogram 1\t1\t0.5\t1.5\n")
        self.assertEqual([event[:3] for event in labels.read_raven(path)], [(1, 0.5, 1.5)])


class Scores(Folder):
    def test_the_program_scores_imported_labels(self) -> None:
        places = (PROJECT / ".build/release/bearing", shutil.which("bearing"))
        program = next((path for path in places if path and pathlib.Path(path).exists()), None)
        if program is None:
            self.skipTest("no bearing here: tools/build builds it")
        rows = bearing.read_tracks(PROJECT / "demo/scene.csv")
        still = [row for row in rows if row.id == rows[-1].id][:40]
        labels.write_audacity(bearing.events(still), self.folder / "labels.txt")
        labels.write_reference(labels.read_audacity(self.folder / "labels.txt"), self.folder / "reference.csv")
        scores = bearing.score(self.folder / "reference.csv", self.folder / "reference.csv", program=program)
        self.assertEqual(scores["pooled"]["clear"]["idf1"], 100)
        with self.assertRaisesRegex(bearing.ScoreError, "expected"):
            bearing.score(self.folder, self.folder / "nothing", program=program)

    def test_a_missing_program_is_an_error(self) -> None:
        with self.assertRaises(OSError):
            bearing.score(self.folder, self.folder, program=self.folder / "nothing")

    def test_the_object_is_what_the_program_says(self) -> None:
        program = self.write("program", f"#!/bin/sh\necho '{json.dumps({'pooled': 1})}'\n")
        program.chmod(0o755)
        self.assertEqual(bearing.score(self.folder, self.folder, program=program), {"pooled": 1})


if __name__ == "__main__":
    unittest.main()
