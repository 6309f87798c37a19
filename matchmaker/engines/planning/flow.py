"""Which pairs meet, and the most any plan can reach: one min-cost flow that forgets the slots.

Source – supplier – buyer – sink, integral, solved exactly. Every plan is a feasible flow, so the optimum is a proven
upper bound. A party passes at most min(cap, slots it is there), the fairness floor is a parallel arc that pays the
bonus for each of the first ``floor`` meetings, pairs without a common free slot are left out, booked pairs are forced.
The total is limited by what the slots offer: tables, free suppliers, free buyers. Interpreters limit the meetings that
need one; they enter by a price an hour, which keeps the bound proven.

Among equals each company stands on both sides and each pair in both directions. A plan used twice is a feasible flow,
so half of the optimum is a bound: that of the fractional b-matching (Schrijver, *Combinatorial Optimization*, 2003,
ch. 30 and 31). Pairs with flow in one direction only are half chosen; they lie on odd cycles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.engines.planning.instance import Instance
from matchmaker.engines.planning.interpreter_hours import InterpreterSlots, Search

PRICE_ROUNDS = 24  # flows that look for the prices of interpreters' hours


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of the chosen pairs (booked ones included) and the proven bound.

    ``prices`` are dual to it: what one more meeting of each party is worth (below zero where it would lift
    the party towards its floor) and, in the last place, one more table. ``interpreting`` is for each pair the price of
    an interpreter's hour, 0 where it needs none.
    """

    edges: np.ndarray
    bound: int
    prices: np.ndarray
    interpreting: np.ndarray


def meetable(instance: Instance) -> np.ndarray:
    """Boolean for each pair: in some slot both are there and tables stand, and if need be an interpreter exists."""
    free = instance.available & (np.array(instance.tables) > 0)
    words = np.packbits(free, axis=1)
    shift = instance.shift
    common = words[instance.edges[:, 0]] & words[instance.edges[:, 1] + shift]
    possible = common.any(axis=1)
    unserved = instance.needs_interpreter.copy()
    for rows in instance.interpreter_kinds.values():
        unserved[rows] = False
    return possible & ~unserved


def slot_offer(instance: Instance) -> np.ndarray:
    """The most meetings each slot can hold: tables, free suppliers, free buyers; among equals half the free."""
    return slot_limits(instance).min(axis=0)


def slot_limits(instance: Instance) -> np.ndarray:
    """int64 (limits, slots): tables, free suppliers, free buyers; among equals tables and pairs of free companies."""
    shift, free = instance.shift, instance.available
    sides = [free.sum(axis=0) // 2] if instance.equals else [free[:shift].sum(axis=0), free[shift:].sum(axis=0)]
    return np.array([instance.tables, *sides], dtype=np.int64)


def select(instance: Instance) -> Selection:
    """The selection with the lowest bound found: exact without interpreters, priced with them (`_with_prices`)."""
    hours = InterpreterSlots.of(instance)
    return _with_prices(instance, hours) if hours.kinds else _select(instance, instance.edges[:, 2])


def _with_prices(instance: Instance, hours: InterpreterSlots) -> Selection:
    """The selection at the prices of interpreters' hours that prove the lowest bound found (`interpreter_hours`)."""
    search = Search(hours, highest=int(instance.edges[:, 2].max()) + 2 * instance.fair_bonus)
    best = _select(instance, instance.edges[:, 2])
    done = search.learn(search.prices, best.bound, hours.needed(best.edges))
    while not done and len(search.planes) < PRICE_ROUNDS:
        prices = search.next_prices()
        found = _select_at_prices(instance, hours, prices)
        best = min(found, best, key=lambda selection: selection.bound)
        done = search.learn(prices, found.bound, hours.needed(found.edges))
    return best


def _select_at_prices(instance: Instance, hours: InterpreterSlots, prices: np.ndarray) -> Selection:
    price = np.zeros(len(instance.edges), dtype=np.int64)
    for rows, one in zip(hours.kinds, prices, strict=True):
        price[rows] = one
    found = _select(instance, instance.edges[:, 2] - price)
    return Selection(found.edges, found.bound + hours.worth(prices), found.prices, price)


def _select(instance: Instance, weight: np.ndarray) -> Selection:
    """Solve the selection exactly. Time grows about linearly with the pairs: 0.1 s at 45,000."""
    edges, shift = instance.edges, instance.shift
    count = len(instance.parties)
    free = instance.available & (np.array(instance.tables) > 0)
    load = np.zeros(count, dtype=np.int64)
    forced = np.array([instance.edge_of[s, b] for s, b, _ in instance.fixed], dtype=np.int64)
    for row in forced:
        load[edges[row, 0]] += 1
        load[shift + edges[row, 1]] += 1
    room = np.minimum(instance.caps, free.sum(axis=1)) - load
    floor = np.clip(instance.floors - load, 0, room)
    constant = int(weight[forced].sum()) + instance.fair_bonus * int(np.minimum(load, instance.floors).sum())
    usable = meetable(instance)
    usable[forced] = False
    rows = np.flatnonzero(usable)
    total = int(slot_offer(instance).sum()) - len(forced)
    one, other = edges[rows, 0], edges[rows, 1] + shift
    if instance.equals:
        pairs = np.concatenate([one, other]), np.concatenate([other, one]) + count
        both = _flow(*pairs, np.tile(weight[rows], 2), np.tile(room, 2), np.tile(floor, 2), count, 2 * total, instance)
        value, prices = both.value // 2, np.append(both.prices[:count] + both.prices[count:-1], both.prices[-1]) / 2
        chosen = rows[both.used.reshape(2, -1).any(axis=0)]
        return Selection(np.concatenate([forced, chosen]), constant + value, prices, np.zeros_like(weight))
    found = _flow(one, other, weight[rows], room, floor, shift, total, instance)
    return Selection(
        np.concatenate([forced, rows[found.used]]), constant + found.value, found.prices, np.zeros_like(weight)
    )


@dataclass(frozen=True, slots=True)
class Flow:
    """Which pairs have flow, the value of the flow, and the prices of the nodes and, last, of a place."""

    used: np.ndarray
    value: int
    prices: np.ndarray


def _flow(
    one: np.ndarray,
    other: np.ndarray,
    weight: np.ndarray,
    room: np.ndarray,
    floor: np.ndarray,
    left: int,
    total: int,
    instance: Instance,
) -> Flow:
    """The flow of greatest value between the first ``left`` nodes and the others, at most ``total`` meetings."""
    count = len(room)
    total = min(total, int(room[:left].sum()), int(room[left:].sum()))
    if not len(one) or total <= 0:
        return Flow(np.zeros(len(one), dtype=bool), 0, np.zeros(count + 1, dtype=np.int64))
    from ortools.graph.python import min_cost_flow

    from matchmaker.engines.planning.loops import potentials

    flow = min_cost_flow.SimpleMinCostFlow()
    source, sink = count, count + 1
    nodes = np.arange(count)
    tail = np.concatenate([np.where(nodes < left, source, nodes)] * 2 + [one, [source]])
    head = np.concatenate([np.where(nodes < left, nodes, sink)] * 2 + [other, [sink]])
    capacity = np.concatenate([floor, room - floor, np.ones(len(one), dtype=np.int64), [total]])
    cost = np.concatenate([np.full(count, -instance.fair_bonus), np.zeros(count, dtype=np.int64), -weight, [0]])
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the selection flow ended with {status}")  # it has a feasible flow: the bypass arc
    used = flow.flows(arcs)
    more, less = used < capacity, used > 0
    price = potentials(
        np.concatenate([tail[more], head[less]]),
        np.concatenate([head[more], tail[less]]),
        np.concatenate([cost[more], -cost[less]]),
        count + 2,
    )
    prices = np.concatenate([price[:left] - price[source], price[sink] - price[left:count], [0]])
    # The bypass arc keeps source and sink at one price unless every place is used: then a place has a price itself.
    prices[count] = price[source] - price[sink]
    return Flow(used[2 * count : -1] > 0, -int(flow.optimal_cost()), prices)
