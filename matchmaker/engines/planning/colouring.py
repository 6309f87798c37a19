"""Slots for the chosen pairs: list edge colouring of a bipartite graph with Kempe chains.

A slot is a colour. If the supplier is free in slot a and the buyer in slot b, the meetings that alternate between a and
b from one of them onwards can change places, and then both are free in the same slot. Only the end of the chain can
break availability. Without absences and with enough tables this never fails (König), so the plan is exactly optimal;
with absences it usually succeeds (the decision is NP-complete: Kubale 1992).
Bondy & Murty, Graph Theory with Applications, ch. 6.
"""

from __future__ import annotations

import numpy as np

from matchmaker.engines.planning.board import Board


def colour(board: Board, order: np.ndarray, *, seed: int = 1, longest: int | None = None) -> int:
    """Place the pairs of ``order`` one by one; returns how many found a slot.

    At most ``longest`` meetings change their slot for each that is placed; as many as it takes where it is None.
    """
    from matchmaker.engines.planning.loops import insert_all

    return insert_all(order.astype(np.int32), seed, board.arrays, len(board.degree) if longest is None else longest)
