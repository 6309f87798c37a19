"""A tighter bound for small events: the flow forgets the slots, the linear programme over pairs and slots does not.

Give every party in every slot a price, every table in every slot a price, and every party a price for its cap and
floor. A pair earns at most its weight less the cheapest common slot and less both parties' prices, or nothing; the
prices are paid back once for what there is. For any prices that sum is an upper bound (weak duality), at the flow's
prices it is the flow's bound, and at the best prices it is the optimum of the linear programme. HiGHS finds the prices
from the pairs that can matter; the bound is then computed from the prices over all pairs in exact arithmetic, so it
does not depend on the tolerance, or even the correctness, of the linear solver.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matchmaker.engines.planning.flow import Selection, meetable, slot_limits
from matchmaker.engines.planning.instance import Instance

# Columns up to which the interior point method ends within seconds (200 × 200 × 16 has about 25,000).
MOST_COLUMNS = 30_000
# Pairs that lack more than this at the flow's prices are left out of the programme (never out of the bound).
MARGIN = 30
# Prices are rounded to this: sums of weights and prices are then exact in binary floating point.
GRAIN = 1024.0
# Below so many seconds a second process is not worth its start.
SHORTEST = 1.0


@dataclass(frozen=True)
class SlotPrices:
    """Prices of a party in a slot, of a table in a slot (both >= 0), and of a party's cap and floor (>= -bonus)."""

    party: np.ndarray  # (parties, slots)
    table: np.ndarray  # (slots)
    cap: np.ndarray  # (parties)


def dual_bound(instance: Instance, prices: SlotPrices) -> float:
    """The upper bound that these prices prove."""
    there, cap, floor, tables, booked, usable = _sizes(instance)
    bonus = float(instance.fair_bonus)
    u, v = instance.edges[:, 0], instance.edges[:, 1] + instance.shift
    paid = np.where(prices.cap > 0, cap * prices.cap + floor * bonus, floor * (bonus + prices.cap))
    total = prices.party[there].sum() + tables @ prices.table + paid.sum()
    base = instance.edges[:, 2] - prices.cap[u] - prices.cap[v]
    earns = np.zeros(len(base))
    for slot in range(instance.slots):
        now = base - prices.party[u, slot] - prices.party[v, slot] - prices.table[slot]
        possible = usable & (booked < 0) & there[u, slot] & there[v, slot]
        earns = np.where(possible, np.maximum(earns, now), earns)
        earns = np.where(booked == slot, now, earns)
    return float(total + earns.sum())


class Bound:
    """The flow's bound, and the linear programme's as soon as it is known.

    The programme is solved by another process (`linear`) on a second core, where there is one, and abandoned when its
    time is up. Use as a context manager, so that no process is left behind.
    """

    def __init__(self, instance: Instance, selection: Selection, *, seconds: float) -> None:
        self.value = selection.bound
        self._instance = instance
        self._process: subprocess.Popen[bytes] | None = None
        programme = programme_of(instance, selection) if seconds >= SHORTEST else None
        if programme is not None:
            self._folder = tempfile.TemporaryDirectory(prefix="matchmaker-bound-")
            self._path = Path(self._folder.name) / "programme.npz"
            np.savez(self._path, **programme)  # type: ignore[arg-type]  # arrays by name
            self._rows = len(programme["right"])
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("linear.py")), str(self._path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def __enter__(self) -> Bound:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._end()

    def now(self) -> int:
        """The bound as it is known by now."""
        if self._process is not None and self._process.poll() is not None:
            if self._process.returncode == 0:
                prices = np.load(f"{self._path}.prices.npy")
                self.value = min(self.value, bound_from(self._instance, prices))
            self._end()
        return self.value

    def wait(self, seconds: float) -> int:
        """The bound, waiting up to ``seconds`` (`math.inf`: to its end) if it is still being worked on."""
        if self._process is not None:
            try:
                self._process.wait(None if seconds == math.inf else max(0.0, seconds))
            except subprocess.TimeoutExpired:
                return self.value
        return self.now()

    def _end(self) -> None:
        self._process = None
        self._folder.cleanup()


def programme_of(instance: Instance, selection: Selection) -> dict[str, np.ndarray] | None:
    """The programme over pairs and slots that can matter, as arrays; None where there is none or it is too large."""
    shift, count, slots = instance.shift, len(instance.parties), instance.slots
    u, v, weight = instance.edges[:, 0], instance.edges[:, 1] + shift, instance.edges[:, 2]
    near = weight - selection.prices[u] - selection.prices[v] - selection.prices[count] > -MARGIN
    if near.sum() > MOST_COLUMNS:
        return None
    there, cap, floor, tables, booked, usable = _sizes(instance)
    pairs = np.flatnonzero((usable & near) | (booked >= 0))
    common = there[u[pairs]] & there[v[pairs]]
    fixed = booked[pairs] >= 0
    common[fixed] = np.arange(slots) == booked[pairs][fixed, None]
    place, slot = np.nonzero(common)
    if not 0 < len(place) <= MOST_COLUMNS:
        return None
    one, other, columns = u[pairs][place], v[pairs][place], np.arange(len(place))
    # Rows: party in slot, slot, cap, "counted towards the floor only if held", pair.
    at = np.cumsum([0, count * slots, slots, count, count, len(pairs)])
    base, table = _flow_prices(instance, selection)
    # No party's price, and no table's, may fall by more than a third of the margin: then the pairs left out still earn
    # nothing. In the programme that is a dummy meeting of each party in each slot, and a dummy table.
    least = base - MARGIN / 3
    who, when = np.nonzero(there & ((least > 0) | (floor > 0)[:, None]) & (cap > 0)[:, None])
    spare = np.flatnonzero(table - MARGIN / 3 > 0)
    dummy = len(place) + np.arange(len(who))
    idle = len(place) + len(who) + np.arange(len(spare))
    happy = len(place) + len(who) + len(spare) + np.arange(count)
    entries = [
        *((row, columns, 1.0) for row in (one * slots + slot, other * slots + slot, at[1] + slot)),
        *((row, columns, 1.0) for row in (at[2] + one, at[2] + other, at[4] + place)),
        *((row, columns, -1.0) for row in (at[3] + one, at[3] + other)),
        (who * slots + when, dummy, 1.0),
        (at[2] + who, dummy, 1.0),
        (at[3] + who, dummy, -1.0),
        (at[1] + spare, idle, 1.0),
        (at[3] + np.arange(count), happy, 1.0),
    ]
    bonus = np.full(count, instance.fair_bonus)
    return {
        "rows": np.concatenate([row for row, _, _ in entries]),
        "cols": np.concatenate([column for _, column, _ in entries]),
        "data": np.concatenate([np.full(len(row), value) for row, _, value in entries]),
        "right": np.concatenate([np.ones(at[1]), tables, cap, np.zeros(count), np.ones(len(pairs))]),
        "gain": np.concatenate([weight[pairs][place], least[who, when], table[spare] - MARGIN / 3, bonus]),
        "low": np.concatenate([fixed[place].astype(np.float64), np.zeros(len(who) + len(spare) + count)]),
        "high": np.concatenate([np.full(len(place) + len(who) + len(spare), np.inf), floor]),
    }


def _flow_prices(instance: Instance, selection: Selection) -> tuple[np.ndarray, np.ndarray]:
    """The flow's prices as prices of parties in slots and of tables; what limits a slot carries its place's price."""
    shift, count = instance.shift, len(instance.parties)
    base = np.repeat(selection.prices[:count, None], instance.slots, axis=1).astype(np.float64)
    limit = slot_limits(instance).argmin(axis=0)
    if instance.equals:
        base[:, limit == 1] += selection.prices[count] / 2
    else:
        base[:shift, limit == 1] += selection.prices[count]
        base[shift:, limit == 2] += selection.prices[count]
    return base, np.where(limit == 0, selection.prices[count], 0).astype(np.float64)


def bound_from(instance: Instance, prices: np.ndarray) -> int:
    """The bound that the programme's prices prove, over all pairs."""
    count, slots = len(instance.parties), instance.slots
    at = np.cumsum([0, count * slots, slots, count, count])
    price = np.round(prices * GRAIN) / GRAIN
    return math.floor(
        dual_bound(
            instance,
            SlotPrices(
                party=np.maximum(price[: at[1]].reshape(count, slots), 0),
                table=np.maximum(price[at[1] : at[2]], 0),
                cap=np.maximum(price[at[2] : at[3]] - price[at[3] : at[4]], -float(instance.fair_bonus)),
            ),
        )
    )


def _sizes(instance: Instance) -> tuple[np.ndarray, ...]:
    """Presence (parties, slots), caps, floors, tables, the slot of each booked pair or -1, pairs that can meet."""
    tables = np.array(instance.tables, dtype=np.float64)
    there = instance.available & (tables > 0)
    cap = np.minimum(instance.caps, there.sum(axis=1)).astype(np.float64)
    booked = np.full(len(instance.edges), -1)
    for s, b, slot in instance.fixed:
        booked[instance.edge_of[s, b]] = slot
    return there, cap, np.minimum(instance.floors, cap), tables, booked, meetable(instance)
