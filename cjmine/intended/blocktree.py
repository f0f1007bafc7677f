"""Which block-structured model is a Petri net?

Small patterns of the net are replaced by one transition that stands for a tree,
until one is left (van Zelst, Leemans 2020): two in a row, two beside each other
between the same places, parallel ones between a split and a join, and loops. A
net that is no block structure stops before; what is left names where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cjmine.domain.models import SILENT, Operator, PetriNet, Tree
from cjmine.errors import ModelError
from cjmine.intended.blocks import leaves, sequence

_NAMED = 6  # steps that a message lists


@dataclass(eq=False, slots=True)
class _Part:
    """A transition of the net as reduced so far, standing for a tree."""

    tree: Tree
    inputs: Counter[int]
    outputs: Counter[int]


@dataclass(slots=True)
class _Reduction:
    """A net being reduced; the order of its parts is that of the net's transitions."""

    parts: list[_Part]
    places: int
    taking: dict[int, list[_Part]] = field(default_factory=dict)
    giving: dict[int, list[_Part]] = field(default_factory=dict)

    def look(self) -> None:
        """Note which parts take from each place and which give to it."""
        self.taking, self.giving = {}, {}
        for part in self.parts:
            for place in part.inputs:
                self.taking.setdefault(place, []).append(part)
            for place in part.outputs:
                self.giving.setdefault(place, []).append(part)

    def replace(self, old: list[_Part], new: list[_Part]) -> None:
        """Put new parts where the first of the old ones stood."""
        place = self.parts.index(old[0])
        left = [part for part in self.parts if not any(part is one for one in old)]
        before = sum(1 for part in self.parts[:place] if not any(part is one for one in old))
        self.parts = [*left[:before], *new, *left[before:]]


def tree_of(net: PetriNet) -> Tree:
    """Return the tree of a net that is a block structure.

    Raises ``ModelError`` naming the steps around the part that is none.
    """
    source, sink = len(net.places), len(net.places) + 1
    if not net.final:
        msg = "the model ends when nothing is left to do, in several places at once"
        raise ModelError(msg, "join the parallel branches before one end")
    parts = [_Part(SILENT, Counter([source]), Counter(net.initial))]
    parts += [_Part(Tree(label=t.label), Counter(t.inputs), Counter(t.outputs)) for t in net.transitions]
    parts.append(_Part(SILENT, Counter(net.final), Counter([sink])))
    reduction = _Reduction(parts, places=sink + 1)
    rules: tuple[Callable[[_Reduction], bool], ...] = (_choice, _row, _branches, _around, _loop)
    reduction.look()
    while any(rule(reduction) for rule in rules):
        reduction.look()
    if len(reduction.parts) > 1:
        raise _no_blocks(reduction.parts)
    return reduction.parts[0].tree


def _choice(now: _Reduction) -> bool:
    """Join parts between the same places: one of them happens."""
    same: dict[tuple[frozenset[tuple[int, int]], ...], list[_Part]] = {}
    for part in now.parts:
        key = (frozenset(part.inputs.items()), frozenset(part.outputs.items()))
        same.setdefault(key, []).append(part)
    for group in same.values():
        if len(group) > 1:
            trees = tuple(part.tree for part in group)
            made = _Part(Tree(operator=Operator.CHOICE, children=trees), group[0].inputs, group[0].outputs)
            now.replace(group, [made])
            return True
    return False


def _row(now: _Reduction) -> bool:
    """Join two parts with a place between them that nothing else knows: one after the other."""
    for place, takers in now.taking.items():
        givers = now.giving.get(place, [])
        if len(takers) != 1 or len(givers) != 1 or takers[0] is givers[0]:
            continue
        first, second = givers[0], takers[0]
        weights = (first.outputs[place], second.inputs[place])
        # a silent part only splits or joins: it may have other places beside this one
        whole = len(first.outputs) == len(second.inputs) == 1
        splits = second.tree == SILENT and len(second.inputs) == 1 and len(first.outputs) > 1
        joins = first.tree == SILENT and len(first.outputs) == 1 and len(second.inputs) > 1
        if weights != (1, 1) or not (whole or ((splits or joins) and first.tree == second.tree == SILENT)):
            continue
        inputs = first.inputs + Counter({p: n for p, n in second.inputs.items() if p != place})
        outputs = second.outputs + Counter({p: n for p, n in first.outputs.items() if p != place})
        now.replace([first, second], [_Part(sequence(first.tree, second.tree), inputs, outputs)])
        return True
    return False


_Ends = tuple[tuple[int, ...], tuple[int, ...]]


def _branches(now: _Reduction) -> bool:
    """Join parts from places that one split fills to places that one join empties: all of them happen."""
    groups: dict[_Ends, list[_Part]] = {}
    for part in now.parts:
        ends = _single(part)
        if ends is None or ends[0] == ends[1]:
            continue
        key = _between(now, *ends)
        if key is not None and now.taking[ends[0]] == [part] and now.giving[ends[1]] == [part]:
            groups.setdefault(key, []).append(part)
    for group in groups.values():
        if len(group) > 1:
            first, last = next(iter(group[0].inputs)), next(iter(group[0].outputs))
            for part in group[1:]:
                _drop(now.giving[first], now.taking[last], part.inputs, part.outputs)
            trees = tuple(part.tree for part in group)
            made = _Part(Tree(operator=Operator.PARALLEL, children=trees), Counter([first]), Counter([last]))
            now.replace(group, [made])
            return True
    return _idle(now, groups)


def _idle(now: _Reduction, groups: dict[_Ends, list[_Part]]) -> bool:
    """Drop a place straight from a split to its join, beside another branch: nothing happens there."""
    beside = set(groups)
    for place in sorted(now.giving):
        key = _between(now, place, place)
        if key in beside and not set(key[0]) & set(key[1]):
            _drop(now.giving[place], now.taking[place], Counter([place]), Counter([place]))
            return True
        if key is not None:
            beside.add(key)
    return False


def _between(now: _Reduction, before: int, after: int) -> _Ends | None:
    """Return what fills one place and what empties another, where each does so with one token."""
    givers, takers = now.giving.get(before, []), now.taking.get(after, [])
    once = all(one.outputs[before] == 1 for one in givers) and all(one.inputs[after] == 1 for one in takers)
    return (tuple(map(id, givers)), tuple(map(id, takers))) if givers and takers and once else None


def _drop(givers: list[_Part], takers: list[_Part], before: Counter[int], after: Counter[int]) -> None:
    """Take a branch's two places away from its split and its join."""
    for giver in givers:
        for place in before:
            del giver.outputs[place]
    for taker in takers:
        for place in after:
            del taker.inputs[place]


def _around(now: _Reduction) -> bool:
    """Turn a part that leads from a place back to it into any number of rounds, before anything else."""
    for part in now.parts:
        ends = _single(part)
        if ends is None or ends[0] != ends[1]:
            continue
        place, after = ends[0], now.places
        now.places += 1
        for taker in now.taking[place]:
            if taker is not part:
                taker.inputs[after] = taker.inputs.pop(place)
        rounds = Tree(operator=Operator.LOOP, children=(SILENT, part.tree))
        now.replace([part], [_Part(rounds, Counter([place]), Counter([after]))])
        return True
    return False


def _loop(now: _Reduction) -> bool:
    """Join a part and another that leads back from behind it to before it."""
    for body in now.parts:
        ends = _single(body)
        if ends is None:
            continue
        before, after = ends
        back = next((part for part in now.taking.get(after, []) if _single(part) == (after, before)), None)
        if back is None or now.taking[before] != [body] or now.giving[after] != [body]:
            continue
        rounds = Tree(operator=Operator.LOOP, children=(body.tree, back.tree))
        now.replace([body, back], [_Part(rounds, body.inputs, body.outputs)])
        return True
    return False


def _single(part: _Part) -> tuple[int, int] | None:
    """Return the one place a part takes from and the one it gives to, a token each."""
    if list(part.inputs.values()) != [1] or list(part.outputs.values()) != [1]:
        return None
    return next(iter(part.inputs)), next(iter(part.outputs))


def _no_blocks(parts: list[_Part]) -> ModelError:
    names = list(dict.fromkeys(label for part in parts for label in leaves(part.tree)))
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    told = ", ".join(map(repr, names[:_NAMED])) or "no visible step"
    what = f"the model is no block structure: its branches cross around {told}{more}"
    return ModelError(what, "let every split be joined by a gateway of its own kind, one inside the other")
