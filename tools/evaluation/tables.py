"""Markdown tables of figures. Standard library only."""

from __future__ import annotations

from typing import Any

COLUMNS = [
    ("LE", "paper", "localization_error_degrees", "{:.1f}°"),
    ("LR", "paper", "recall", "{:.1f} %"),
    ("MOTA", "clear", "mota", "{:.1f} %"),
    ("IDF1", "clear", "idf1", "{:.1f} %"),
    ("HOTA", "clear", "hota", "{:.1f} %"),
    ("switches/min", "clear", "switches_per_minute", "{:.1f}"),
]
HEADINGS = [name for name, *_ in COLUMNS]


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Lines of Markdown; `rows` of strings."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def figures(scores: dict[str, Any]) -> list[str]:
    """Cells of COLUMNS from the `pooled` or a recording's part of `bearing score --json`."""
    return [cell(scores.get(kind, {}).get(key), form) for _, kind, key, form in COLUMNS]


def change(value: float | None, before: float | None, form: str) -> str:
    """Cell of a difference with its sign."""
    return "–" if value is None or before is None else form.format(value - before)
