import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from benchmarks.planning.instances import make_instance
from matchmaker.engines.planning import Instance
from matchmaker.engines.planning.board import FREE, Board
from matchmaker.engines.planning.colouring import colour
from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.improve import rechoose, worth_trying
from matchmaker.engines.planning.loops import shake


def by_assignment(board: Board, slot: int) -> int:
    """What the slot's meetings can be worth at most, by a dense assignment; tables by dummies that block them."""
    board = board.copy()
    for edge in board.meetings():
        if board.slot_of[edge] == slot and not board.locked[edge]:
            board.take(edge)
    room = int(board.tables[slot] - board.used[slot])
    free = (board.cell[:, slot] == FREE) & (board.degree < board.cap)
    shift, nodes = board.suppliers, len(board.degree)
    short = np.where(board.degree < board.floor, board.bonus, 0)
    # With `room` tables, all suppliers but `room` must sit with a dummy buyer, which is worth nothing.
    gain = np.zeros((shift, nodes - shift + shift), dtype=np.int64)
    for edge in np.flatnonzero((board.slot_of < 0) & ~board.barred):
        u, v = board.u[edge], board.v[edge]
        if free[u] and free[v]:
            gain[u, v - shift] = board.weight[edge] + short[u] + short[v]
    if room < shift:
        block = np.zeros((nodes - shift, gain.shape[1]), dtype=np.int64)
        block[:, nodes - shift :] = -(10**9)
        gain = np.vstack([gain, block[: max(0, nodes - shift - room)]])
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return int(gain[rows, columns].sum())


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["norm", "tight", "tables"])
def test_a_slot_is_chosen_exactly_again_and_again(variant):
    instance = Instance.from_dict(make_instance(25, 25, 6, seed=2, variant=variant))
    board, selection = Board.empty(instance), select(instance)
    colour(board, selection.edges)
    everything = ~board.barred
    for turn in range(30):
        slot = turn % instance.slots
        without = board.copy()
        for edge in without.meetings():
            if without.slot_of[edge] == slot and not without.locked[edge]:
                without.take(edge)
        expected = without.objective + by_assignment(board, slot)
        before = board.objective
        gained = rechoose(board, slot, everything)
        assert board.objective == before + gained == expected
        assert (board.used <= board.tables).all()
        # Shaking in between changes what the slots can offer, never the objective; fewer candidates never lose any.
        shake(30, turn, board.arrays)
        assert board.objective == before + gained
        assert rechoose(board, slot, worth_trying(board, selection)) >= 0
