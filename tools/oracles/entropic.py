"""Writes Tests/Fixtures/Losses/entropic.safetensors: assignments by entropic optimal transport and their gradients.

The matrix of each temperature is that of plain Sinkhorn iterations in log domain (SciPy's logsumexp). Its gradient is that of both
conditions, rows and columns that sum to 1, solved as one linear system (NumPy). Absent references have a column of tens.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.special import logsumexp

FIXTURE = Path(__file__).parents[2] / "Tests/Fixtures/Losses/entropic.safetensors"
TEMPERATURES = [1.0, 0.3, 0.1]
PADDING = 10.0


def assignment(costs: np.ndarray, temperature: float) -> np.ndarray:
    scaled = -costs / temperature
    rows, columns = np.zeros(len(costs)), np.zeros(len(costs))
    for _ in range(20_000):
        rows = -logsumexp(scaled + columns, axis=1)
        columns = -logsumexp(scaled + rows[:, None], axis=0)
        plan = np.exp(scaled + rows[:, None] + columns)
        if np.abs(plan.sum(1) - 1).max() < 1e-12:
            return plan
    raise SystemExit(f"no convergence at {temperature}: {costs}")


def gradient(plan: np.ndarray, slope: np.ndarray, temperature: float) -> np.ndarray:
    """dP = P (da_i + db_j - dC_ij) / temperature, with da and db such that all sums stay 1; of the sum of slope P."""
    n = len(plan)
    system = np.block([[np.diag(plan.sum(1)), plan], [plan.T, np.diag(plan.sum(0))]])
    right = np.concatenate([(plan * slope).sum(1), (plan * slope).sum(0)])
    # The system is symmetric; its kernel, a constant from a to b, changes nothing.
    potentials = np.linalg.lstsq(system, right, rcond=1e-12)[0]
    return -plan * (slope - potentials[:n, None] - potentials[None, n:]) / temperature


if __name__ == "__main__":
    random = np.random.default_rng(16)
    tensors = {"temperatures": np.array(TEMPERATURES)}
    for n in range(1, 5):
        # 0 to n references, two matrices of each number.
        present = np.repeat(np.arange(n + 1), 2)
        costs = random.uniform(0, 2, (len(present), n, n))
        for matrix, count in zip(costs, present):
            matrix[:, random.permutation(n)[count:]] = PADDING
        slopes = random.normal(size=costs.shape)
        tensors[f"n{n}.costs"], tensors[f"n{n}.slopes"] = costs, slopes
        for index, temperature in enumerate(TEMPERATURES):
            plans = np.stack([assignment(matrix, temperature) for matrix in costs])
            tensors[f"n{n}.plan{index}"] = plans
            tensors[f"n{n}.gradient{index}"] = np.stack([gradient(*pair, temperature) for pair in zip(plans, slopes)])
    save_file(tensors, FIXTURE)
