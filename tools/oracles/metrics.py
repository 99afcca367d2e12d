"""Writes Tests/Fixtures/Tracking/metrics.safetensors: random tracks, and what py-motmetrics and TrackEval make of them.

Each scene has sources that are born, move and die; its tracker misses blocks, reports false directions, strays out of the
gate, exchanges identities and begins new ones. Angles are computed in double precision from the float32 vectors that are
stored, so that both sides score the same numbers.
"""

from pathlib import Path

import motmetrics
import numpy as np
from safetensors.numpy import save_file
from trackeval.metrics.hota import HOTA

SCENES, BLOCKS, GATE = 16, 150, 20.0
SCORES = ["mota", "motp", "num_misses", "num_false_positives", "num_switches", "num_fragmentations", "idf1", "idtp"]


def unit(azimuth, elevation):
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)], dtype=np.float32)


def angle(u, v):
    u, v = u.astype(np.float64), v.astype(np.float64)
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))


def make_scene(random):
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


def accumulate(references, predictions):
    accumulator = motmetrics.MOTAccumulator()
    for block in range(BLOCKS):
        real = [r for r in references if r[0] == block]
        found = [p for p in predictions if p[0] == block]
        angles = np.array([[angle(r[2], p[2]) for p in found] for r in real]).reshape(len(real), len(found))
        assert np.all(np.abs(angles - GATE) > 1e-4), "an angle at the gate's very edge"
        angles[angles > GATE] = np.nan
        accumulator.update([r[1] for r in real], [p[1] for p in found], angles, frameid=block)
    return accumulator


def sequence(references, predictions):
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


def hota(scenes):
    """[scenes + 1, 3] of HOTA, DetA and AssA, the last row over all scenes."""
    metric = HOTA()
    each = {str(k): metric.eval_sequence(sequence(*scene)) for k, scene in enumerate(scenes)}
    rows = list(each.values()) + [metric.combine_sequences(each)]
    return np.array([[row[name].mean() for name in ("HOTA", "DetA", "AssA")] for row in rows])


def table(scenes):
    """[rows, 3] of scene, block and identity, and [rows, 3] of vectors."""
    rows = [(k, block, identity) for k, scene in enumerate(scenes) for block, identity, _ in scene]
    vectors = [vector for scene in scenes for _, _, vector in scene]
    return np.array(rows, dtype=np.int32), np.stack(vectors)


def main():
    random = np.random.default_rng(2008)
    scenes = [make_scene(random) for _ in range(SCENES)]
    accumulators = [accumulate(*scene) for scene in scenes]
    scores = motmetrics.metrics.create().compute_many(accumulators, metrics=SCORES, generate_overall=True)
    reference_rows, reference_vectors = table([references for references, _ in scenes])
    prediction_rows, prediction_vectors = table([predictions for _, predictions in scenes])
    target = Path(__file__).parents[2] / "Tests/Fixtures/Tracking/metrics.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(
        {
            "reference_rows": reference_rows, "reference_vectors": reference_vectors,
            "prediction_rows": prediction_rows, "prediction_vectors": prediction_vectors,
            # [scenes + 1, 8], the last row over all scenes
            "scores": np.ascontiguousarray(scores[SCORES].to_numpy(), dtype=np.float64),
            "hota": hota(scenes),
        },
        target,
    )
    print(scores)


if __name__ == "__main__":
    main()
