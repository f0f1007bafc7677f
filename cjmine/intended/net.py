"""Which Petri net has the language of a block-structured model?

The net of a tree is a sound workflow net: one source without input, one sink
without output (van der Aalst 1998). Places and transitions are numbered in the
order of the tree, so equal trees give equal nets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cjmine.domain.models import SILENT, Operator, PetriNet, Transition, Tree


class NetBuilder:
    """A net being drawn: places first, then transitions between them."""

    def __init__(self) -> None:
        self.places: list[str] = []
        self.transitions: list[Transition] = []

    def place(self, name: str = "") -> int:
        """Add a place and return its number."""
        self.places.append(name or f"p{len(self.places)}")
        return len(self.places) - 1

    def transition(
        self, label: str | None, inputs: tuple[int, ...], outputs: tuple[int, ...], name: str = ""
    ) -> None:
        """Add a transition; ``label`` is ``None`` when silent."""
        name = name or f"t{len(self.transitions)}"
        self.transitions.append(Transition(name=name, label=label, inputs=inputs, outputs=outputs))

    def net(self, source: int, sink: int) -> PetriNet:
        """Return the net with one token in ``source`` at first and one in ``sink`` at last."""
        return PetriNet(
            places=tuple(self.places),
            transitions=tuple(self.transitions),
            initial={source: 1},
            final={sink: 1},
        )


def net_of(tree: Tree) -> PetriNet:
    """Return the workflow net with the language of ``tree``."""
    builder = NetBuilder()
    source, sink = builder.place("source"), builder.place("sink")
    _draw(builder, tree, source, sink)
    return fused(builder.net(source, sink))


def _draw(builder: NetBuilder, tree: Tree, start: int, end: int) -> None:
    children = tree.children
    if tree.operator is None:
        builder.transition(tree.label, (start,), (end,))
    elif tree.operator is Operator.SEQUENCE:
        stops = [start, *(builder.place() for _ in children[1:]), end]
        for child, before, after in zip(children, stops, stops[1:], strict=False):
            _draw(builder, child, before, after)
    elif tree.operator is Operator.CHOICE:
        for child in children:
            _draw(builder, child, start, end)
    elif tree.operator is Operator.PARALLEL:
        lanes = [(builder.place(), builder.place()) for _ in children]
        builder.transition(None, (start,), tuple(first for first, _ in lanes))
        for child, (first, last) in zip(children, lanes, strict=True):
            _draw(builder, child, first, last)
        builder.transition(None, tuple(last for _, last in lanes), (end,))
    else:
        _draw_loop(builder, children, start, end)


def _draw_loop(builder: NetBuilder, children: tuple[Tree, ...], start: int, end: int) -> None:
    """Give the loop places of its own: a way back must not reopen a choice around it."""
    body, back = children
    first = builder.place()
    last = first if body == SILENT else builder.place()
    builder.transition(None, (start,), (first,))
    if body != SILENT:
        _draw(builder, body, first, last)
    if back != SILENT or first != last:
        _draw(builder, back, last, first)
    builder.transition(None, (last,), (end,))


def fused(net: PetriNet) -> PetriNet:
    """Return the net without the silent transitions that only hand a token on.

    A silent transition from p to q goes when nothing else takes from p, or
    nothing else gives to q (fusion of series places, Murata 1989); the language
    stays. Initially or finally marked places are kept as they are.
    """
    transitions = list(net.transitions)
    taken = _counts(transitions, "inputs", len(net.places))
    given = _counts(transitions, "outputs", len(net.places))
    kept = set(net.initial) | set(net.final)
    becomes: dict[int, int] = {}

    def root(place: int) -> int:
        while place in becomes:
            place = becomes[place]
        return place

    left: list[Transition] = []
    for transition in transitions:
        if transition.label is None and len(transition.inputs) == len(transition.outputs) == 1:
            p, q = root(transition.inputs[0]), root(transition.outputs[0])
            if p == q:
                taken[p], given[p] = taken[p] - 1, given[p] - 1
                continue
            if not {p, q} & kept and (taken[p] == 1 or given[q] == 1):
                becomes[q] = p
                taken[p], given[p] = taken[p] + taken[q] - 1, given[p] + given[q] - 1
                continue
        left.append(transition)
    return _renumbered(net, left, root)


def _counts(transitions: list[Transition], side: str, n: int) -> list[int]:
    counts = [0] * n
    for transition in transitions:
        for place in getattr(transition, side):
            counts[place] += 1
    return counts


def _renumbered(net: PetriNet, transitions: list[Transition], find: Callable[[int], int]) -> PetriNet:
    places = sorted({find(place) for place in range(len(net.places))})
    number = {place: i for i, place in enumerate(places)}
    return PetriNet(
        places=tuple(net.places[place] for place in places),
        transitions=tuple(
            replace(
                t,
                inputs=tuple(number[find(p)] for p in t.inputs),
                outputs=tuple(number[find(p)] for p in t.outputs),
            )
            for t in transitions
        ),
        initial={number[p]: n for p, n in net.initial.items()},
        final={number[p]: n for p, n in net.final.items()},
    )
