"""Which ways did customers really take, how many of them, and how long from step to step?

The busiest steps and moves, chosen so that every step shown is reached from the
start and leads to the end; the caption says how much is hidden.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import polars as pl

from cjmine.report.map_drawing import scene_of
from cjmine.report.map_values import END, START, Flow, Place, ProcessMap
from cjmine.report.scene import to_png, to_svg
from cjmine.report.wording import number, percent

__all__ = ["END", "START", "Flow", "Place", "ProcessMap", "choose", "draw_png", "draw_svg"]


def choose(
    nodes: pl.DataFrame,
    flows: pl.DataFrame,
    *,
    titles: Mapping[str, str] = MappingProxyType({}),
    max_nodes: int = 40,
    max_flows: int = 60,
    keep: float = 0.9,
) -> ProcessMap:
    """Choose what to draw: ``nodes`` and ``flows`` as in ``domain.results.Run``.

    The ``max_nodes`` busiest touchpoints stay. A touchpoint of several services
    counts under its busiest one. Of the moves, the widest way from the start to
    each step and from each step to the end stay, then the most frequent ones
    until the share ``keep`` of all moves, ``max_flows`` moves or five moves for
    every two touchpoints are shown. ``titles`` gives a touchpoint's name in words.
    """
    places = _places(nodes, titles)[:max_nodes]
    shown = {place.name for place in places}
    moves = [
        Flow(source=source, target=target, count=count, wait_h=wait)
        for source, target, count, wait in flows.filter(pl.col("count") > 0)
        .select("source", "target", "count", "median_wait_h")
        .sort(["count", "source", "target"], descending=[True, False, False])
        .iter_rows()
    ]
    ends = [Flow(source=START, target=p.name, count=p.starts) for p in places if p.starts]
    ends += [Flow(source=p.name, target=END, count=p.ends) for p in places if p.ends]
    inner = [flow for flow in moves if flow.source in shown and flow.target in shown]
    every = sorted([*inner, *ends], key=lambda flow: (-flow.count, flow.source, flow.target))
    chosen = _widest(START, every, forward=True) | _widest(END, every, forward=False)
    total = sum(flow.count for flow in every)
    weight = sum(flow.count for flow in every if flow.key in chosen)
    limit = min(max_flows, 5 * len(places) // 2)
    for flow in every:
        if len(chosen) >= limit or weight >= keep * total:
            break
        if flow.key not in chosen:
            chosen.add(flow.key)
            weight += flow.count
    return ProcessMap(
        places=tuple(places),
        flows=tuple(flow for flow in every if flow.key in chosen),
        caption=_caption(nodes, moves, places, [flow for flow in inner if flow.key in chosen]),
    )


def draw_svg(chosen: ProcessMap) -> str:
    """Return the map as a self-contained SVG (text of 12 px or more, numbers in ``data-kpi``)."""
    return to_svg(scene_of(chosen))


def draw_png(chosen: ProcessMap, path: Path) -> None:
    """Draw the same map, from the same coordinates, as PNG."""
    to_png(scene_of(chosen), path)


def _places(nodes: pl.DataFrame, titles: Mapping[str, str]) -> list[Place]:
    """Return the touchpoints, busiest first, each once."""
    ranked = nodes.with_columns(pl.col("service").fill_null("")).sort(
        ["touchpoint", "events", "service"], descending=[False, True, False]
    )
    rows = (
        ranked.group_by("touchpoint", maintain_order=True)
        .agg(
            pl.col("service").first(),
            pl.col("events", "starts", "ends").sum(),
            pl.col("journeys").max(),
        )
        .sort(["events", "touchpoint"], descending=[True, False])
    )
    return [
        Place(
            name=name,
            title=titles.get(name, name.replace("_", " ")),
            service=service,
            events=events,
            journeys=journeys,
            starts=starts,
            ends=ends,
        )
        for name, service, events, starts, ends, journeys in rows.iter_rows()
    ]


def _widest(root: str, flows: Sequence[Flow], *, forward: bool) -> set[tuple[str, str]]:
    """Return the moves of the widest ways from ``root`` (maximum bottleneck, Pollack 1960)."""
    onward: dict[str, list[tuple[str, Flow]]] = {}
    for flow in flows:
        here, there = (flow.source, flow.target) if forward else (flow.target, flow.source)
        onward.setdefault(here, []).append((there, flow))
    tree: set[tuple[str, str]] = set()
    done = {root}
    queue = [(-flow.count, there, flow.key) for there, flow in onward.get(root, ())]
    heapq.heapify(queue)
    while queue:
        width, here, key = heapq.heappop(queue)
        if here in done:
            continue
        done.add(here)
        tree.add(key)
        for there, flow in onward.get(here, ()):
            if there not in done:
                heapq.heappush(queue, (max(width, -flow.count), there, flow.key))
    return tree


def _caption(
    nodes: pl.DataFrame, moves: Sequence[Flow], places: Sequence[Place], drawn: Sequence[Flow]
) -> str:
    every, shown = sum(flow.count for flow in moves), sum(flow.count for flow in drawn)
    events = int(nodes["events"].sum())
    steps = nodes["touchpoint"].n_unique()
    return (
        f"{number(len(places))} of {number(steps)} touchpoints and {number(len(drawn))} of "
        f"{number(len(moves))} kinds of move are drawn. Hidden because they are rare: "
        f"{percent(events - sum(place.events for place in places), events)} of the events and "
        f"{percent(every - shown, every)} of the moves."
    )
