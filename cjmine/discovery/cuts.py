"""Along which lines can the labels be divided so that each part can be mined alone?

The cuts of the inductive miner (Leemans, "Robust process mining with guarantees",
2017, pages 188 and 233), sought in the directly-follows graph in this order:
choice, sequence, parallel, loop. A group is a bit mask of labels.
"""

from __future__ import annotations

from collections.abc import Sequence

from cjmine.discovery.graph import Graph, bits, circles, components, union
from cjmine.domain.models import Operator

Cut = tuple[Operator, list[int]]


def first_cut(graph: Graph) -> Cut | None:
    """Return the first cut that holds, and its groups in the order of the tree."""
    for operator, holds in _CUTS:
        groups = holds(graph)
        if len(groups) > 1:
            return operator, groups
    return None


def choice(graph: Graph) -> list[int]:
    """Return the groups between which no label follows another: one of them happens."""
    return components(_either_way(graph), graph.nodes)


def sequence(graph: Graph) -> list[int]:
    """Return the groups that follow each other, joined where they can only be skipped together (strict).

    Labels belong together where each can be reached from the other, or neither from the
    other; the groups then stand in one order.
    """
    nodes = graph.nodes
    parts = circles(graph)
    if len(parts) == 1:
        return parts
    after, before = _reached(graph.follows, parts[::-1]), _reached(graph.precedes, parts)
    together = [~(then ^ first) & nodes for then, first in zip(after, before, strict=True)]
    groups = components(together, nodes)
    groups.sort(key=lambda group: -(union(after, group) & ~group).bit_count())
    return _skipped_together(graph, groups) if len(groups) > 1 else groups


def parallel(graph: Graph) -> list[int]:
    """Return the groups all of whose labels follow each other both ways; each holds a start and an end."""
    nodes = graph.nodes
    apart = [nodes & ~(then & first) for then, first in zip(graph.follows, graph.precedes, strict=True)]
    groups = sorted(components(apart, nodes), key=int.bit_count)
    place = 0
    while place < len(groups) > 1:
        if groups[place] & graph.starts and groups[place] & graph.ends:
            place += 1
        else:
            group = groups.pop(place)
            groups[max(place - 1, 0)] |= group
    return groups


def loop(graph: Graph) -> list[int]:
    """Return the body, which starts and ends, and what leads from its ends back to its starts."""
    if not any(graph.follows):
        return []
    starts, ends = graph.starts, graph.ends
    body, back = starts | ends, 0
    entered = union(graph.follows, starts & ~ends) | union(graph.precedes, ends & ~starts)
    for part in components(_either_way(graph), graph.nodes & ~body):
        if part & entered or not _leads_back(graph, part):
            body |= part
        else:
            back |= part
    return [body, back] if back else [body]


_CUTS = (
    (Operator.CHOICE, choice),
    (Operator.SEQUENCE, sequence),
    (Operator.PARALLEL, parallel),
    (Operator.LOOP, loop),
)


def _either_way(graph: Graph) -> list[int]:
    return [then | first for then, first in zip(graph.follows, graph.precedes, strict=True)]


def _leads_back(graph: Graph, part: int) -> bool:
    """Tell whether each label that meets a start or an end of the body meets all of them."""
    for label in bits(part):
        into, out_of = graph.follows[label] & graph.starts, graph.precedes[label] & graph.ends
        if (into and into != graph.starts) or (out_of and out_of != graph.ends):
            return False
    return True


def _reached(masks: Sequence[int], parts: list[int]) -> list[int]:
    """Return what each label leads to; each part comes behind all that it leads to."""
    reached = [0] * len(masks)
    for part in parts:
        whole, ahead = part, union(masks, part) & ~part
        while ahead:
            whole |= reached[(ahead & -ahead).bit_length() - 1]
            ahead &= ~whole
        for label in bits(part):
            reached[label] = whole
    return reached


def _skipped_together(graph: Graph, groups: list[int]) -> list[int]:
    """Join groups that are only skipped together (thesis, page 233).

    A group that can be skipped takes in those before it that lead no further than to
    it, and those behind it that are entered no earlier than from it.
    """
    count = len(groups)
    earliest, latest = _first_entries(graph, groups), _last_exits(graph, groups)
    for place in range(count):
        if not _skippable(graph, groups, place):
            continue
        for other in range(place - 1, -1, -1):
            if latest[other] > place:
                break
            groups[place], groups[other] = groups[place] | groups[other], 0
        for other in range(place + 1, count):
            if earliest[other] < place:
                break
            groups[place], groups[other] = groups[place] | groups[other], 0
    return [group for group in groups if group]


def _skippable(graph: Graph, groups: list[int], place: int) -> bool:
    before = after = 0
    for group in groups[:place]:
        before |= group
    for group in groups[place + 1 :]:
        after |= group
    return bool(union(graph.follows, before) & after or after & graph.starts or before & graph.ends)


def _first_entries(graph: Graph, groups: list[int]) -> list[int]:
    """Return the first group that leads to each one; -1 where it holds a start."""
    count = len(groups)
    return [
        -1
        if group & graph.starts
        else next((place for place, other in enumerate(groups) if union(graph.follows, other) & group), count)
        for group in groups
    ]


def _last_exits(graph: Graph, groups: list[int]) -> list[int]:
    """Return the last group that each one leads to; beyond all where it holds an end."""
    count = len(groups)
    return [
        count
        if group & graph.ends
        else max(
            (place for place, other in enumerate(groups) if union(graph.precedes, other) & group), default=-1
        )
        for group in groups
    ]
