"""accuracy hour: one stream of an hour, which shows whether accumulated state reduces accuracy."""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from . import program, systems, tables, tracks

ABOUT = "one hour of stream: the same ten minutes six times, each pass against the first, and resident memory"
DETAIL = """The first recordings of the data set, ten minutes of them, are joined six times to one file, and one `bearing localize`
processes it, its state carried over every seam. A pass is scored like a data set of its own. Memory is that of
/proc/PID/status, looked at four times a second: all that is resident (VmRSS) and what the process itself allocated (RssAnon);
of the last quarter of the time the largest, beside that of the second quarter: what grows shows there. `localize` holds the
text of a file's csv until its end, 1 to 2 MB an hour."""
DEFAULT_BASELINES = []
PASSES = 6
MINUTES = 10


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    result = {}
    for tracker in trackers:
        if tracker.model is None:
            raise program.Unfit(f"{tracker.name}: expected models, since only `bearing localize` is one process for an hour")
        paths = chosen(systems.recordings(options.dataset, tracker.form), options.minutes)
        with tempfile.TemporaryDirectory() as scratch:
            stream, blocks = joined(paths, Path(scratch), options.passes)
            memory, seconds = localize(options.program, stream, tracker.model, Path(scratch))
            rows = tracks.rows(Path(scratch) / "stream.csv")
            passes = [score_pass(options, paths, blocks, rows, number) for number in range(options.passes)]
        alone = tracker.track(paths, kept)
        names = [path.stem for path in paths]
        reset_each = program.score(options.program, options.dataset / "metadata_dev", alone, names)["pooled"]
        result[tracker.name] = {
            "recordings": len(paths), "blocks": sum(blocks) * options.passes, "seconds": seconds, "memory": memory,
            "reset_each": reset_each, "passes": passes}
    return result


def chosen(paths: list[Path], minutes: int) -> list[Path]:
    """The first recordings with a total of this many minutes."""
    import soundfile
    seconds, result = 0.0, []
    for path in paths:
        if seconds >= 60 * minutes:
            break
        seconds += soundfile.info(path).duration
        result.append(path)
    if seconds < 60 * minutes:
        raise program.Unfit(f"{paths[0].parent}: expected {minutes} minutes of recordings, found {seconds / 60:.1f}")
    return result


def joined(paths: list[Path], folder: Path, passes: int) -> tuple:
    """(path of all recordings one after another, `passes` times; [recordings] their blocks of 100 ms, whole ones)."""
    import soundfile
    first, blocks = soundfile.info(paths[0]), []
    stream = folder / "stream.wav"
    with soundfile.SoundFile(stream, "w", first.samplerate, first.channels, first.subtype) as out:
        for number in range(passes):
            for path in paths:
                samples, rate = soundfile.read(path, dtype="float32")
                count = len(samples) * 10 // rate
                out.write(samples[:count * rate // 10])
                if number == 0:
                    blocks.append(count)
    return stream, blocks


def localize(bearing: str | Path, stream: Path, model: str | Path, folder: Path) -> tuple[dict[str, Any] | None, float]:
    """(memory in MB, seconds): `bearing localize` over the stream, its csv in `folder`."""
    command = [bearing, "localize", stream, "--model", model, "--out", folder]
    began, seen = time.monotonic(), []
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        if sample := resident(process.pid):
            seen.append(sample)
        time.sleep(0.25)
    seconds = time.monotonic() - began
    if process.returncode != 0:
        raise program.Unfit(f"localize: {process.stderr.read().strip().splitlines()[-1]}")
    return memory(seen), seconds


def resident(pid: int) -> dict[str, float] | None:
    """{VmRSS, RssAnon} in MB of a process; None when it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    found = {line.split(":")[0]: int(line.split()[1]) / 1000 for line in lines if line.startswith(("VmRSS", "RssAnon"))}
    return found if len(found) == 2 else None


def memory(seen: list[dict[str, float]]) -> dict[str, dict[str, float]] | None:
    """Largest VmRSS and RssAnon of the second and of the last quarter of the samples, MB; None for too few."""
    quarter = len(seen) // 4
    if quarter == 0:
        return None
    parts = {"second_quarter": seen[quarter:2 * quarter], "last_quarter": seen[-quarter:]}
    return {name: {key: max(sample[key] for sample in part) for key in ("VmRSS", "RssAnon")} for name, part in parts.items()}


def score_pass(options: argparse.Namespace, paths: list[Path], blocks: list[int], rows: list, number: int) -> dict[str, Any]:
    """`bearing score`'s pooled figures of one pass of the stream."""
    with tempfile.TemporaryDirectory() as scratch:
        references, found = Path(scratch) / "references", Path(scratch) / "tracks"
        references.mkdir()
        found.mkdir()
        start = number * sum(blocks)
        for path, count in zip(paths, blocks):
            os.symlink((options.dataset / "metadata_dev" / f"{path.stem}.csv").resolve(), references / f"{path.stem}.csv")
            with open(found / f"{path.stem}.csv", "w") as file:
                for frame, kind, track, azimuth, elevation in rows:
                    if start <= frame < start + count:
                        file.write(f"{frame - start},{kind},{track},{azimuth:g},{elevation:g}\n")
            start += count
        return program.score(options.program, references, found)["pooled"]


def markdown(result: dict[str, Any]) -> str:
    parts = []
    for name, found in result.items():
        rows = [["recordings, each from silence", *tables.figures(found["reset_each"])]]
        rows += [[f"pass {number}", *tables.figures(scores)] for number, scores in enumerate(found["passes"], 1)]
        line = f"**{name}**: {found['blocks'] / 600:.0f} minutes in {found['seconds']:.0f} s"
        if found["memory"]:
            second, last = found["memory"]["second_quarter"], found["memory"]["last_quarter"]
            line += (f"; resident {second['VmRSS']:.1f} MB in the second quarter, {last['VmRSS']:.1f} MB in the last; "
                     f"of it allocated {second['RssAnon']:.1f} and {last['RssAnon']:.1f} MB")
        parts += [line, tables.table(["", *tables.HEADINGS], rows)]
    return "\n\n".join(parts)
