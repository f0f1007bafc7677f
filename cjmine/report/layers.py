"""Who stands above whom, and who beside whom, so that few lines cross?

The combinatorial half of a layered drawing (Sugiyama, Tagawa and Toda 1981):
break cycles, give each vertex a rank, order each rank. Vertices are numbers;
every choice has a fixed tie-break, so equal input gives equal output.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from typing import TypeAlias

Arc: TypeAlias = tuple[int, int, int]
"""Source, target, weight."""

ROUNDS, SWEEPS = 8, 24


def reversed_arcs(n: int, arcs: Sequence[Arc]) -> frozenset[int]:
    """Return the positions of arcs to turn round so that no cycle remains.

    Heavy arcs are taken first; an arc that would close a cycle is turned.
    """
    after: list[set[int]] = [set() for _ in range(n)]

    def reaches(start: int, goal: int) -> bool:
        seen, todo = {start}, [start]
        while todo:
            vertex = todo.pop()
            if vertex == goal:
                return True
            todo += after[vertex] - seen
            seen |= after[vertex]
        return False

    turned = set()
    for position in sorted(range(len(arcs)), key=lambda i: (-arcs[i][2], i)):
        source, target, _ = arcs[position]
        if reaches(target, source):
            turned.add(position)
            source, target = target, source
        after[source].add(target)
    return frozenset(turned)


def ranks(n: int, arcs: Sequence[Arc]) -> list[int]:
    """Return each vertex's rank: longest path from a source, then drawn towards heavy neighbours."""
    into: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    out: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    for source, target, weight in arcs:
        into[target].append((source, weight))
        out[source].append((target, weight))
    order, waiting = [], [len(one) for one in into]
    ready = [v for v in range(n) if not waiting[v]]
    while ready:
        vertex = ready.pop(0)
        order.append(vertex)
        for target, _ in out[vertex]:
            waiting[target] -= 1
            if not waiting[target]:
                insort(ready, target)
    rank = [0] * n
    for vertex in order:
        rank[vertex] = max((rank[u] + 1 for u, _ in into[vertex]), default=0)
    for step in range(ROUNDS):
        for vertex in order if step % 2 else reversed(order):
            pull = sum(w for _, w in out[vertex]) - sum(w for _, w in into[vertex])
            if pull > 0:
                rank[vertex] = min(rank[v] for v, _ in out[vertex]) - 1
            elif pull < 0:
                rank[vertex] = max(rank[u] for u, _ in into[vertex]) + 1
    return rank


def _crossings(rows: Sequence[Sequence[int]], below: Sequence[Sequence[int]]) -> int:
    place = {vertex: i for row in rows for i, vertex in enumerate(row)}
    total = 0
    for row in rows:
        seen: list[int] = []
        for vertex in row:
            ends = sorted(place[v] for v in below[vertex])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def ordered(rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], n: int) -> list[list[int]]:
    """Return each rank's vertices from left to right with few crossings.

    ``links`` join neighbouring ranks. A fixed number of barycentre sweeps, down
    and up in turn; the best order seen wins, the earlier one on a tie.
    """
    above: list[list[int]] = [[] for _ in range(n)]
    below: list[list[int]] = [[] for _ in range(n)]
    for upper, lower in links:
        above[lower].append(upper)
        below[upper].append(lower)
    current = [list(row) for row in rows]
    best, fewest = current, _crossings(current, below)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        moved = [list(row) for row in current]
        for i in range(1, len(moved)) if down else range(len(moved) - 2, -1, -1):
            place = {vertex: k for k, vertex in enumerate(moved[i - 1 if down else i + 1])}
            at = {vertex: k for k, vertex in enumerate(moved[i])}
            keys = {
                v: sum(place[u] for u in near[v]) / len(near[v]) if near[v] else float(at[v])
                for v in moved[i]
            }
            moved[i].sort(key=lambda v: (keys[v], at[v]))
        current = moved
        count = _crossings(current, below)
        if count < fewest:
            best, fewest = current, count
    return best
