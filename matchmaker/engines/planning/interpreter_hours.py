"""What an hour of the interpreters is worth: the prices that put them into the bound.

A meeting that needs an interpreter costs the price of its kind, and the hours there are give it back (Lagrangian
relaxation). Any prices prove a bound (weak duality); cutting planes find good ones. Each selection of pairs that was
found is a plane below the unknown value: its own worth less what it pays at any prices. The next prices are the lowest
point of all planes within a box around the best prices so far; the box shrinks where that point proved no better.
Fisher, Management Science 27 (1981) 1–18; Kelley, *The cutting-plane method for solving convex programs*, SIAM
Journal 8 (1960) 703–712; Marsten, Hogan & Blankenship, *The boxstep method*, Operations Research 23 (1975) 389–405.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matchmaker.engines.planning.instance import Instance

NEAR = 1e-5  # of the bound: what better prices could still win, below which the search ends


@dataclass(frozen=True, slots=True)
class InterpreterSlots:
    """``kinds`` are rows of pairs that the same interpreters can serve.

    ``teams`` are (numbers of the kinds that some interpreters serve, slots in which these are there, added up).
    """

    kinds: list[np.ndarray]
    teams: list[tuple[tuple[int, ...], int]]

    @classmethod
    def of(cls, instance: Instance) -> InterpreterSlots:
        serves: dict[int, list[int]] = {}
        for kind, able in enumerate(instance.interpreter_kinds):
            for who in able:
                serves.setdefault(who, []).append(kind)
        there: dict[tuple[int, ...], np.ndarray] = {}
        for who, kinds in serves.items():
            team = there.setdefault(tuple(kinds), np.zeros(instance.slots, dtype=np.int64))
            team += 1
            team[list(instance.interpreters[who].off)] -= 1
        tables = np.array(instance.tables)
        teams = [(kinds, int(np.minimum(count, tables).sum())) for kinds, count in there.items()]
        return cls(list(instance.interpreter_kinds.values()), teams)

    def needed(self, edges: np.ndarray) -> np.ndarray:
        """int64 (kinds): how many of these pairs need an hour of each kind."""
        return np.array([np.isin(rows, edges).sum() for rows in self.kinds])

    def worth(self, prices: np.ndarray) -> int:
        """All hours at these prices: each team's at the highest of the kinds it serves."""
        return sum(count * int(prices[list(kinds)].max()) for kinds, count in self.teams)


@dataclass(slots=True)
class Search:
    """The search for good prices: `next_prices`, then `learn` what they prove, until it says that it is done.

    The first prices are zero.
    """

    hours: InterpreterSlots
    highest: int
    best: int | None = None
    prices: np.ndarray = field(init=False)
    width: float = field(init=False)
    lowest: float = field(init=False, default=-np.inf)  # what the planes promise in the box
    at_edge: bool = field(init=False, default=False)  # a wider box would promise more
    planes: list[tuple[int, np.ndarray]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.prices = np.zeros(len(self.hours.kinds), dtype=np.int64)
        self.width = self.highest / 4

    def next_prices(self) -> np.ndarray:
        """int64 (kinds): the lowest point of the planes in the box, in whole numbers."""
        from scipy.optimize import linprog  # 30 MB: only a process that plans pays for it

        kinds, teams = len(self.prices), self.hours.teams
        # Columns: price of each kind, price of each team's hour, value of the selection.
        rows, right = [], []
        for place, (own, _count) in enumerate(teams):
            for kind in own:
                row = np.zeros(kinds + len(teams) + 1)
                row[kind], row[kinds + place] = 1, -1
                rows.append(row)
                right.append(0)
        for value, needed in self.planes:
            rows.append(np.concatenate([-needed, np.zeros(len(teams)), [-1]]))
            right.append(-value)
        low = np.maximum(self.prices - self.width, 0)
        high = np.minimum(self.prices + self.width, self.highest)
        bounds = [*zip(low, high, strict=True), *[(0, None)] * len(teams), (None, None)]
        cost = np.concatenate([np.zeros(kinds), [count for _own, count in teams], [1]])
        answer = linprog(cost, A_ub=np.array(rows), b_ub=np.array(right), bounds=bounds, method="highs")
        self.lowest = answer.fun
        moved = np.abs(answer.x[:kinds] - self.prices)
        self.at_edge = bool((moved >= self.width).any())
        return np.round(answer.x[:kinds]).astype(np.int64)

    def learn(self, prices: np.ndarray, bound: int, needed: np.ndarray) -> bool:
        """Note what these prices prove; True where others can hardly prove more."""
        self.planes.append((bound - self.hours.worth(prices) + int(needed @ prices), needed))
        if self.best is None or bound < self.best:
            self.best, self.prices = bound, prices
        else:
            self.width /= 2
        return self.width < 1 or (not self.at_edge and self.best - self.lowest <= NEAR * self.best)
