"""The plainest search for the alignment to tell, on the token game of a net: no automaton is asked."""

from __future__ import annotations

import heapq
from random import Random
from typing import TYPE_CHECKING

from cjmine.domain.models import PetriNet, Transition

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

Variant = tuple[str, ...]
Moves = tuple[tuple[int, str], ...]
Marking = tuple[int, ...]
Ways = dict["Hashable", list[tuple[str | None, "Hashable"]]]
SYNC, MODEL, LOG = 0, 1, 2


def best(
    variant: Variant, ways: Mapping[Hashable, Sequence[tuple[str | None, Hashable]]], ends: set[Hashable]
) -> tuple[int, int, Moves] | None:
    """Return cost, log moves and moves: Dijkstra from 0 on the product, ordered as ruling 8 says.

    Most synchronous moves is fewest log moves, which only grow along a way.
    """
    # states are compared last, and by the order in which they are met: equal moves decide nothing
    queue: list[tuple[int, int, Moves, int, int]] = [(0, 0, (), 0, 0)]
    number: dict[Hashable, int] = {0: 0}
    states: list[Hashable] = [0]
    seen: set[tuple[int, int]] = set()

    def push(cost: int, logs: int, moves: Moves, state: Hashable, i: int) -> None:
        if state not in number:
            number[state] = len(states)
            states.append(state)
        heapq.heappush(queue, (cost, logs, moves, number[state], i))

    while queue:
        cost, logs, moves, at, i = heapq.heappop(queue)
        state = states[at]
        if i == len(variant) and state in ends:
            return cost, logs, moves
        if (at, i) in seen:
            continue
        seen.add((at, i))
        if i < len(variant):
            push(cost + 1, logs + 1, (*moves, (LOG, variant[i])), state, i + 1)
        for label, target in ways.get(state, ()):
            if label is None:
                push(cost, logs, moves, target, i)
                continue
            push(cost + 1, logs, (*moves, (MODEL, label)), target, i)
            if i < len(variant) and variant[i] == label:
                push(cost, logs, (*moves, (SYNC, label)), target, i + 1)
    return None


def token_game(net: PetriNet, most: int) -> tuple[Ways, set[Hashable], Hashable] | None:
    """Return the ways from marking 0, the markings that lead to the end, and the final one.

    ``None`` where there are too many, or none leads to the end.
    """
    places = range(len(net.places))
    first = tuple(net.initial.get(p, 0) for p in places)
    last = tuple(net.final.get(p, 0) for p in places)
    found: dict[Marking, list[tuple[str | None, Marking]]] = {}
    todo = [first]
    while todo:
        marking = todo.pop()
        if marking in found:
            continue
        if len(found) >= most or max(marking) > most:
            return None
        found[marking] = []
        for t in net.transitions:
            if all(marking[p] >= t.inputs.count(p) for p in t.inputs):
                after = tuple(marking[p] - t.inputs.count(p) + t.outputs.count(p) for p in places)
                found[marking].append((t.label, after))
                todo.append(after)
    useful = {last} & set(found)
    while more := {m for m, ways in found.items() if any(to in useful for _, to in ways)} - useful:
        useful |= more
    name: dict[Marking, Hashable] = {m: 0 if m == first else m for m in found}
    ways = {name[m]: [(a, name[to]) for a, to in found[m] if to in useful] for m in useful}
    return (ways, {name[m] for m in useful}, name[last]) if first in useful else None


def random_net(dice: Random) -> PetriNet:
    """Return a net drawn without plan: silent steps, equal labels, dead ends, circles, arcs of weight 2."""
    places = dice.randint(3, 7)
    transitions = []
    for i in range(dice.randint(3, 8)):
        inputs = tuple(dice.choices(range(places), k=dice.choice((1, 1, 1, 2))))
        outputs = tuple(dice.choices(range(places), k=dice.choice((1, 1, 1, 2))))
        label = dice.choice((None, "a", "b", "c", "d"))
        transitions.append(Transition(name=f"t{i}", label=label, inputs=inputs, outputs=outputs))
    return PetriNet(
        places=tuple(f"p{p}" for p in range(places)),
        transitions=tuple(transitions),
        initial={0: 1},
        final={places - 1: 1},
    )
