"""The meetings of one slot, chosen anew and exactly, while all other slots stand still.

A maximum-weight matching between the parties that are free, over the pairs that meet nowhere else, with at most so
many meetings as there are tables. As a circulation: source – supplier – buyer – sink – source, the last arc as wide as
the tables. It is solved again and again with small changes, so it starts from the matching on the board and from the
prices of the last time: what still fits is kept, and successive shortest paths (Dijkstra on reduced costs, stopped at
the first node that lacks flow) mend the rest. Ahuja, Magnanti & Orlin, Network Flows, ch. 9.
"""

from __future__ import annotations

import numpy as np

from matchmaker.core.compiled import compiled

FAR = np.int64(1) << 60


@compiled
def push(heap_key, heap_node, size, key, node):
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if heap_key[up] <= key:
            break
        heap_key[at] = heap_key[up]
        heap_node[at] = heap_node[up]
        at = up
    heap_key[at] = key
    heap_node[at] = node
    return size + 1


@compiled
def pop(heap_key, heap_node, size):
    """Remove the top entry (already read by the caller)."""
    size -= 1
    key, node = heap_key[size], heap_node[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and heap_key[down + 1] < heap_key[down]:
            down += 1
        if heap_key[down] >= key:
            break
        heap_key[at] = heap_key[down]
        heap_node[at] = heap_node[down]
        at = down
    heap_key[at] = key
    heap_node[at] = node
    return size


@compiled
def mend(shift, nodes, start, to, gain, match, out, price, excess, width, room):
    """Successive shortest paths until nothing is in excess. Returns the flow on the arc sink–source.

    Node ids: suppliers < shift <= buyers < nodes; source = nodes, sink = nodes + 1. ``start``, ``to``, ``gain`` list
    the candidates of each supplier. ``match[node]`` is the place of the candidate in use or -1 (buyers: the supplier),
    ``out[node]`` the flow on the node's arc to source or sink.
    """
    source, sink = nodes, nodes + 1
    count = nodes + 2
    dist = np.full(count, FAR, dtype=np.int64)
    done = np.zeros(count, dtype=np.bool_)
    parent = np.full(count, -1, dtype=np.int32)
    via = np.full(count, -1, dtype=np.int32)
    seen = np.empty(count, dtype=np.int32)
    heap_key = np.empty(4 * count + len(to), dtype=np.int64)
    heap_node = np.empty(4 * count + len(to), dtype=np.int32)
    for turn in range(count):
        root = (turn + nodes) % count  # source and sink first: they carry most
        while excess[root] > 0:
            size, visited = 0, 1
            dist[root] = 0
            seen[0] = root
            size = push(heap_key, heap_node, size, np.int64(0), root)
            goal, limit = -1, FAR
            while size > 0:
                far, node = heap_key[0], heap_node[0]
                size = pop(heap_key, heap_node, size)
                if done[node] or far > dist[node]:
                    continue
                done[node] = True
                if excess[node] < 0:
                    goal = node
                    break
                base = far + price[node]
                if node < shift:
                    mine = match[node]
                    for place in range(start[node], start[node + 1]):
                        other = to[place]
                        if place != mine:
                            new = base - gain[place] - price[other]
                            if new < dist[other] and new < limit:
                                if dist[other] == FAR:
                                    seen[visited] = other
                                    visited += 1
                                dist[other] = new
                                parent[other] = node
                                via[other] = place
                                if excess[other] < 0:
                                    limit = new + 1
                                size = push(heap_key, heap_node, size, new, other)
                    if out[node] == 1:
                        new = base - price[source]
                        if new < dist[source] and new < limit:
                            if dist[source] == FAR:
                                seen[visited] = source
                                visited += 1
                            dist[source] = new
                            parent[source] = node
                            if excess[source] < 0:
                                limit = new + 1
                            size = push(heap_key, heap_node, size, new, source)
                elif node < nodes:
                    if match[node] >= 0:
                        other = match[node]
                        new = base + gain[match[other]] - price[other]
                        if new < dist[other] and new < limit:
                            if dist[other] == FAR:
                                seen[visited] = other
                                visited += 1
                            dist[other] = new
                            parent[other] = node
                            if excess[other] < 0:
                                limit = new + 1
                            size = push(heap_key, heap_node, size, new, other)
                    if out[node] == 0:
                        new = base - price[sink]
                        if new < dist[sink] and new < limit:
                            if dist[sink] == FAR:
                                seen[visited] = sink
                                visited += 1
                            dist[sink] = new
                            parent[sink] = node
                            if excess[sink] < 0:
                                limit = new + 1
                            size = push(heap_key, heap_node, size, new, sink)
                else:
                    low, high = (0, shift) if node == source else (shift, nodes)
                    wanted = 0 if node == source else 1
                    for other in range(low, high):
                        if out[other] == wanted:
                            new = base - price[other]
                            if new < dist[other] and new < limit:
                                if dist[other] == FAR:
                                    seen[visited] = other
                                    visited += 1
                                dist[other] = new
                                parent[other] = node
                                if excess[other] < 0:
                                    limit = new + 1
                                size = push(heap_key, heap_node, size, new, other)
                    other = sink if node == source else source
                    if (node == source and width > 0) or (node == sink and width < room):
                        new = base - price[other]
                        if new < dist[other] and new < limit:
                            if dist[other] == FAR:
                                seen[visited] = other
                                visited += 1
                            dist[other] = new
                            parent[other] = node
                            if excess[other] < 0:
                                limit = new + 1
                            size = push(heap_key, heap_node, size, new, other)
            if goal < 0:
                return -1
            # Push one unit back along the path.
            excess[root] -= 1
            excess[goal] += 1
            total = dist[goal]
            node = goal
            while node != root:
                back = parent[node]
                if back < shift and shift <= node < nodes:
                    match[back] = via[node]
                    match[node] = back
                elif shift <= back < nodes and node < shift:
                    # The pair is given up; whoever takes the buyer or supplier next was or will be written.
                    if match[back] == node:
                        match[back] = -1
                    give = match[node]
                    if give >= 0 and to[give] == back:
                        match[node] = -1
                elif back == source and node < shift:
                    out[node] = 1
                elif node == source and back < shift:
                    out[back] = 0
                elif node == sink and back < nodes:
                    out[back] = 1
                elif back == sink and node < nodes:
                    out[node] = 0
                elif back == source:
                    width -= 1
                else:
                    width += 1
                node = back
            for place in range(visited):
                node = seen[place]
                if done[node]:
                    price[node] += dist[node] - total
                    done[node] = False
                dist[node] = FAR
    return width


@compiled
def rechoose(slot, shift, first, bonus, weight, u, v, barred, cap, floor, tables,
             cell, slot_of, locked, degree, used, prices):  # fmt: skip
    """Choose one slot's meetings exactly; returns by how much the objective rose.

    Pairs ``first[s]`` to ``first[s + 1]`` are those of supplier s. ``prices[slot]`` keeps the buyers' prices and,
    in its last place, the price of a table from one call to the next.
    """
    nodes = cell.shape[0]
    source, sink = nodes, nodes + 1
    room = tables[slot]
    # -- clear the slot, remember what stood there
    before = np.int64(0)
    old = np.full(shift, -1, dtype=np.int32)
    for node in range(shift):
        edge = cell[node, slot]
        if edge >= 0:
            if locked[edge]:
                room -= 1
            else:
                old[node] = edge
    for node in range(shift):
        edge = old[node]
        if edge >= 0:
            other = v[edge]
            before += weight[edge]
            degree[node] -= 1
            degree[other] -= 1
            before += bonus if degree[node] < floor[node] else 0
            before += bonus if degree[other] < floor[other] else 0
            cell[node, slot] = -1
            cell[other, slot] = -1
            slot_of[edge] = -1
            used[slot] -= 1
    # -- candidates
    start = np.empty(shift + 1, dtype=np.int32)
    size = 0
    pair = np.empty(len(u), dtype=np.int32)
    to = np.empty(len(u), dtype=np.int32)
    gain = np.empty(len(u), dtype=np.int64)
    match = np.full(nodes, -1, dtype=np.int32)
    price = np.zeros(nodes + 2, dtype=np.int64)
    free = np.empty(nodes, dtype=np.bool_)
    extra = np.empty(nodes, dtype=np.int64)
    rent = prices[slot, nodes]
    price[sink] = -rent
    for node in range(nodes):
        free[node] = cell[node, slot] == -1 and degree[node] < cap[node]
        extra[node] = bonus if degree[node] < floor[node] else 0
        if node >= shift:
            price[node] = -rent - prices[slot, node]
    for node in range(shift):
        start[node] = size
        if not free[node]:
            continue
        top = np.int64(0)
        for edge in range(first[node], first[node + 1]):
            other = v[edge]
            if slot_of[edge] >= 0 or barred[edge] or not free[other]:
                continue
            worth = weight[edge] + extra[node] + extra[other]
            top = max(top, worth + price[other])
            if edge == old[node]:
                match[node] = size
            pair[size] = edge
            to[size] = other
            gain[size] = worth
            size += 1
        price[node] = top
        # A pair stays matched only where it is among the supplier's best at these prices.
        if match[node] >= 0 and gain[match[node]] + price[to[match[node]]] < top:
            match[node] = -1
    start[shift] = size
    # -- flow and what it lacks
    out = np.zeros(nodes, dtype=np.int8)
    excess = np.zeros(nodes + 2, dtype=np.int32)
    matched = 0
    for node in range(shift):
        if match[node] >= 0:
            matched += 1
            out[node] = 1
            match[to[match[node]]] = node
            out[to[match[node]]] = 1
        elif price[node] > 0:
            out[node] = 1
            excess[node] = 1
            excess[source] -= 1
    for node in range(shift, nodes):
        if out[node] == 0 and free[node] and price[node] < -rent:
            out[node] = 1
            excess[node] = -1
            excess[sink] += 1
    width = room if rent > 0 else min(room, matched)
    excess[source] += width - matched
    excess[sink] += matched - width
    mend(shift, nodes, start, to[:size], gain, match, out, price, excess, width, room)
    # -- write it down
    after = np.int64(0)
    for node in range(shift):
        if match[node] >= 0:
            edge = pair[match[node]]
            other = v[edge]
            after += gain[match[node]]
            degree[node] += 1
            degree[other] += 1
            cell[node, slot] = edge
            cell[other, slot] = edge
            slot_of[edge] = slot
            used[slot] += 1
    rent = price[source] - price[sink]
    prices[slot, nodes] = max(rent, 0)
    for node in range(shift, nodes):
        prices[slot, node] = max(price[sink] - price[node], 0)
    return after - before
