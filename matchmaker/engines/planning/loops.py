"""The compiled loops of the meeting planner: they read a board as arrays and change it in place.

All of them and the tuple they read stand in this one file, which imports nothing of the project. numba keeps machine
code on disk and compiles a function again when its own file changes, but not when another file changes that it calls.
In one file, old machine code can never be used by mistake.

`edge` is the row of a pair, `node` the row of a party in `cell`. -1 stands for a free cell, -2 for an absence.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

_compiled = numba.njit(cache=True, nogil=True)


class Arrays(NamedTuple):
    """What the compiled loops read and change of a board."""

    u: np.ndarray
    v: np.ndarray
    cap: np.ndarray
    tables: np.ndarray
    cell: np.ndarray
    slot_of: np.ndarray
    locked: np.ndarray
    degree: np.ndarray
    used: np.ndarray


class Prices(NamedTuple):
    """What the days of the parties cost (`days.Preferences`); ``day`` and ``position`` of each slot.

    ``share`` of ``a_day`` is what a day with so many meetings costs. ``hall`` is that of each pair; ``follows`` says
    which slots leave no time after the one before.
    """

    day: np.ndarray
    position: np.ndarray
    share: np.ndarray
    hall: np.ndarray
    follows: np.ndarray
    a_day: float
    a_wait: float
    an_idle_slot: float
    a_late_slot: float
    a_walk: float


@_compiled
def put(edge, slot, board):
    u, v = board.u[edge], board.v[edge]
    board.cell[u, slot] = edge
    board.cell[v, slot] = edge
    board.slot_of[edge] = slot
    board.degree[u] += 1
    board.degree[v] += 1
    board.used[slot] += 1


@_compiled
def walk(node, first, second, board, longest, path):
    """The chain that leaves ``node`` in slot ``first`` and alternates; -1 where it may not be flipped.

    ``node`` must be free in ``second``. Rows of its pairs are written to ``path``; returns their number, -1 also where
    it is above ``longest``.
    """
    length, slot = 0, first
    while True:
        edge = board.cell[node, slot]
        if edge < 0:
            return length if edge == -1 or length == 0 else -1
        if board.locked[edge] or length == longest:
            return -1
        path[length] = edge
        length += 1
        node = board.u[edge] + board.v[edge] - node
        slot = first + second - slot


@_compiled
def flip(length, first, second, board, path):
    """Exchange the two slots along the chain."""
    for place in range(length):
        edge = path[place]
        slot = board.slot_of[edge]
        board.cell[board.u[edge], slot] = -1
        board.cell[board.v[edge], slot] = -1
        board.used[slot] -= 1
    for place in range(length):
        edge = path[place]
        slot = first + second - board.slot_of[edge]
        board.slot_of[edge] = slot
        board.cell[board.u[edge], slot] = edge
        board.cell[board.v[edge], slot] = edge
        board.used[slot] += 1


@_compiled
def component(node, first, second, board, path):
    """The whole alternating component of ``node`` in two slots, a cycle or a path; -1 where it must not be flipped.

    Rows go to ``path``; the number comes back. For a path both ends must be there in the slot they would move to.
    """
    length = 0
    for begin in (first, second):
        slot, at = begin, node
        while board.cell[at, slot] >= 0:
            edge = board.cell[at, slot]
            if board.locked[edge]:
                return -1
            path[length] = edge
            length += 1
            at = board.u[edge] + board.v[edge] - at
            slot = first + second - slot
            if at == node and slot == first:
                return length
        if board.cell[at, slot] == -2:
            return -1
    return length


@_compiled
def random_component(board, path):
    """A random component that may be flipped: (number of its pairs, the two slots). The number is 0 where it may not.

    Flipping it changes no objective, respects absences and leaves each slot its tables.
    """
    nodes, slots = board.cell.shape
    node, first, second = np.random.randint(nodes), np.random.randint(slots), np.random.randint(slots)
    if first == second or board.cell[node, first] < 0 or board.cell[node, second] == -2:
        return 0, first, second
    length = component(node, first, second, board, path)
    more = 0
    for place in range(length):
        more += 1 if board.slot_of[path[place]] == first else -1
    fits = board.used[second] + more <= board.tables[second] and board.used[first] - more <= board.tables[first]
    return (length if length > 0 and fits else 0), first, second


@_compiled
def free_table(slot, board, path):
    """Move one meeting out of a full slot by an odd chain into a slot with a free table."""
    nodes, slots = board.cell.shape
    start = np.random.randint(slots)
    for step in range(slots):
        other = (start + step) % slots
        if other == slot or board.used[other] >= board.tables[other]:
            continue
        first = np.random.randint(nodes)
        for hop in range(min(nodes, 64)):
            node = (first + hop) % nodes
            if board.cell[node, slot] >= 0 and board.cell[node, other] == -1:
                length = walk(node, slot, other, board, nodes, path)
                if length % 2 == 1:
                    flip(length, slot, other, board, path)
                    return True
    return False


@_compiled
def common_slot(edge, board):
    """The slot with most free tables in which both sides of a pair are free, else -1."""
    a, b = board.u[edge], board.v[edge]
    slots = len(board.tables)
    start = np.random.randint(slots)
    best, spare = -1, 0
    for step in range(slots):
        slot = (start + step) % slots
        free = board.tables[slot] - board.used[slot]
        if board.cell[a, slot] == -1 and board.cell[b, slot] == -1 and free > spare:
            best, spare = slot, free
    return best


@_compiled
def insert_by_chain(edge, node, target, source, board, longest, path):
    """Move the meeting of ``node`` in slot ``target`` to ``source`` along its chain, and put the pair there."""
    if board.cell[node, target] < 0:
        return False
    length = walk(node, target, source, board, longest, path)
    if length < 0:
        return False
    grows = source if length % 2 else target
    if board.used[grows] >= board.tables[grows]:
        return False
    flip(length, target, source, board, path)
    if board.cell[board.u[edge], target] != -1 or board.cell[board.v[edge], target] != -1:
        # Among equals the chain may end at the other side of the pair, which is then busy instead.
        flip(length, source, target, board, path)
        return False
    put(edge, target, board)
    return True


@_compiled
def insert(edge, board, longest, path):
    """Find a slot for one pair, flipping one chain if need be. Returns whether it was placed."""
    slot = common_slot(edge, board)
    if slot >= 0:
        put(edge, slot, board)
        return True
    a, b = board.u[edge], board.v[edge]
    slots = len(board.tables)
    start = np.random.randint(slots)
    for step in range(slots):
        mine = (start + step) % slots
        if board.cell[a, mine] != -1:
            continue
        for hop in range(slots):
            yours = (start + hop) % slots
            if board.cell[b, yours] != -1 or mine == yours:
                continue
            # Either the buyer's meeting in `mine` moves away, or the supplier's in `yours`.
            if insert_by_chain(edge, b, mine, yours, board, longest, path):
                return True
            if insert_by_chain(edge, a, yours, mine, board, longest, path):
                return True
    return False


@_compiled
def insert_with_space(edge, board, longest, path):
    """`insert`; where only tables are missing, up to three times after a meeting was moved out of a full slot."""
    for _ in range(4):
        if insert(edge, board, longest, path):
            return True
        common = (board.cell[board.u[edge]] == -1) & (board.cell[board.v[edge]] == -1)
        if longest < len(board.degree) or not common.any() or not free_table(np.argmax(common), board, path):
            return False
    return False


@_compiled
def insert_all(order, seed, board, longest):
    """Insert the pairs of ``order`` that still fit the caps; returns how many were placed."""
    np.random.seed(seed)
    path = np.empty(board.cell.shape[0] + 1, dtype=np.int32)
    placed = 0
    for edge in order:
        u, v = board.u[edge], board.v[edge]
        if board.slot_of[edge] < 0 and board.degree[u] < board.cap[u] and board.degree[v] < board.cap[v]:
            placed += insert_with_space(edge, board, longest, path)
    return placed


@_compiled
def cost_of_days(node, cell, prices):
    """What the agenda of one party costs by ``prices``."""
    total, last, meetings = 0.0, -1, 0
    for slot in range(cell.shape[1]):
        if cell[node, slot] < 0:
            continue
        if last < 0 or prices.day[slot] != prices.day[last]:
            if meetings > 0:
                total += prices.a_day * prices.share[meetings]
            meetings = 0
        elif prices.position[slot] - prices.position[last] > 1:
            total += prices.a_wait + prices.an_idle_slot * (prices.position[slot] - prices.position[last] - 1)
        if prices.a_walk > 0 and 0 <= last == slot - 1 and prices.follows[slot]:
            total += prices.a_walk * (prices.hall[cell[node, slot]] != prices.hall[cell[node, last]])
        total += prices.a_late_slot * prices.position[slot]
        meetings += 1
        last = slot
    return total + prices.a_day * prices.share[meetings] if meetings > 0 else total


@_compiled
def touched(length, first, second, board, path, everyone, trial, seen, nodes):
    """The parties whose days a flip may make cheaper: the ends of a path, for inner nodes keep both slots.

    With ``everyone`` the inner nodes, too: what they have in the one slot and in the other is exchanged. Parties are
    written to ``nodes``; returns their number. ``seen`` holds the last ``trial`` of each party.
    """
    count = 0
    for place in range(length):
        for node in (board.u[path[place]], board.v[path[place]]):
            is_end = board.cell[node, first] < 0 or board.cell[node, second] < 0
            if (everyone or is_end) and seen[node] != trial:
                seen[node] = trial
                nodes[count] = node
                count += 1
    return count


@_compiled
def anneal(tries, hot, cold, seed, prices, board):
    """Metropolis over random chains for cheaper days."""
    np.random.seed(seed)
    parties = board.cell.shape[0]
    path = np.empty(parties + 1, dtype=np.int32)
    nodes, seen = np.empty(parties, dtype=np.int32), np.full(parties, -1, dtype=np.int64)
    for trial in range(tries):
        heat = hot * (cold / hot) ** (trial / tries)
        length, first, second = random_component(board, path)
        if length == 0:
            continue
        count = touched(length, first, second, board, path, prices.a_walk > 0, trial, seen, nodes)
        change = 0.0
        for place in range(count):
            change -= cost_of_days(nodes[place], board.cell, prices)
        flip(length, first, second, board, path)
        for place in range(count):
            change += cost_of_days(nodes[place], board.cell, prices)
        if change > 0 and np.random.random() >= np.exp(-change / heat):
            flip(length, first, second, board, path)


@_compiled
def shake(tries, seed, board):
    """Flip up to ``tries`` random components; each keeps the objective."""
    np.random.seed(seed)
    path = np.empty(board.cell.shape[0] + 1, dtype=np.int32)
    for _ in range(tries):
        length, first, second = random_component(board, path)
        flip(length, first, second, board, path)


@_compiled
def potentials(tail, head, cost, count):
    """Bellman–Ford from a root that reaches every node at 0: in a residual graph, potentials dual to the flow."""
    price = np.zeros(count, dtype=np.int64)
    for _ in range(count):
        settled = True
        for arc in range(len(tail)):
            new = price[tail[arc]] + cost[arc]
            if new < price[head[arc]]:
                price[head[arc]] = new
                settled = False
        if settled:
            break
    return price
