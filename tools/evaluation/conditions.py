"""accuracy conditions: the same figures by properties of recordings and references."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import matching, program, systems, tables, tracks

ABOUT = "the figures by SNR, reverberation and polyphony of the recording, and by motion and loudness of the source"
DETAIL = """Recordings are grouped by facts.jsonl (tools/scenes/test-scenes.py writes it; without it only by the _ov1 and _ov2 of their
names), and each group is scored by `bearing score` like a data set of its own.

Motion, loudness and the number of active sources change within a recording. So these are counted for each reference in
each block: all references and predictions of the block are paired as `bearing score` does, then the pairs are divided by
what their reference is like there. A source is still while its label turns slower than 2 degrees a second, taken over half a
second to either side. Loudness is that of the whole event in W, reverberation included, over the background. False positives
belong to no reference: by such groups there is error and recall, and no MOTA or IDF1. LE and LR are those of the pairs
without a gate; "within 20°" and its error (MOTP) those of CLEAR; switches are for a minute of the group's own sources."""
DEFAULT_BASELINES = ["music-foa", "srp-mic"]

SNR = [(6, 14), (14, 22), (22, 30)]
RT60 = [(0.0, 0.4), (0.4, 0.6), (0.6, 9.0)]


def recording_groups(names: list[str], facts: dict[str, dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """{(condition, group): [name]}, in the order of the table."""
    groups = {}

    def put(condition: str, group: str, chosen: Callable[[str], bool]) -> None:
        groups[condition, group] = [name for name in names if chosen(name)]

    for low, high in SNR if facts else []:
        put("SNR", f"{low} to {high} dB", lambda name, low=low, high=high: low <= facts[name]["snr"] < high + (high == SNR[-1][1]))
    for low, high in RT60 if facts else []:
        text = f"below {high} s" if low == 0 else f"above {low} s" if high > 5 else f"{low} to {high} s"
        put("RT60", text, lambda name, low=low, high=high: low <= facts[name]["rt60"] < high)
    for overlap in (1, 2, 3, 4):
        put("polyphony", f"up to {overlap}", lambda name, overlap=overlap: f"_ov{overlap}" in name)
    return {key: chosen for key, chosen in groups.items() if chosen}


def motion(speed: float) -> str:
    return "still" if speed < 2 else "2 to 15 °/s" if speed < 15 else "above 15 °/s"


def loudness(snr: float) -> str:
    return "below 6 dB" if snr < 6 else "6 to 14 dB" if snr < 14 else "14 to 22 dB" if snr < 22 else "above 22 dB"


REFERENCE_ORDER = [
    ("motion", ["still", "2 to 15 °/s", "above 15 °/s"]),
    ("event's SNR", ["below 6 dB", "6 to 14 dB", "14 to 22 dB", "above 22 dB"]),
    ("active at once", ["1", "2", "3", "4"]),
    ("all", ["all"]),
]


def reference_groups(
    references: list[list[tracks.Source]], outcomes: list[matching.Outcome], fact: dict[str, Any] | None
) -> dict[tuple[str, str], list[matching.Outcome]]:
    """{(condition, group): [Outcome]} of one recording."""
    speed = {(k, source.identity): value for k, sources in enumerate(tracks.speeds(references))
             for source, value in zip(references[k], sources)}
    groups = {}
    for outcome in outcomes:
        place = outcome.block, outcome.reference.identity
        chosen = [("motion", motion(speed[place])), ("active at once", str(outcome.active)), ("all", "all")]
        snr = event_snr(fact, outcome)
        if snr is not None:
            chosen.append(("event's SNR", loudness(snr)))
        for key in chosen:
            groups.setdefault(key, []).append(outcome)
    return groups


def event_snr(fact: dict[str, Any] | None, outcome: matching.Outcome) -> float | None:
    """dB over the background of the event that a reference is part of; None if the facts do not contain it."""
    for event in (fact or {}).get("events", []):
        same = event["class"] == outcome.reference.kind and event["track"] == outcome.reference.track
        if same and event["first_block"] <= outcome.block <= event["last_block"]:
            return event["snr_db"]
    return None


def run(options: argparse.Namespace, trackers: list[systems.System], kept: Path) -> dict[str, Any]:
    facts, result = systems.facts(options.dataset), {}
    for tracker in trackers:
        paths = systems.recordings(options.dataset, tracker.form)
        folder = tracker.track(paths, kept)
        names = [path.stem for path in paths]
        if facts and (unknown := [name for name in names if name not in facts]):
            raise program.Unfit(f"{options.dataset}/facts.jsonl: expected every recording, found none of {unknown[0]}")
        by_recording = [
            {"condition": condition, "group": group, "recordings": len(chosen),
             **program.score(options.program, options.dataset / "metadata_dev", folder, chosen)["pooled"]}
            for (condition, group), chosen in recording_groups(names, facts).items()]
        pooled = {}
        for name in names:
            references = tracks.references(options.dataset / "metadata_dev" / f"{name}.csv")
            outcomes = matching.outcomes(references, tracks.predictions(folder / f"{name}.csv"))
            for key, found in reference_groups(references, outcomes, facts.get(name)).items():
                pooled.setdefault(key, []).extend(found)
        by_reference = [
            {"condition": condition, "group": group, **matching.summary(pooled[condition, group])}
            for condition, order in REFERENCE_ORDER for group in order if (condition, group) in pooled]
        result[tracker.name] = {"recordings": by_recording, "references": by_reference}
    return result


REFERENCE_COLUMNS = [
    ("LE", "localization_error_degrees", "{:.1f}°"), ("LR", "recall", "{:.1f} %"),
    ("within 20°", "gated_recall", "{:.1f} %"), ("error within", "motp_degrees", "{:.1f}°"),
    ("switches/min", "switches_per_minute", "{:.1f}"),
]


def markdown(result: dict[str, Any]) -> str:
    parts = []
    for name, groups in result.items():
        rows = [[e["condition"], e["group"], str(e["recordings"]), *tables.figures(e)] for e in groups["recordings"]]
        parts += [f"**{name}**, recordings", tables.table(["", "", "recordings", *tables.HEADINGS], rows)]
        rows = [[e["condition"], e["group"], str(round(e["references"] / 10)),
                 *(tables.cell(e[key], form) for _, key, form in REFERENCE_COLUMNS)] for e in groups["references"]]
        headings = ["", "", "seconds", *(heading for heading, *_ in REFERENCE_COLUMNS)]
        parts += [f"**{name}**, references", tables.table(headings, rows)]
    return "\n\n".join(parts)
