"""Events as labels of other programs, and back: Audacity, Raven, ELAN; and as references that `bearing score` reads."""

from __future__ import annotations

import csv
import datetime
import math
import os
import re
from collections.abc import Iterable
from xml.etree import ElementTree

from .client import BLOCKS_PER_SECOND
from .events import Event
from .tables import TableError

#: Hz: half the sample rate of the network's audio, the height of Raven's selections.
HIGHEST_FREQUENCY = 12_000
RAVEN_COLUMNS = ["Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)",
                 "Track", "Azimuth", "Elevation", "Level"]
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_TEXT = re.compile(r"^\s*(?:track\s+)?(\d+)\b")
_FIELD = re.compile(r"\b(azimuth|elevation|level)\s*=\s*(-?\d+(?:\.\d+)?)")


def text_of(event: Event) -> str:
    """What a label says: "7 azimuth=-31.2 elevation=4.0 level=-28.1"."""
    fields = [("azimuth", event.azimuth), ("elevation", event.elevation), ("level", event.level_dbfs)]
    return " ".join([str(event.id)] + [f"{name}={value:.1f}" for name, value in fields if not math.isnan(value)])


def event_of(text: str, start: float, end: float, fallback: int) -> Event:
    """What a label says, in any order; `fallback` is the id of one that begins with no number."""
    found = {match[1]: float(match[2]) for match in _FIELD.finditer(text)}
    number = _TEXT.match(text)
    return Event(int(number[1]) if number else fallback, start, end, found.get("azimuth", math.nan),
                 found.get("elevation", math.nan), found.get("level", math.nan))


# Audacity: start, end and text, separated by tabs.


def write_audacity(events: Iterable[Event], path: str | os.PathLike[str]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        for event in events:
            file.write(f"{event.start:.6f}\t{event.end:.6f}\t{text_of(event)}\n")


def read_audacity(path: str | os.PathLike[str]) -> list[Event]:
    """Also of exports with frequency ranges, whose lines begin with a backslash."""
    events = []
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("\\"):
                continue
            columns = line.rstrip("\r\n").split("\t")
            try:
                events.append(event_of(columns[2] if len(columns) > 2 else "", float(columns[0]), float(columns[1]), number))
            except (IndexError, ValueError):
                expected = "expected start, end and text separated by tabs"
                raise TableError(f"{os.fspath(path)}:{number}: {expected}, found {line.strip()!r}") from None
    return events


# Raven: a table with a header, separated by tabs; columns that it does not know are kept.


def write_raven(events: Iterable[Event], path: str | os.PathLike[str]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(RAVEN_COLUMNS)
        for number, event in enumerate(events, 1):
            table.writerow([number, "Spectrogram 1", 1, f"{event.start:.6f}", f"{event.end:.6f}", 0, HIGHEST_FREQUENCY, event.id]
                           + ["" if math.isnan(value) else f"{value:.1f}" for value in event[3:]])


def read_raven(path: str | os.PathLike[str]) -> list[Event]:
    """A selection has one row for each view; the rows of the first view count."""
    events: dict[str, Event] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), 2):
            try:
                selection = row["Selection"]
                values = [float(row.get(name) or "nan") for name in RAVEN_COLUMNS[8:]]
                event = Event(int(row.get("Track") or selection), float(row["Begin Time (s)"]), float(row["End Time (s)"]), *values)
            except (KeyError, TypeError, ValueError) as error:
                raise TableError(f"{os.fspath(path)}:{number}: expected a selection of Raven, found another row ({error})") from None
            events.setdefault(selection, event)
    return list(events.values())


# ELAN: XML, times in milliseconds, a tier for each track, since annotations of one tier do not overlap.


def write_elan(events: Iterable[Event], path: str | os.PathLike[str], media: str | None = None) -> None:
    """media: the audio file that ELAN opens with it, relative to the labels or absolute."""
    events = list(events)
    root = ElementTree.Element("ANNOTATION_DOCUMENT", {
        "AUTHOR": "bearing", "DATE": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "FORMAT": "3.0",
        "VERSION": "3.0", f"{{{_SCHEMA}}}noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"})
    header = ElementTree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if media is not None:
        url = media if os.path.isabs(media) else f"./{media}"
        ElementTree.SubElement(header, "MEDIA_DESCRIPTOR", {"MEDIA_URL": f"file://{url}" if os.path.isabs(media) else url,
                                                            "MIME_TYPE": "audio/x-wav", "RELATIVE_MEDIA_URL": url})
    order = ElementTree.SubElement(root, "TIME_ORDER")
    tiers: dict[int, ElementTree.Element] = {}
    for number, event in enumerate(events, 1):
        slots = []
        for index, time in enumerate((event.start, event.end)):
            slots.append(f"ts{2 * number - 1 + index}")
            ElementTree.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slots[-1], "TIME_VALUE": str(round(1000 * time))})
        if event.id not in tiers:
            tiers[event.id] = ElementTree.SubElement(root, "TIER", {"LINGUISTIC_TYPE_REF": "track", "TIER_ID": f"track {event.id}"})
        annotation = ElementTree.SubElement(ElementTree.SubElement(tiers[event.id], "ANNOTATION"), "ALIGNABLE_ANNOTATION", {
            "ANNOTATION_ID": f"a{number}", "TIME_SLOT_REF1": slots[0], "TIME_SLOT_REF2": slots[1]})
        ElementTree.SubElement(annotation, "ANNOTATION_VALUE").text = text_of(event)
    ElementTree.SubElement(root, "LINGUISTIC_TYPE", {
        "GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": "track", "TIME_ALIGNABLE": "true"})
    ElementTree.register_namespace("xsi", _SCHEMA)
    ElementTree.ElementTree(root).write(path, encoding="UTF-8", xml_declaration=True)


def read_elan(path: str | os.PathLike[str]) -> list[Event]:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise TableError(f"{os.fspath(path)}: expected XML of ELAN, found {error}") from None
    times = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")}
    events = []
    for number, tier in enumerate(root.iter("TIER"), 1):
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            start, end = (times.get(annotation.get(f"TIME_SLOT_REF{side}")) for side in (1, 2))
            if start is None or end is None:
                raise TableError(f"{os.fspath(path)}: expected times of annotation {annotation.get('ANNOTATION_ID')!r}, found none")
            events.append(event_of(annotation.findtext("ANNOTATION_VALUE") or "", int(start) / 1000, int(end) / 1000, number))
    return sorted(events, key=lambda event: (event.start, event.id))


# References


def write_reference(events: Iterable[Event], path: str | os.PathLike[str]) -> None:
    """A csv frame,class,track,azimuth,elevation, with a row for every frame that an event covers by half or more.

    TableError for an event without a direction: labels that people draw have none.
    """
    rows = []
    for event in events:
        if math.isnan(event.azimuth) or math.isnan(event.elevation):
            raise TableError(
                f"event {event.id} at {event.start:.1f} s: expected azimuth= and elevation= in its label, found none: add them")
        # Halves upwards, whatever `round` makes of them.
        first, past = (math.floor(BLOCKS_PER_SECOND * time + 0.5) for time in (event.start, event.end))
        rows += [(frame, event.id, event.azimuth, event.elevation) for frame in range(max(0, first), past)]
    with open(path, "w", encoding="utf-8", newline="") as file:
        for frame, track, azimuth, elevation in sorted(rows):
            file.write(f"{frame},0,{track},{azimuth:.1f},{elevation:.1f}\n")
