"""Pairs of references and predictions in a block, by the rules of `bearing score`. Standard library only.

`bearing score` counts over recordings. Here the same pairs are given for each reference of each block, so that they can
be grouped by what holds of the reference there: whether it moves, how loud it is, how many others are active. All
references and predictions take part in the assignment; only the counting is divided. What cannot be divided this way are
false positives, which belong to no reference: so there is recall and error by group, and no MOTA.
"""

from __future__ import annotations

import itertools
from collections import namedtuple
from typing import Any

from .tracks import Source, angle

GATE_DEGREES = 20.0

# One reference in one block. `error`: degrees to its pair without a gate, None when unpaired; `matched`: degrees to its
# CLEAR match, None when missed; `switched`: matched to another track than at its latest match.
Outcome = namedtuple("Outcome", "block reference active error matched switched")


def outcomes(references: list[list[Source]], predictions: list[list[Source]]) -> list[Outcome]:
    """[Outcome] of a recording, from [block][Source] of both sides."""
    latest, result = {}, []
    for block, real in enumerate(references):
        found = predictions[block] if block < len(predictions) else []
        angles = [[angle(r, p) for p in found] for r in real]
        pairs = cheapest(angles)
        matches = gated(real, found, angles, latest)
        for i, reference in enumerate(real):
            match = matches.get(i)
            before = latest.get(reference.identity)
            if match is not None:
                latest[reference.identity] = found[match].identity
            result.append(Outcome(
                block, reference, len(real), angles[i][pairs[i]] if i in pairs else None,
                None if match is None else angles[i][match],
                match is not None and before is not None and before != found[match].identity))
    return result


def gated(real: list[Source], found: list[Source], angles: list[list[float]], latest: dict[int, int]) -> dict[int, int]:
    """{reference: prediction}, indices: the latest match while within the gate, then as many as possible with the least angle."""
    matches = {}
    for i, reference in enumerate(real):
        for j, prediction in enumerate(found):
            if prediction.identity == latest.get(reference.identity) and j not in matches.values():
                if angles[i][j] <= GATE_DEGREES:
                    matches[i] = j
                    break
    rows = [i for i in range(len(real)) if i not in matches]
    columns = [j for j in range(len(found)) if j not in matches.values()]
    beyond = (GATE_DEGREES + 1) * (len(real) + len(found) + 1)
    costs = [[angles[i][j] if angles[i][j] <= GATE_DEGREES else beyond for j in columns] for i in rows]
    for row, column in cheapest(costs).items():
        if costs[row][column] < beyond:
            matches[rows[row]] = columns[column]
    return matches


def cheapest(costs: list[list[float]]) -> dict[int, int]:
    """{row: column} at least total cost, as many pairs as the shorter side has; for the few sources of a block."""
    if not costs or not costs[0]:
        return {}
    if len(costs) > len(costs[0]):
        return {row: column for column, row in cheapest(list(map(list, zip(*costs)))).items()}
    best = min(itertools.permutations(range(len(costs[0])), len(costs)),
               key=lambda chosen: sum(row[column] for row, column in zip(costs, chosen)))
    return dict(enumerate(best))


def summary(chosen: list[Outcome]) -> dict[str, Any]:
    """LE, LR, recall within the gate, MOTP and switches a minute of reference of some outcomes; None without any."""
    chosen = list(chosen)
    errors = [o.error for o in chosen if o.error is not None]
    matched = [o.matched for o in chosen if o.matched is not None]
    return {
        "references": len(chosen),
        "localization_error_degrees": mean(errors),
        "recall": 100 * len(errors) / len(chosen) if chosen else None,
        "gated_recall": 100 * len(matched) / len(chosen) if chosen else None,
        "motp_degrees": mean(matched),
        "switches_per_minute": 600 * sum(o.switched for o in chosen) / len(chosen) if chosen else None,
    }


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
