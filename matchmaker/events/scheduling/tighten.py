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
import threading

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from matchmaker.events.scheduling.compiled import compiled
from matchmaker.events.scheduling.flow import Selection, meetable
from matchmaker.events.scheduling.instance import Instance

# Columns up to which the interior point method ends within seconds (200 × 200 × 16 has about 25,000).
MOST_COLUMNS = 30_000
# Pairs that lack more than this at the flow's prices are left out of the programme (never out of the bound).
MARGIN = 60
# Prices are rounded to this: sums of weights and prices are then exact in binary floating point.
GRAIN = 1024.0


@compiled
def dual_bound(u, v, weight, usable, booked, there, cap, floor, bonus, tables, y, k, q):
    """The upper bound at prices ``y`` (parties, slots) >= 0, ``k`` (slots) >= 0 and ``q`` (parties) >= -bonus."""
    nodes, slots = there.shape
    total = 0.0
    for node in range(nodes):
        for slot in range(slots):
            if there[node, slot]:
                total += y[node, slot]
        if q[node] > 0:
            total += cap[node] * q[node] + floor[node] * bonus
        else:
            total += floor[node] * (bonus + q[node])
    for slot in range(slots):
        total += tables[slot] * k[slot]
    for edge in range(len(u)):
        a, b = u[edge], v[edge]
        if booked[edge] >= 0:
            slot = booked[edge]
            total += weight[edge] - q[a] - q[b] - y[a, slot] - y[b, slot] - k[slot]
        elif usable[edge]:
            base = weight[edge] - q[a] - q[b]
            best = 0.0
            for slot in range(slots):
                if there[a, slot] and there[b, slot]:
                    best = max(best, base - y[a, slot] - y[b, slot] - k[slot])
            total += best
    return total


def tightened(instance: Instance, selection: Selection, *, seconds: float) -> int:
    """The smaller of the flow's bound and the linear programme's; the flow's where the programme is too large."""
    shift, count, slots = len(instance.suppliers), len(instance.parties), instance.slots
    u, v = instance.edges[:, 0], instance.edges[:, 1] + shift
    weight = instance.edges[:, 2]
    tables = np.array(instance.tables, dtype=np.float64)
    there = instance.available & (tables > 0)
    cap = np.minimum(instance.caps, there.sum(axis=1)).astype(np.float64)
    floor = np.minimum(instance.floors, cap)
    booked = np.full(len(weight), -1)
    for s, b, slot in instance.fixed:
        booked[instance.edge_of[s, b]] = slot
    usable = meetable(instance)
    near = weight - selection.prices[u] - selection.prices[v] - selection.prices[count] > -MARGIN
    kept = np.flatnonzero((usable & near) | (booked >= 0))
    common = there[u[kept]] & there[v[kept]]
    fixed = booked[kept] >= 0
    common[fixed] = np.arange(slots) == booked[kept][fixed, None]
    place, slot = np.nonzero(common)
    if not len(place) or len(place) > MOST_COLUMNS or seconds <= 0:
        return selection.bound
    one, other, columns = u[kept][place], v[kept][place], np.arange(len(place))
    # Rows: party in slot, pair, slot, cap, and "counted towards the floor only if held".
    at = np.cumsum([0, count * slots, len(kept), slots, count, count])
    own, another, floors = at[3] + one, at[3] + other, at[4] + np.arange(count)
    meets = [one * slots + slot, other * slots + slot, at[1] + place, at[2] + slot, own, another]
    rows = np.concatenate([*meets, at[4] + one, at[4] + other, floors])
    cols = np.concatenate([np.tile(columns, 8), len(place) + np.arange(count)])
    data = np.concatenate([np.ones(6 * len(place)), -np.ones(2 * len(place)), np.ones(count)])
    right = np.concatenate([np.ones(at[2]), tables, cap, np.zeros(count)])
    answer = linprog(
        -np.concatenate([weight[kept][place], np.full(count, instance.fair_bonus)]).astype(np.float64),
        A_ub=csr_matrix((data, (rows, cols)), shape=(at[5], len(place) + count)),
        b_ub=right,
        bounds=np.column_stack(
            [
                np.concatenate([fixed[place].astype(np.float64), np.zeros(count)]),
                np.concatenate([np.full(len(place), np.inf), floor]),
            ]
        ),
        method="highs-ipm",
        options={"time_limit": seconds},
    )
    if answer.status != 0:
        return selection.bound
    price = -np.round(answer.ineqlin.marginals * GRAIN) / GRAIN
    y = np.maximum(price[: at[1]].reshape(count, slots), 0)
    k = np.maximum(price[at[2] : at[3]], 0)
    q = np.maximum(price[at[3] : at[4]] - price[at[4] :], -float(instance.fair_bonus))
    total = dual_bound(
        u, v, weight.astype(np.float64), usable, booked, there, cap, floor, float(instance.fair_bonus), tables, y, k, q
    )
    return min(selection.bound, math.floor(total))


class Bound:
    """The bound while it is being tightened in the background, on a second core where there is one."""

    def __init__(self, instance: Instance, selection: Selection, *, seconds: float) -> None:
        self.value = selection.bound
        self._thread = threading.Thread(target=self._tighten, args=(instance, selection, seconds), daemon=True)
        self._thread.start()

    def _tighten(self, instance: Instance, selection: Selection, seconds: float) -> None:
        self.value = tightened(instance, selection, seconds=seconds)

    def wait(self, seconds: float) -> int:
        """The bound, waiting up to ``seconds`` for it if it is still being worked on."""
        self._thread.join(max(0.0, seconds))
        return self.value
