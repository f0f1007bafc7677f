"""How far to the right does each box, label and lane stand, given the order in its rank?

Each rank in turn is moved to where its neighbours want it, in least squares and
without overlaps; then long lines are straightened where there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

GAP, LANE, SWEEPS, BOTH, ROUNDS = 18.0, 6.0, 100, 60, 3


@dataclass(slots=True)
class Item:
    """A box, a label or a lane of a passing line: what stands in a rank.

    ``left`` and ``right`` reach from its centre ``x``; ``near`` gives its neighbours and their pull.
    """

    rank: int
    left: float
    right: float
    height: float
    lane: bool
    x: float = 0.0
    near: list[tuple[int, float]] = field(default_factory=list)


def place(items: Sequence[Item], rows: Sequence[Sequence[int]]) -> None:
    """Set every x: each rank in turn as near to its neighbours as the order and the gaps allow."""
    for row in rows:
        edge = 0.0
        for i in row:
            items[i].x, edge = edge + items[i].left, edge + items[i].left + items[i].right + GAP
    for sweep in range(SWEEPS):
        # down looks up, up looks down; the last sweeps weigh both sides
        side = (-1, 1)[sweep % 2] if sweep < SWEEPS - BOTH else 0
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wish = []
            for i in row:
                near = [
                    (items[j].x, w) for j, w in items[i].near if side in (0, items[j].rank - items[i].rank)
                ]
                weight = sum(w for _, w in near)
                wish.append((sum(x * w for x, w in near) / weight, weight) if near else (items[i].x, 0.01))
            _settle([items[i] for i in row], wish)


def _settle(row: Sequence[Item], wish: Sequence[tuple[float, float]]) -> None:
    """Move a rank to its wishes in least squares, keeping order and gaps (pool adjacent violators)."""
    offsets, offset = [], 0.0
    for i, item in enumerate(row):
        if i:
            offset += apart(row[i - 1], item)
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []
    for (x, weight), shift in zip(wish, offsets, strict=True):
        block = (x - shift, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, heavy, size = blocks.pop()
            both = heavy + block[1]
            block = ((mean * heavy + block[0] * block[1]) / both, both, size + block[2])
        blocks.append(block)
    places = [mean for mean, _, size in blocks for _ in range(size)]
    for item, place, shift in zip(row, places, offsets, strict=True):
        item.x = place + shift


def straighten(items: Sequence[Item], rows: Sequence[Sequence[int]], chains: Sequence[Sequence[int]]) -> None:
    """Give runs of lanes of one line one x, as far as their neighbours leave room."""
    beside = {}
    for row in rows:
        for left, i, right in zip([None, *row[:-1]], row, [*row[1:], None], strict=True):
            beside[i] = (left, right)
    for _ in range(ROUNDS):
        for chain in sorted(chains, key=len, reverse=True):
            run: list[int] = []
            low, high = float("-inf"), float("inf")
            for i in chain[1:-1]:
                left, right = beside[i]
                least = float("-inf") if left is None else items[left].x + apart(items[left], items[i])
                most = float("inf") if right is None else items[right].x - apart(items[i], items[right])
                if max(low, least) > min(high, most):
                    _align(items, run, low, high)
                    run, low, high = [], float("-inf"), float("inf")
                run.append(i)
                low, high = max(low, least), min(high, most)
            _align(items, run, low, high)


def _align(items: Sequence[Item], run: Sequence[int], low: float, high: float) -> None:
    if run:
        mean = sum(items[i].x for i in run) / len(run)
        for i in run:
            items[i].x = min(max(mean, low), high)


def apart(left: Item, right: Item) -> float:
    """Return the least distance between the centres of two neighbours in a rank."""
    return left.right + (LANE if left.lane and right.lane else GAP) + right.left
