"""Slots for the chosen pairs: list edge colouring of a bipartite graph with Kempe chains.

A slot is a colour. If the supplier is free in slot a and the buyer in slot b, the meetings that alternate between a and
b from one of them onwards can change places, and then both are free in the same slot. Only the end of the chain can
break availability. Without absences and with enough tables this never fails (König), so the plan is exactly optimal;
with absences it usually succeeds (the decision is NP-complete: Kubale 1992).
Bondy & Murty, Graph Theory with Applications, ch. 6.
"""

from __future__ import annotations

import numpy as np

from matchmaker.core.compiled import compiled
from matchmaker.events.scheduling.board import Board


@compiled
def put(edge, slot, u, v, cell, slot_of, degree, used):
    cell[u[edge], slot] = edge
    cell[v[edge], slot] = edge
    slot_of[edge] = slot
    degree[u[edge]] += 1
    degree[v[edge]] += 1
    used[slot] += 1


@compiled
def walk(node, first, second, u, v, cell, locked, longest, path):
    """The chain that leaves ``node`` in slot ``first`` and alternates; -1 where it may not be flipped.

    ``node`` must be free in ``second``. Rows of its pairs are written to ``path``; returns their number, -1 also where
    it is above ``longest``.
    """
    length, slot = 0, first
    while True:
        edge = cell[node, slot]
        if edge < 0:
            return length if edge == -1 or length == 0 else -1
        if locked[edge] or length == longest:
            return -1
        path[length] = edge
        length += 1
        node = u[edge] + v[edge] - node
        slot = first + second - slot


@compiled
def flip(length, first, second, u, v, cell, slot_of, used, path):
    """Exchange the two slots along the chain."""
    for place in range(length):
        edge = path[place]
        cell[u[edge], slot_of[edge]] = -1
        cell[v[edge], slot_of[edge]] = -1
        used[slot_of[edge]] -= 1
    for place in range(length):
        edge = path[place]
        slot = first + second - slot_of[edge]
        slot_of[edge] = slot
        cell[u[edge], slot] = edge
        cell[v[edge], slot] = edge
        used[slot] += 1


@compiled
def chain(node, first, second, u, v, cell, locked, path):
    """The whole alternating component of ``node`` in two slots, a cycle or a path; -1 where it must not be flipped.

    Rows go to ``path``; the number comes back. For a path both ends must be there in the slot they would move to.
    """
    length, slot, at = 0, first, node
    while True:
        edge = cell[at, slot]
        if edge < 0:
            if edge == -2:
                return -1
            break
        if locked[edge]:
            return -1
        path[length] = edge
        length += 1
        at = u[edge] + v[edge] - at
        slot = first + second - slot
        if at == node and slot == first:
            return length
    slot, at = second, node
    while True:
        edge = cell[at, slot]
        if edge < 0:
            return -1 if edge == -2 else length
        if locked[edge]:
            return -1
        path[length] = edge
        length += 1
        at = u[edge] + v[edge] - at
        slot = first + second - slot


@compiled
def make_room(slot, u, v, cell, slot_of, locked, tables, used, path):
    """Move one meeting out of a full slot by an odd chain into a slot with a free table."""
    slots = len(tables)
    nodes = cell.shape[0]
    start = np.random.randint(slots)
    for step in range(slots):
        other = (start + step) % slots
        if other == slot or used[other] >= tables[other]:
            continue
        first = np.random.randint(nodes)
        for hop in range(min(nodes, 64)):
            node = (first + hop) % nodes
            if cell[node, slot] >= 0 and cell[node, other] == -1:
                length = walk(node, slot, other, u, v, cell, locked, nodes, path)
                if length % 2 == 1:
                    flip(length, slot, other, u, v, cell, slot_of, used, path)
                    return True
    return False


@compiled
def insert(edge, u, v, cell, slot_of, locked, degree, tables, used, longest, path):
    """Find a slot for one pair, flipping one chain if need be. Returns whether it was placed."""
    slots = len(tables)
    a, b = u[edge], v[edge]
    start = np.random.randint(slots)
    best, spare = -1, 0
    for step in range(slots):
        slot = (start + step) % slots
        if cell[a, slot] == -1 and cell[b, slot] == -1 and tables[slot] - used[slot] > spare:
            best, spare = slot, tables[slot] - used[slot]
    if best >= 0:
        put(edge, best, u, v, cell, slot_of, degree, used)
        return True
    for step in range(slots):
        mine = (start + step) % slots
        if cell[a, mine] != -1:
            continue
        for hop in range(slots):
            yours = (start + hop) % slots
            if cell[b, yours] != -1 or (mine == yours):
                continue
            # Either the buyer's meeting in `mine` moves away, or the supplier's in `yours`.
            for turn in range(2):
                node, target, source = (b, mine, yours) if turn == 0 else (a, yours, mine)
                if cell[node, target] < 0:
                    continue
                length = walk(node, target, source, u, v, cell, locked, longest, path)
                if length < 0:
                    continue
                grows = source if length % 2 else target
                if used[grows] >= tables[grows]:
                    continue
                flip(length, target, source, u, v, cell, slot_of, used, path)
                put(edge, target, u, v, cell, slot_of, degree, used)
                return True
    return False


@compiled
def insert_all(order, seed, u, v, cell, slot_of, locked, degree, cap, tables, used, longest):
    """Insert the pairs of ``order`` that still fit the caps; returns how many were placed."""
    np.random.seed(seed)
    path = np.empty(cell.shape[0] + 1, dtype=np.int32)
    placed = 0
    for edge in order:
        if slot_of[edge] >= 0 or degree[u[edge]] >= cap[u[edge]] or degree[v[edge]] >= cap[v[edge]]:
            continue
        for _ in range(4):
            if insert(edge, u, v, cell, slot_of, locked, degree, tables, used, longest, path):
                placed += 1
                break
            full = -1
            for slot in range(len(tables)):
                if cell[u[edge], slot] == -1 and cell[v[edge], slot] == -1:
                    full = slot
                    break
            if (
                full < 0
                or longest < len(degree)
                or not make_room(full, u, v, cell, slot_of, locked, tables, used, path)
            ):
                break
    return placed


def colour(board: Board, order: np.ndarray, *, seed: int = 1, longest: int | None = None) -> int:
    """Place the pairs of ``order`` one by one; returns how many found a slot.

    At most ``longest`` meetings change their slot for each that is placed; as many as it takes where it is None.
    """
    return insert_all(
        order.astype(np.int32), seed, board.u, board.v, board.cell, board.slot_of, board.locked, board.degree,
        board.cap, board.tables, board.used, len(board.degree) if longest is None else longest,
    )  # fmt: skip
