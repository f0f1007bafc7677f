"""Where do a map's boxes, lines and labels stand?

A layered drawing, top to bottom, computed once: SVG and PNG draw from the same
numbers (CSS pixels, y downwards). Labels are vertices of the layout with a rank
of their own, so they cannot lie on a box; lines bend only between ranks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cjmine.report.geometry import Box, Edge, Layout, Node, Route
from cjmine.report.layers import ordered, ranks, reversed_arcs
from cjmine.report.placing import LANE, Item, place, straighten
from cjmine.report.routes import loop, ports, route

__all__ = ["Box", "Edge", "Layout", "Node", "Route", "lay_out"]

MARGIN, RANK_GAP, LOOP = 16.0, 19.0, 34.0


def lay_out(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    """Place boxes without overlaps and route every edge past them.

    Raises ``KeyError`` when an edge names a node that is not given.
    """
    at = {node.id: i for i, node in enumerate(nodes)}
    straight = [edge for edge in edges if edge.source != edge.target]
    arcs = [(at[edge.source], at[edge.target], edge.weight) for edge in straight]
    turned = reversed_arcs(len(nodes), arcs)
    level = ranks(len(nodes), [(b, a, w) if i in turned else (a, b, w) for i, (a, b, w) in enumerate(arcs)])
    lowest = min(level, default=0)
    loops = {edge.source: edge for edge in edges if edge.source == edge.target}
    items = [
        Item(
            rank=2 * (level[i] - lowest),
            left=node.width / 2,
            right=node.width / 2 + (LOOP + loops[node.id].label_width if node.id in loops else 0),
            height=max(node.height, loops[node.id].label_height if node.id in loops else 0),
            lane=False,
        )
        for i, node in enumerate(nodes)
    ]
    chains = [
        _chain(items, (b, a) if i in turned else (a, b), edge, upwards=i in turned)
        for i, (edge, (a, b, _)) in enumerate(zip(straight, arcs, strict=True))
    ]
    rows = _rows(items, chains)
    place(items, rows)
    straighten(items, rows, chains)
    return _drawn(nodes, straight, loops, items=items, rows=rows, chains=chains, turned=turned)


def _chain(items: list[Item], ends: tuple[int, int], edge: Edge, *, upwards: bool) -> list[int]:
    """Add the lanes and the label between an edge's ends; return the item numbers from top to bottom."""
    upper, lower = ends
    first, last = items[upper].rank + 1, items[lower].rank - 1
    label = last if upwards else first
    chain = [upper]
    for rank in range(first, last + 1):
        half, height = (edge.label_width / 2, edge.label_height) if rank == label else (LANE, 0.0)
        items.append(Item(rank=rank, left=half, right=half, height=height, lane=True))
        chain.append(len(items) - 1)
    chain.append(lower)
    for a, b in pairwise(chain):
        # long lines should run straight (Gansner et al. 1993, section 4.1)
        pull = (16.0 if items[a].lane and items[b].lane else 2.0) * (1 + edge.weight**0.25)
        items[a].near.append((b, pull))
        items[b].near.append((a, pull))
    return chain


def _rows(items: Sequence[Item], chains: Sequence[Sequence[int]]) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(max((item.rank for item in items), default=-1) + 1)]
    seen: set[int] = set()
    todo = sorted(range(len(items)), key=lambda i: (items[i].rank, i), reverse=True)
    while todo:  # depth first from the top: neighbours start side by side
        i = todo.pop()
        if i not in seen:
            seen.add(i)
            rows[items[i].rank].append(i)
            todo += [j for j, _ in sorted(items[i].near, key=lambda one: (one[1], -one[0]))]
    links = [pair for chain in chains for pair in pairwise(chain)]
    return ordered(rows, links, len(items))


def _drawn(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    loops: Mapping[str, Edge],
    *,
    items: Sequence[Item],
    rows: Sequence[Sequence[int]],
    chains: Sequence[Sequence[int]],
    turned: frozenset[int],
) -> Layout:
    shift = MARGIN - min((item.x - item.left for item in items), default=0.0)
    bands, y = [], MARGIN
    for row in rows:
        tall = max((items[i].height for i in row), default=0.0)
        bands.append((y, y + tall))
        y += tall + RANK_GAP
    for item in items:
        item.x = round(item.x + shift, 1)
    places = [
        Box(
            x=item.x - node.width / 2,
            y=sum(bands[item.rank]) / 2 - node.height / 2,
            width=node.width,
            height=node.height,
        )
        for node, item in zip(nodes, items, strict=False)
    ]
    upper = ports([(chain[0], items[chain[1]].x) for chain in chains], places)
    lower = ports([(chain[-1], items[chain[-2]].x) for chain in chains], places)
    routes = {}
    for k, (edge, chain) in enumerate(zip(edges, chains, strict=True)):
        lanes = [(items[i].x, *bands[items[i].rank]) for i in chain[1:-1]]
        top, bottom = places[chain[0]], places[chain[-1]]
        ends = (
            (upper[k], top.y + top.height, bands[items[chain[0]].rank][1]),
            (lower[k], bottom.y, bands[items[chain[-1]].rank][0]),
        )
        routes[edge.source, edge.target] = route(edge, ends, lanes, upwards=k in turned)
    boxes = {node.id: place for node, place in zip(nodes, places, strict=True)}
    routes |= {(name, name): loop(boxes[name], edge, LOOP) for name, edge in loops.items()}
    width = max((item.x + item.right for item in items), default=0.0) + MARGIN
    return Layout(width=round(width, 1), height=y - RANK_GAP + MARGIN, boxes=boxes, routes=routes)
