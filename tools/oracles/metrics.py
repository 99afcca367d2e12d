"""Writes Tests/Fixtures/Tracking/metrics.safetensors: random tracks, with their scores by py-motmetrics and TrackEval.

Each scene has sources that are born, move, pause and die; its tracker misses blocks, reports false directions, strays out of
the gate, exchanges identities and begins new ones. In the last scenes sources crowd within the gate of one another, exchanges
last, and a track outlives its source or goes over to the next. Angles are computed in double precision from the float32 vectors that are
stored, so that both sides score the same numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import motmetrics
import numpy as np
from safetensors.numpy import save_file
from trackeval.metrics.hota import HOTA

Rows = list[tuple[int, int, np.ndarray]]  # block, identity, vector
SCENES, CROWDED, BLOCKS, GATE = 16, 8, 150, 20.0
SCORES = ["mota", "motp", "num_misses", "num_false_positives", "num_switches", "num_fragmentations", "idf1", "idtp"]


def unit(azimuth: float, elevation: float) -> np.ndarray:
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)], dtype=np.float32)


def angle(u: np.ndarray, v: np.ndarray) -> float:
    u, v = u.astype(np.float64), v.astype(np.float64)
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))


def make_scene(random: np.random.Generator) -> tuple[Rows, Rows]:
    """Two lists of (block, identity, vector)."""
    references, predictions = [], []
    next_identity = 100
    for source in range(random.integers(3, 8)):
        birth = int(random.integers(0, BLOCKS - 20))
        death = min(BLOCKS, birth + int(random.integers(10, 90)))
        azimuth, elevation = random.uniform(-180, 180), random.uniform(-50, 50)
        speed = random.uniform(-4, 4)
        next_identity += 1
        identity, lost = next_identity, 0
        for block in range(birth, death):
            azimuth += speed
            if random.random() < 0.03:  # a gap in the reference, without a new identity
                continue
            references.append((block, source, unit(azimuth, elevation)))
            lost = max(lost - 1, int(random.integers(1, 8)) if random.random() < 0.06 else 0)
            if lost:
                continue
            if random.random() < 0.05:
                next_identity += 1
                identity = next_identity
            stray = random.uniform(21, 60) if random.random() < 0.05 else random.normal(0, 7)
            predictions.append([block, identity, unit(azimuth + stray, elevation + random.normal(0, 4))])
    for _ in range(25):
        next_identity += 1
        place = random.uniform(-180, 180)
        begin = int(random.integers(0, BLOCKS - 5))
        for block in range(begin, begin + int(random.integers(1, 5))):
            predictions.append([block, next_identity, unit(place, 0)])
    for block in range(BLOCKS):
        present = [p for p in predictions if p[0] == block]
        if len(present) >= 2 and random.random() < 0.1:
            present[0][1], present[1][1] = present[1][1], present[0][1]
    return references, [tuple(p) for p in predictions]


def make_crowded_scene(random: np.random.Generator) -> tuple[Rows, Rows]:
    """As make_scene, but whom a prediction belongs to is open in most blocks."""
    references, predictions = [], []
    centre = random.uniform(-180, 180)
    identities = [10, 11, 12, 13]
    for source, begin in enumerate([0, 0, 0, int(random.integers(72, 90))]):
        death = begin + int(random.integers(40, 60)) if source == 1 else BLOCKS
        pause = int(random.integers(20, 35)) + begin
        azimuth, speed = centre + random.uniform(-25, 25), random.uniform(-0.5, 0.5)
        for block in range(begin, min(BLOCKS, death + 12)):
            azimuth += speed
            is_active = block < death and not pause <= block < pause + 6
            if is_active:
                references.append((block, source, unit(azimuth, 0)))
            # The track of the source that dies lives on for a while; that of the last source is the dead one's.
            if is_active and random.random() < 0.9 or block >= death:
                predictions.append([block, 1 if source == 3 else source, unit(azimuth + random.normal(0, 5), random.normal(0, 5))])
    for prediction in predictions:
        prediction[1] = identities[prediction[1]]
    for swap in sorted(random.integers(10, BLOCKS, 4)):
        one, other = (identities[i] for i in random.choice(4, 2, replace=False))
        for prediction in predictions:
            if prediction[0] >= swap and prediction[1] in (one, other):
                prediction[1] = one + other - prediction[1]
    return references, [tuple(p) for p in predictions]


def scenes() -> list[tuple[Rows, Rows]]:
    random = np.random.default_rng(2008)
    return [make_scene(random) for _ in range(SCENES)] + [make_crowded_scene(random) for _ in range(CROWDED)]


def accumulate(references: Rows, predictions: Rows) -> motmetrics.MOTAccumulator:
    accumulator = motmetrics.MOTAccumulator()
    for block in range(BLOCKS):
        real = [r for r in references if r[0] == block]
        found = [p for p in predictions if p[0] == block]
        angles = np.array([[angle(r[2], p[2]) for p in found] for r in real]).reshape(len(real), len(found))
        assert np.all(np.abs(angles - GATE) > 1e-4), "an angle at the gate's very edge"
        angles[angles > GATE] = np.nan
        accumulator.update([r[1] for r in real], [p[1] for p in found], angles, frameid=block)
    return accumulator


def sequence(references: Rows, predictions: Rows) -> dict[str, Any]:
    """A scene as TrackEval has it: identities from 0, similarity max(0, 1 - angle / 40)."""
    real_index = {identity: i for i, identity in enumerate(sorted({r[1] for r in references}))}
    found_index = {identity: i for i, identity in enumerate(sorted({p[1] for p in predictions}))}
    data = {
        "num_gt_dets": len(references), "num_tracker_dets": len(predictions), "num_gt_ids": len(real_index),
        "num_tracker_ids": len(found_index), "gt_ids": [], "tracker_ids": [], "similarity_scores": [],
    }
    for block in range(BLOCKS):
        real = [r for r in references if r[0] == block]
        found = [p for p in predictions if p[0] == block]
        data["gt_ids"].append(np.array([real_index[r[1]] for r in real], dtype=int))
        data["tracker_ids"].append(np.array([found_index[p[1]] for p in found], dtype=int))
        angles = np.array([[angle(r[2], p[2]) for p in found] for r in real]).reshape(len(real), len(found))
        data["similarity_scores"].append(np.maximum(0, 1 - angles / 40))
    return data


def hota(all_scenes: list[tuple[Rows, Rows]]) -> np.ndarray:
    """[scenes + 1, 3] of HOTA, DetA and AssA, the last row over all scenes."""
    metric = HOTA()
    each = {str(k): metric.eval_sequence(sequence(*scene)) for k, scene in enumerate(all_scenes)}
    rows = list(each.values()) + [metric.combine_sequences(each)]
    return np.array([[row[name].mean() for name in ("HOTA", "DetA", "AssA")] for row in rows])


def table(all_scenes: list[Rows]) -> tuple[np.ndarray, np.ndarray]:
    """[rows, 3] of scene, block and identity, and [rows, 3] of vectors."""
    rows = [(k, block, identity) for k, scene in enumerate(all_scenes) for block, identity, _ in scene]
    vectors = [vector for scene in all_scenes for _, _, vector in scene]
    return np.array(rows, dtype=np.int32), np.stack(vectors)


def main() -> None:
    all_scenes = scenes()
    accumulators = [accumulate(*scene) for scene in all_scenes]
    scores = motmetrics.metrics.create().compute_many(accumulators, metrics=SCORES, generate_overall=True)
    reference_rows, reference_vectors = table([references for references, _ in all_scenes])
    prediction_rows, prediction_vectors = table([predictions for _, predictions in all_scenes])
    target = Path(__file__).parents[2] / "Tests/Fixtures/Tracking/metrics.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(
        {
            "reference_rows": reference_rows, "reference_vectors": reference_vectors,
            "prediction_rows": prediction_rows, "prediction_vectors": prediction_vectors,
            # [scenes + 1, 8], the last row over all scenes
            "scores": np.ascontiguousarray(scores[SCORES].to_numpy(), dtype=np.float64),
            "hota": hota(all_scenes),
        },
        target,
    )
    print(scores)


if __name__ == "__main__":
    main()
