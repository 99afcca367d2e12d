"""Writes Tests/Fixtures/Tracking/jackknife.safetensors: confidence intervals over the scenes of metrics.py.

Counts come from py-motmetrics, TrackEval and SciPy's assignment, the jackknife from NumPy, Student's t from SciPy. Every subset
of scenes is pooled again from their counts. Four trackers stand for two systems of two seeds each: the tracks of the fixture,
and the same without every prediction whose block and identity add up to a multiple of 7, 5 or 3.
"""

from __future__ import annotations

from pathlib import Path

import motmetrics
import numpy as np
from safetensors.numpy import save_file
from scipy.optimize import linear_sum_assignment
from scipy.stats import t as student
from trackeval.metrics.hota import HOTA

import metrics as oracle
from metrics import Rows

SUBSETS = [2, 3, 6, 24]
DEGREES = list(range(1, 31)) + [59, 99, 100, 599]
# In the order of the rows of the fixture.
FIGURES = [
    "LE", "LR", "LP", "LF", "MOTa", "IDS/min", "MOTA", "MOTP", "IDF1", "HOTA", "switches/min", "fragmentations/min", "onset",
]


def thinned(scene: tuple[Rows, Rows], divisor: int) -> tuple[Rows, Rows]:
    references, predictions = scene
    return references, [p for p in predictions if divisor == 0 or (p[0] + p[1]) % divisor != 0]


def paper_counts(references: Rows, predictions: Rows) -> dict[str, float]:
    """Section II of Adavanne et al. (2021): no gate, a switch at every pair that was none in the block before."""
    counts, latest = dict.fromkeys(["pairs", "misses", "false", "switches", "angles"], 0), {}
    for block in range(oracle.BLOCKS):
        real = [r for r in references if r[0] == block]
        found = [p for p in predictions if p[0] == block]
        angles = np.array([[oracle.angle(r[2], p[2]) for p in found] for r in real]).reshape(len(real), len(found))
        current = {}
        for i, j in zip(*linear_sum_assignment(angles)):
            counts["angles"] += angles[i, j]
            current[real[i][1]] = found[j][1]
            counts["switches"] += latest.get(real[i][1]) != found[j][1]
        latest = current
        counts["pairs"] += len(current)
        counts["misses"] += max(0, len(real) - len(found))
        counts["false"] += max(0, len(found) - len(real))
    return counts


def clear_counts(references: Rows, predictions: Rows) -> dict[str, float]:
    accumulator = oracle.accumulate(references, predictions)
    names = ["num_objects", "num_predictions", "num_misses", "num_false_positives", "num_switches", "num_fragmentations", "idtp"]
    values = motmetrics.metrics.create().compute(accumulator, metrics=names, return_dataframe=False)
    events = accumulator.mot_events.reset_index()
    matches = events[events.Type.isin(["MATCH", "SWITCH"])]
    born = {}
    for block, source, _ in references:
        born[source] = min(born.get(source, block), block)
    found = matches.groupby("OId").FrameId.min()
    return values | {
        "matches": len(matches), "distance": matches.D.sum(), "found": len(found),
        "onset": sum(block - born[source] for source, block in found.items()),
    }


class Scene:
    def __init__(self, references: Rows, predictions: Rows) -> None:
        self.paper = paper_counts(references, predictions)
        self.clear = clear_counts(references, predictions)
        self.hota = HOTA().eval_sequence(oracle.sequence(references, predictions))


def figures(scenes: list[Scene]) -> np.ndarray:
    """[13] of some scenes together."""
    p = {key: sum(scene.paper[key] for scene in scenes) for key in scenes[0].paper}
    c = {key: sum(scene.clear[key] for scene in scenes) for key in scenes[0].clear}
    minutes = len(scenes) * oracle.BLOCKS / 600
    objects = p["pairs"] + p["misses"]
    return np.array([
        p["angles"] / p["pairs"], 100 * p["pairs"] / objects, 100 * p["pairs"] / (p["pairs"] + p["false"]),
        200 * p["pairs"] / (2 * p["pairs"] + p["misses"] + p["false"]),
        100 * (1 - (p["misses"] + p["false"] + p["switches"]) / objects), p["switches"] / minutes,
        100 * (1 - (c["num_misses"] + c["num_false_positives"] + c["num_switches"]) / c["num_objects"]),
        c["distance"] / c["matches"], 200 * c["idtp"] / (c["num_objects"] + c["num_predictions"]),
        100 * HOTA().combine_sequences({str(k): scene.hota for k, scene in enumerate(scenes)})["HOTA"].mean(),
        c["num_switches"] / minutes, c["num_fragmentations"] / minutes, 100 * c["onset"] / c["found"],
    ])


def system(seeds: list[list[Scene]]) -> tuple[np.ndarray, np.ndarray]:
    """[13], [n, 13]: the mean over seeds of the figures of all scenes, and of those without each of them."""
    n = len(seeds[0])
    everything = np.mean([figures(scenes) for scenes in seeds], axis=0)
    without = [np.mean([figures(scenes[:i] + scenes[i + 1:]) for scenes in seeds], axis=0) for i in range(n)]
    return everything, np.array(without)


def interval(everything: np.ndarray, without: np.ndarray) -> np.ndarray:
    """[13, 3]: estimate, low, high."""
    n = len(without)
    pseudo = n * everything - (n - 1) * without
    half = student.ppf(0.975, n - 1) * pseudo.std(axis=0, ddof=1) / np.sqrt(n)
    return np.stack([everything, pseudo.mean(axis=0) - half, pseudo.mean(axis=0) + half], axis=1)


def main() -> None:
    seeds = {divisor: [Scene(*thinned(scene, divisor)) for scene in oracle.scenes()] for divisor in (0, 7, 5, 3)}
    first, second = system([seeds[0], seeds[7]]), system([seeds[5], seeds[3]])
    difference = interval(second[0] - first[0], second[1] - first[1])
    save_file(
        {
            # [subsets, 13, 3]: of the first scenes, one seed
            "intervals": np.stack([interval(*system([seeds[0][:n]])) for n in SUBSETS]),
            "subsets": np.array(SUBSETS, dtype=np.int32),
            # [13, 3]: of all scenes, two seeds
            "seeds": interval(*first), "difference": difference,
            "degrees_of_freedom": np.array(DEGREES, dtype=np.int32), "student": student.ppf(0.975, np.array(DEGREES)),
        },
        Path(__file__).parents[2] / "Tests/Fixtures/Tracking/jackknife.safetensors",
    )
    for name, row in zip(FIGURES, difference):
        print(f"{name:20} {row[0]:9.3f}  {row[1]:9.3f} .. {row[2]:9.3f}")


if __name__ == "__main__":
    main()
