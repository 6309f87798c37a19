"""The compiled annealing of given meetings. It stands in one file that imports nothing of the project.

numba keeps machine code on disk and compiles a function again when its own file changes, but not when another file
changes that it calls. -1 stands for a free cell, -2 for a forbidden slot.
"""

from __future__ import annotations

import numba
import numpy as np

_compiled = numba.njit(cache=True, nogil=True)


@_compiled
def _cost(row, idle):
    """Breaks of one company, and a little for each idle slot between its meetings; (cost, breaks)."""
    runs, first, last, busy = 0, -1, -1, 0
    for slot in range(row.shape[0]):
        if row[slot] >= 0:
            if first < 0:
                first = slot
            if last != slot - 1 or busy == 0:
                runs += 1
            last = slot
            busy += 1
    if busy == 0:
        return 0.0, 0
    return runs - 1 + idle * (last - first + 1 - busy), runs - 1


@_compiled
def _ends_cost(ends, cell, idle):
    cost, breaks = 0.0, 0
    for node in ends:
        one, more = _cost(cell[node], idle)
        cost += one
        breaks += more
    return cost, breaks


@_compiled
def _component(meeting, other, sides, slot_of, allowed, cell, path, ends):
    """The meetings that alternate between the meeting's slot and ``other``: (their number, number of ends), or 0, 0."""
    here = slot_of[meeting]
    path[0] = meeting
    length, tips = 1, 0
    if not allowed[meeting, other]:
        return 0, 0
    for side in range(2):
        at, slot = sides[side, meeting], other
        while True:
            following = cell[at, slot]
            if following == meeting:
                return length, 0  # a cycle: no company's busy slots change
            if following < 0:
                if following == -2:
                    return 0, 0
                ends[tips] = at
                tips += 1
                break
            if not allowed[following, here + other - slot]:
                return 0, 0
            path[length] = following
            length += 1
            at = sides[0, following] + sides[1, following] - at
            slot = here + other - slot
    return length, tips


@_compiled
def _flip(path, both, sides, slot_of, cell, used):
    for meeting in path:
        slot = slot_of[meeting]
        cell[sides[0, meeting], slot] = cell[sides[1, meeting], slot] = -1
        used[slot] -= 1
    for meeting in path:
        slot = both - slot_of[meeting]
        slot_of[meeting] = slot
        cell[sides[0, meeting], slot] = cell[sides[1, meeting], slot] = meeting
        used[slot] += 1


@_compiled
def anneal(sides, allowed, cell, slot_of, used, tables, tries, hot, cold, idle, seed):
    """Metropolis over components; the best slots seen."""
    np.random.seed(seed)
    companies, slots = cell.shape
    path = np.empty(companies + 1, np.int32)
    ends = np.empty(2, np.int32)
    now = _ends_cost(np.arange(companies), cell, idle)[1]
    best, found = now, slot_of.copy()
    for trial in range(tries):
        meeting, other = np.random.randint(len(slot_of)), np.random.randint(slots)
        here = slot_of[meeting]
        if other == here:
            continue
        length, tips = _component(meeting, other, sides, slot_of, allowed, cell, path, ends)
        more = 0
        for place in range(length):
            more += 1 if slot_of[path[place]] == here else -1
        if length == 0 or used[other] + more > tables[other] or used[here] - more > tables[here]:
            continue
        before, breaks = _ends_cost(ends[:tips], cell, idle)
        _flip(path[:length], here + other, sides, slot_of, cell, used)
        after, left = _ends_cost(ends[:tips], cell, idle)
        heat = hot * (cold / hot) ** (trial / tries)
        if after > before and np.random.random() >= np.exp((before - after) / heat):
            _flip(path[:length], here + other, sides, slot_of, cell, used)
            continue
        now += left - breaks
        if now < best or (now == best and trial % 64 == 0):  # an equal plan elsewhere is a new start
            best, found = now, slot_of.copy()
            if best == 0:
                break
    return found
