"""Improve a coloured plan for as long as there is time: exact re-choice of one slot, neutral flips in between.

One slot's meetings are chosen anew while all others stand still (`choosing`). Among equals the graph has odd cycles:
each time the meetings between two random halves of the companies are chosen, and the others stand still. Flipping whole
alternating components of two slots changes no objective but which pairs a slot can offer; the flips carry the search
out of the local optimum.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matchmaker.engines.planning.board import Board
from matchmaker.engines.planning.choosing import rechoose
from matchmaker.engines.planning.colouring import colour
from matchmaker.engines.planning.flow import Selection
from matchmaker.engines.planning.interpreters import InterpreterRoster
from matchmaker.engines.planning.turns import Turns

# Components tried between two re-choices, for each party: the fewest, and the most after rounds that won nothing.
FLIPS, MOST_FLIPS = 1, 32
STUCK = 4  # flips at which an event of equals leaves its local optimum
# A pair that is worth this much less than its parties' prices is no candidate: it would hardly ever be chosen.
MARGIN = 120


@dataclass(frozen=True)
class Stop:
    """When an improvement ends: at a time of ``clock``, after ``rounds``, at a gap, or when ``tell`` returns False.

    Where no time is given the plan does not depend on how busy the machine is. ``tell`` is given the objective every
    ``patience`` seconds.
    """

    deadline: float = math.inf
    rounds: float = math.inf
    target_gap: float = 0.0
    clock: Callable[[], float] = time.monotonic
    patience: float = 0.4
    tell: Callable[[int], bool] = lambda objective: True


def worth_trying(board: Board, selection: Selection) -> np.ndarray:
    """Mask of the pairs that a good plan may contain, by the prices of the selection."""
    prices = selection.prices
    missing = prices[board.u] + prices[board.v] + prices[-1] + selection.interpreting - board.weight
    return missing < MARGIN


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


def improve(
    board: Board,
    bound: Callable[[], int],
    selection: Selection,
    stop: Stop,
    *,
    roster: InterpreterRoster | None = None,
    seed: int = 1,
) -> int:
    """Re-choose and shake, slot after slot in random order, until ``stop`` or the bound. Returns the objective.

    ``bound`` is asked after each slot, for it may fall meanwhile. The deadline is passed by one re-choice at most
    (about 10 ms at 1,000 parties a side). Meetings with an interpreter change only where there is a ``roster``.
    """
    best = _Best(board, np.random.default_rng(seed + 1))
    near = worth_trying(board, selection)
    turns = (
        Turns(board, roster, near, selection.interpreting, seed)
        if roster and roster.is_needed and board.suppliers
        else None
    )
    return best.restored(_rounds(board, bound, near & ~board.barred, stop, best, turns, seed))


def _rounds(
    board: Board,
    bound: Callable[[], int],
    candidates: np.ndarray,
    stop: Stop,
    best: _Best,
    turns: Turns | None,
    seed: int,
) -> int:
    """Round after round until it is time to stop; returns the objective of the board."""
    from matchmaker.engines.planning.loops import shake

    random = np.random.default_rng(seed)
    objective, reported_at, flips, done = board.objective, stop.clock(), FLIPS, 0
    while done < stop.rounds:
        done += 1
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
            if turns is not None:
                gained += turns.rechoose(slot)
            shake(flips * len(board.degree), int(random.integers(1 << 31)), board.arrays)
        objective += gained
        flips = FLIPS if gained else min(2 * flips, MOST_FLIPS)
        if not board.suppliers and flips >= STUCK:
            objective, flips = best.kicked(objective), FLIPS
    return objective
