"""Which states can the intended journey be in, and which step leads from one to the next?

The reachability graph of a bounded net, computed once by breadth-first search.
States from which the end cannot be reached are left out: no journey that
follows the plan is ever there.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cjmine.domain.models import Automaton, IntArray, PetriNet, Transition
from cjmine.errors import ModelError, StatesError

Marking = tuple[int, ...]  # marked places in order, one entry per token
TOKENS = 255  # more tokens than this in one marking: the net is taken to be unbounded


@dataclass(frozen=True, slots=True)
class StateSpace:
    """Every reachable marking, numbered as found, and the arcs (source, transition, target)."""

    markings: tuple[Marking, ...]
    arcs: tuple[tuple[int, int, int], ...]


def state_space(net: PetriNet, *, max_states: int = 20_000) -> StateSpace:
    """Return all reachable markings in breadth-first order.

    Raises ``StatesError`` naming the limit when there are more than ``max_states``.
    """
    needs = [Counter(t.inputs) for t in net.transitions]
    by_place: dict[int, list[int]] = {}
    for i, need in enumerate(needs):
        by_place.setdefault(min(need, default=-1), []).append(i)
    first = _marking(net.initial)
    number, arcs, queue = {first: 0}, [], deque([first])
    while queue:
        marking = queue.popleft()
        source = number[marking]
        ready = sorted(i for p in {-1, *marking} for i in by_place.get(p, ()))
        for i in ready:
            if any(marking.count(p) < n for p, n in needs[i].items()):
                continue
            after = _fired(marking, net.transitions[i])
            if after not in number:
                if len(number) >= max_states or len(after) > TOKENS:
                    raise _too_large(max_states)
                number[after] = len(number)
                queue.append(after)
            arcs.append((source, i, number[after]))
    return StateSpace(tuple(number), tuple(arcs))


def automaton_of(net: PetriNet, *, max_states: int = 20_000) -> Automaton:
    """Return the net's reachability graph as an automaton; silent steps stay silent arcs.

    Raises ``StatesError`` when there are more than ``max_states`` states, ``ModelError`` when
    the final marking cannot be reached (naming where it stops).
    """
    space = state_space(net, max_states=max_states)
    final = _marking(net.final)
    goals = [i for i, marking in enumerate(space.markings) if marking == final]
    if not goals:
        raise ModelError(_stuck(net, space), "every way through the model must be able to reach its end")
    useful = _leading_to(goals, space)
    number = {state: i for i, state in enumerate(sorted(useful))}
    labels = sorted({t.label for t in net.transitions if t.label is not None})
    code = {label: i for i, label in enumerate(labels)}
    visible: set[tuple[int, ...]] = set()
    silent: set[tuple[int, ...]] = set()
    for source, i, target in space.arcs:
        if target in useful and source in useful:
            label = net.transitions[i].label
            if label is not None:
                visible.add((number[source], code[label], number[target]))
            elif source != target:
                silent.add((number[source], number[target]))
    return Automaton(
        labels=tuple(labels),
        n_states=len(number),
        finals=tuple(sorted(number[goal] for goal in goals)),
        arcs=_table(visible, 3),
        silent=_table(silent, 2),
    )


def defects(net: PetriNet) -> tuple[str, ...]:
    """Say where a model can get stuck, and which of its steps can never happen (soundness, van der Aalst).

    Its parallel and exclusive branches may not fit together.
    """
    space = state_space(net)
    return (*_traps(net, space), *_dead(net, space))


def _traps(net: PetriNet, space: StateSpace) -> tuple[str, ...]:
    final = _marking(net.final)
    goals = [i for i, marking in enumerate(space.markings) if marking == final]
    useful = _leading_to(goals, space)
    lost = {i for i in range(len(space.markings)) if i not in useful}
    if not goals or not lost:
        return ()
    step = next((net.transitions[i] for _, i, target in space.arcs if target in lost), None)
    after = f" after {step.label or step.name!r}" if step else ""
    stuck = f"the model can get stuck{after}: {len(lost):,} of its {len(space.markings):,} states never reach"
    return (f"{stuck} the end; check that every split is joined by a gateway of its own kind",)


def _dead(net: PetriNet, space: StateSpace) -> tuple[str, ...]:
    fired = {i for _, i, _ in space.arcs}
    never = {t.label for i, t in enumerate(net.transitions) if i not in fired}
    labels = sorted(label for label in never if label is not None)
    if not labels:
        return ()
    names = ", ".join(repr(label) for label in labels)
    return (f"these steps can never happen: {names}; check the arcs that lead to them",)


def ends_of(automaton: Automaton) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the steps a journey may begin with, and those it may end with, both sorted."""
    forward: dict[int, set[int]] = {}
    backward: dict[int, set[int]] = {}
    for source, target in automaton.silent.tolist():
        forward.setdefault(source, set()).add(target)
        backward.setdefault(target, set()).add(source)
    first, last = _closure([0], forward), _closure(automaton.finals, backward)
    arcs = automaton.arcs.tolist()
    starts = {label for source, label, _ in arcs if source in first}
    ends = {label for _, label, target in arcs if target in last}
    names = automaton.labels
    return tuple(names[i] for i in sorted(starts)), tuple(names[i] for i in sorted(ends))


def _marking(tokens: Mapping[int, int]) -> Marking:
    return tuple(sorted(place for place, n in tokens.items() for _ in range(n)))


def _fired(marking: Marking, transition: Transition) -> Marking:
    tokens = list(marking)
    for place in transition.inputs:
        tokens.remove(place)
    return tuple(sorted([*tokens, *transition.outputs]))


def _too_large(limit: int) -> StatesError:
    return StatesError(
        f"the model has more than {limit:,} states (limit {limit:,}): steps pile up without end, "
        "or too many branches run at the same time",
        "shorten the parallel branches, or join every split before it starts again",
    )


def _closure(start: list[int] | tuple[int, ...], arcs: Mapping[int, set[int]]) -> set[int]:
    found, todo = set(start), list(start)
    while todo:
        new = arcs.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _leading_to(goals: list[int], space: StateSpace) -> set[int]:
    backward: dict[int, set[int]] = {}
    for source, _, target in space.arcs:
        backward.setdefault(target, set()).add(source)
    return _closure(goals, backward)


def _stuck(net: PetriNet, space: StateSpace) -> str:
    """Name the first marking that has no way on, and the step before it."""
    leaving = {source for source, _, _ in space.arcs}
    dead = next((i for i in range(len(space.markings)) if i not in leaving), None)
    if dead is None:
        return "the model never ends: its final marking cannot be reached and it runs in a circle for ever"
    places = ", ".join(repr(net.places[p]) for p in space.markings[dead]) or "no place"
    last = next((net.transitions[i] for _, i, target in space.arcs if target == dead), None)
    after = f" after {last.label or last.name!r}" if last else ""
    return f"the model is stuck (deadlock){after}: its end cannot be reached with tokens in {places}"


def _table(rows: set[tuple[int, ...]], width: int) -> IntArray:
    return np.array(sorted(rows), dtype=np.int32).reshape(-1, width)
