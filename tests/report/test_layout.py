from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.report.layers import ranks, reversed_arcs
from cjmine.report.layout import Edge, Layout, Node, lay_out


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    n = draw(st.integers(1, 60))
    nodes = [
        Node(id=f"n{i}", width=draw(st.integers(40, 180)), height=draw(st.integers(20, 90))) for i in range(n)
    ]
    pairs = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=90))
    return nodes, [
        Edge(source=f"n{a}", target=f"n{b}", weight=1 + (7 * a + b) % 50, label_width=60, label_height=16)
        for a, b in sorted(pairs)
    ]


def at(curve: tuple[tuple[float, float], ...], parts: int = 8) -> list[tuple[float, float]]:
    points = []
    for i in range(0, len(curve) - 1, 3):
        p, q, r, s = curve[i : i + 4]
        for step in range(parts + 1):
            t = step / parts
            u = 1 - t
            points.append(
                tuple(u**3 * p[k] + 3 * u * u * t * q[k] + 3 * u * t * t * r[k] + t**3 * s[k] for k in (0, 1))
            )
    return points  # type: ignore[return-value]


def sound(layout: Layout, edges: list[Edge]) -> None:
    boxes = list(layout.boxes.values())
    labels = [route.label for route in layout.routes.values()]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert not [pair for pair in combinations(labels, 2) if pair[0].overlaps(pair[1])]
    assert not [(box, label) for box in boxes for label in labels if box.overlaps(label)]
    for one in (*boxes, *labels):
        assert one.x >= 0
        assert one.y >= 0
        assert one.x + one.width <= layout.width
        assert one.y + one.height <= layout.height
    assert set(layout.routes) == {(edge.source, edge.target) for edge in edges}
    for route in layout.routes.values():
        for x, y in at(route.curve):
            assert 0 <= x <= layout.width
            assert 0 <= y <= layout.height
            assert not [
                b for b in boxes if b.x + 1 < x < b.x + b.width - 1 and b.y + 1 < y < b.y + b.height - 1
            ]


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_nothing_overlaps_and_everything_is_on_the_canvas(graph: tuple[list[Node], list[Edge]]) -> None:
    nodes, edges = graph
    layout = lay_out(nodes, edges)
    sound(layout, edges)
    assert layout == lay_out(nodes, edges)


@pytest.mark.parametrize("n", [2, 20, 60])
def test_a_ring_and_its_way_back(n: int) -> None:
    nodes = [Node(id=f"n{i}", width=148, height=60) for i in range(n)]
    edges = [
        Edge(source=f"n{i}", target=f"n{(i + 1) % n}", weight=n - i, label_width=80, label_height=16)
        for i in range(n)
    ]
    layout = lay_out(nodes, edges)
    sound(layout, edges)
    # the lightest move is the one drawn backwards, and it ends above where it began
    assert [key for key, route in layout.routes.items() if route.backward] == [(f"n{n - 1}", "n0")]
    back = layout.routes[f"n{n - 1}", "n0"].curve
    assert back[0][1] > back[-1][1]


def test_lines_begin_and_end_at_their_boxes() -> None:
    nodes = [Node(id=name, width=100, height=40) for name in "abc"]
    edges = [
        Edge(source=a, target=b, weight=1, label_width=30, label_height=16)
        for a, b in ("ab", "bc", "ca", "bb")
    ]
    layout = lay_out(nodes, edges)
    for (source, target), route in layout.routes.items():
        for name, (x, y) in ((source, route.curve[0]), (target, route.curve[-1])):
            box = layout.boxes[name]
            assert box.x <= x <= box.x + box.width
            assert box.y <= y <= box.y + box.height


def test_nothing_to_draw() -> None:
    assert lay_out([], []).boxes == {}


def test_the_heavy_way_wins_a_cycle() -> None:
    arcs = [(0, 1, 5), (1, 0, 9), (1, 2, 1)]
    assert reversed_arcs(3, arcs) == {0}
    assert ranks(3, [(1, 0, 5), (1, 0, 9), (1, 2, 1)]) == [1, 0, 1]
