"""Solve one linear programme in a process of its own: ``python linear.py FILE.npz`` writes FILE.npz.prices.npy.

A process, because HiGHS cannot be interrupted from Python: the parent kills it when it waits no longer, so that nothing
holds up the planning or the end of the worker. Started by its path, because importing the scheduler costs more time
than a small programme takes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np


def prices_of(programme: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """The dual prices of the rows (maximise gain, rows <= right); None where HiGHS found no optimum."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix

    shape = (len(programme["right"]), len(programme["gain"]))
    answer = linprog(
        -programme["gain"],
        A_ub=csr_matrix((programme["data"], (programme["rows"], programme["cols"])), shape=shape),
        b_ub=programme["right"],
        bounds=np.column_stack([programme["low"], programme["high"]]),
        method="highs-ipm",
    )
    return -answer.ineqlin.marginals if answer.status == 0 else None


def main(path: str) -> int:
    with np.load(path) as programme:
        prices = prices_of(programme)
    if prices is None:
        return 1
    np.save(f"{path}.prices.npy", prices)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
