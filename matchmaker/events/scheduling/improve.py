"""Improve a coloured plan for as long as there is time: exact re-choice of one slot, neutral flips in between.

While all other slots stand still, one slot's meetings are chosen anew by a min-cost flow: a maximum-weight matching
between the parties that are free, over the pairs that meet nowhere else, with at most as many meetings as tables. The
present meetings are among the candidates, so the objective never falls. Among equals the graph has odd cycles: each
time the meetings between two random halves of the companies are chosen, and the others stand still. Flipping whole
alternating components of two slots changes no objective but which pairs a slot can offer; the flips carry the search
out of the local optimum.
Ahuja, Magnanti & Orlin, Network Flows, ch. 9 and 12.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from matchmaker.events.scheduling.board import FREE, Board
from matchmaker.events.scheduling.colouring import colour
from matchmaker.events.scheduling.loops import shake

# Components tried between two re-choices, for each party: the fewest, and the most after rounds that won nothing.
FLIPS, MOST_FLIPS = 1, 32
STUCK = 4  # flips at which an event of equals leaves its local optimum
# A pair that is worth this much less than its parties' prices is no candidate: it would hardly ever be chosen.
MARGIN = 120


@dataclass(frozen=True)
class Stop:
    """When an improvement ends: at a time of ``clock``, at a gap, or when ``tell`` returns False.

    ``tell`` is given the objective every ``patience`` seconds.
    """

    deadline: float
    target_gap: float = 0.0
    clock: Callable[[], float] = time.monotonic
    patience: float = 0.4
    tell: Callable[[int], bool] = lambda objective: True


def rechoose(board: Board, slot: int, candidates: np.ndarray, left: np.ndarray | None = None) -> int:
    """Choose one slot's meetings exactly among ``candidates`` (mask of pairs) and those that stand there.

    Only pairs of a party in ``left`` (mask of parties) with one outside change; without it these are the suppliers.
    Returns by how much the objective rose.
    """
    left = np.arange(len(board.degree)) < board.suppliers if left is None else left
    across = left[board.u] != left[board.v]
    present = np.unique(board.cell[:, slot])
    present = present[present >= 0]
    old = present[~board.locked[present] & across[present]]
    board.remove(old)
    short = np.where(board.degree < board.floor, board.bonus, 0)
    free = (board.cell[:, slot] == FREE) & (board.degree < board.cap)
    possible = candidates & (board.slot_of < 0) & across
    possible[old] = True
    rows = np.flatnonzero(possible)
    rows = rows[free[board.u[rows]] & free[board.v[rows]]]
    gain = board.weight[rows] + short[board.u[rows]] + short[board.v[rows]]
    before = board.weight[old] + short[board.u[old]] + short[board.v[old]]
    first = left[board.u[rows]]
    one, other = np.where(first, board.u[rows], board.v[rows]), np.where(first, board.v[rows], board.u[rows])
    chosen = best_matching(one, other, gain, int(board.tables[slot] - board.used[slot]))
    board.place(rows[chosen], slot)
    return int(gain[chosen].sum() - before.sum())


def best_matching(one: np.ndarray, other: np.ndarray, gain: np.ndarray, most: int) -> np.ndarray:
    """Mask of at most ``most`` pairs of greatest total ``gain`` (int64, above zero), no party in two of them."""
    if most <= 0 or not len(gain):
        return np.zeros(len(gain), dtype=bool)
    left, right = (np.flatnonzero(np.bincount(side)) for side in (one, other))
    source = int(max(left[-1], right[-1])) + 1
    sink = source + 1
    tail = np.concatenate([one, np.full(len(left), source), right, [source]])
    head = np.concatenate([other, left, np.full(len(right), sink), [sink]])
    width = np.ones(len(tail), dtype=np.int64)
    width[-1] = most  # what is not worth a meeting goes past all parties
    cost = np.zeros(len(tail), dtype=np.int64)
    cost[: len(gain)] = -gain
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head, width, cost)
    flow.set_node_supply(source, most)
    flow.set_node_supply(sink, -most)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow of a slot ended with {status}")  # it has a feasible flow: the last arc
    return flow.flows(arcs[: len(gain)]) > 0


def worth_trying(board: Board, prices: np.ndarray) -> np.ndarray:
    """Mask of the pairs that a good plan may contain, by the prices of the parties and of a table (`Selection`)."""
    missing = prices[board.u] + prices[board.v] + prices[-1] - board.weight
    return (missing < MARGIN) & ~board.barred


@dataclass(slots=True)
class _Best:
    """The best plan of equals so far, and a way out of a local optimum (iterated local search).

    With odd cycles no flow chooses a slot exactly. When rounds win nothing, the meetings of two random companies are
    taken off and the slots are filled in a random order; the search goes on from there. Lourenço, Martin & Stützle,
    *Iterated local search*, Handbook of Metaheuristics, 2003.
    """

    board: Board
    random: np.random.Generator
    objective: int = -1
    copy: Board | None = None

    def kicked(self, objective: int) -> int:
        """Keep the board if it is the best, then leave it in part; returns the objective after that."""
        if objective >= self.objective:
            self.objective, self.copy = objective, self.board.copy()
        self.restored(-1)
        pair = self.random.choice(len(self.board.degree), 2, replace=False)
        near = np.isin(self.board.u, pair) | np.isin(self.board.v, pair)
        for row in np.flatnonzero(near & (self.board.slot_of >= 0) & ~self.board.locked).tolist():
            self.board.take(row)
        noisy = self.board.weight * self.random.uniform(0.7, 1.3, len(self.board.weight))
        order = np.argsort(-noisy)
        colour(self.board, order[~self.board.barred[order]], seed=int(self.random.integers(1 << 31)))
        return self.board.objective

    def restored(self, objective: int) -> int:
        """Put the best plan back where the board is worse."""
        if self.copy is not None and objective < self.objective:
            for name in ("cell", "slot_of", "degree", "used"):
                getattr(self.board, name)[...] = getattr(self.copy, name)
            return self.objective
        return objective


def _half(board: Board, random: np.random.Generator) -> np.ndarray | None:
    """Among equals the mask of a random half of the companies, another one each time."""
    return None if board.suppliers else random.random(len(board.degree)) < 0.5


def improve(board: Board, bound: Callable[[], int], prices: np.ndarray, stop: Stop, *, seed: int = 1) -> int:
    """Re-choose and shake, slot after slot in random order, until ``stop`` or the bound. Returns the objective.

    ``bound`` is asked after each slot, for it may fall meanwhile. The deadline is passed by one re-choice at most
    (about 10 ms at 1,000 parties a side).
    """
    best = _Best(board, np.random.default_rng(seed + 1))
    return best.restored(_rounds(board, bound, prices, stop, best, seed))


def _rounds(board: Board, bound: Callable[[], int], prices: np.ndarray, stop: Stop, best: _Best, seed: int) -> int:
    """Round after round until it is time to stop; returns the objective of the board."""
    random = np.random.default_rng(seed)
    candidates = worth_trying(board, prices)
    objective, reported_at, flips = board.objective, stop.clock(), FLIPS
    while True:
        gained = 0
        for slot in random.permutation(len(board.tables)).tolist():
            now = stop.clock()
            if objective + gained >= bound() * (1 - stop.target_gap) or now >= stop.deadline:
                return objective + gained
            if now - reported_at >= stop.patience:
                reported_at = now
                if not stop.tell(max(objective + gained, best.objective)):
                    return objective + gained
            gained += rechoose(board, slot, candidates, _half(board, random))
            shake(flips * len(board.degree), int(random.integers(1 << 31)), board.arrays)
        objective += gained
        flips = FLIPS if gained else min(2 * flips, MOST_FLIPS)
        if not board.suppliers and flips >= STUCK:
            objective, flips = best.kicked(objective), FLIPS
