"""Arrays of four capsules, drawn from families that people build: array files as text."""

from __future__ import annotations

import numpy as np

FAMILIES = ("open", "sphere", "cardioid", "irregular")
TETRAHEDRON = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) / np.sqrt(3)


def draw(seed: int, number: int) -> tuple[str, str]:
    """(name, array file) of array `number`; families take turns."""
    rng = np.random.default_rng([seed, number, 7])
    family = FAMILIES[number % len(FAMILIES)]
    directivity = 1.0
    if family == "irregular":
        positions = irregular(rng, rng.uniform(0.03, 0.07))
    else:
        radius = {"open": (0.015, 0.06), "sphere": (0.025, 0.05), "cardioid": (0.008, 0.025)}[family]
        positions = rng.uniform(*radius) * TETRAHEDRON @ rotation(rng).T
        if family == "cardioid":
            directivity = rng.uniform(0.4, 0.6)
    lines = [f'name = "{family} {number + 1}"', f'mount = "{"rigid-sphere" if family == "sphere" else "open"}"']
    for x, y, z in positions:
        lines += ["", "[[capsule]]", f"position = [{x:.5f}, {y:.5f}, {z:.5f}]"]
        if directivity < 1:
            lines.append(f"directivity = {directivity:.2f}")
    return f"{family}-{number + 1:02d}", "\n".join(lines) + "\n"


def irregular(rng: np.random.Generator, size: float) -> np.ndarray:
    """[4, 3] about their mean: points of a cube with edges of `size`, at least half an edge apart, none near the others' plane."""
    while True:
        points = rng.uniform(-size / 2, size / 2, (4, 3))
        distances = np.linalg.norm(points[:, None] - points, axis=2) + np.eye(4)
        height = np.linalg.svd(points - points.mean(0))[1][2]
        if distances.min() >= size / 2 and height > size / 5:
            return points - points.mean(0)


def rotation(rng: np.random.Generator) -> np.ndarray:
    """[3, 3]: uniform over all rotations."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))
