"""What does each stretch of a variant cost at least, block by block of a tree: without any automaton?

``v[..., i]`` is what the way to position ``i`` of a variant has cost. A block carries these
values on: a step may be made with an event, or without one at a cost of 1; an event may be left out
at a cost of 1. Events of branches side by side whose steps differ do not touch each other, so the cost
of a stretch is the sum of what its branches cost on it, each event that several of them leave out
counted once: the number of states does not come into it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from cjmine.domain.models import Operator, Tree

Values = npt.NDArray[np.int64]
Carry = Callable[[Tree, Values, frozenset[str]], Values]
FAR = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """Variants of one length: ``events`` has a row of codes for each; ``code`` leads from a step to its code.

    Where branches side by side share steps, ``strict`` leaves each such step to the first branch:
    costs may be too large. Otherwise each branch may take the same event: costs may be too small.
    """

    events: npt.NDArray[np.int64]
    code: dict[str, int]
    strict: bool

    def start(self) -> Values:
        """Return the values before the first event."""
        values = np.full((len(self.events), 1, self.events.shape[1] + 1), FAR, np.int64)
        values[:, :, 0] = 0
        return values

    def after(self, tree: Tree, values: Values, banned: frozenset[str] = frozenset()) -> Values:
        """Return what it costs to be behind a block at each position; ``banned`` steps match no event."""
        children = tree.children
        if tree.operator is None:
            return _skipped(values) if tree.label is None else self._step(tree.label, values, banned)
        if tree.operator is Operator.SEQUENCE:
            return reduce(lambda at, child: self.after(child, at, banned), children, values)
        if tree.operator is Operator.CHOICE:
            return reduce(np.minimum, (self.after(child, values, banned) for child in children))
        if tree.operator is Operator.PARALLEL:
            return self._together(self.after, children, values, banned)
        body, back = children
        return _lowered(
            self.after(body, values, banned),
            lambda at: self.after(body, self.after(back, at, banned), banned),
        )

    def within(self, tree: Tree, values: Values, banned: frozenset[str] = frozenset()) -> Values:
        """Return what it costs to be before, in or behind a block at each position."""
        children = tree.children
        if tree.operator is None:
            return np.minimum(_skipped(values), self.after(tree, values, banned))
        if tree.operator is Operator.SEQUENCE:
            found = []
            for child in children:
                found.append(self.within(child, values, banned))
                values = self.after(child, values, banned)
            return reduce(np.minimum, found)
        if tree.operator is Operator.CHOICE:
            return reduce(np.minimum, (self.within(child, values, banned) for child in children))
        if tree.operator is Operator.PARALLEL:
            return self._together(self.within, children, values, banned)
        body, back = children
        before = _lowered(values, lambda at: self.after(back, self.after(body, at, banned), banned))
        behind = self.after(body, before, banned)
        return np.minimum(self.within(body, before, banned), self.within(back, behind, banned))

    def _step(self, label: str, values: Values, banned: frozenset[str]) -> Values:
        skipped = _skipped(values)
        if label in banned:
            return skipped + 1
        made = np.full_like(values, FAR)
        is_event = (self.events == self.code[label])[:, None, :]
        made[..., 1:] = np.where(is_event, skipped[..., :-1], FAR)
        return np.minimum(skipped + 1, _skipped(made))

    def _together(
        self, carry: Carry, children: tuple[Tree, ...], values: Values, banned: frozenset[str]
    ) -> Values:
        """Carry values on through branches side by side."""
        places = np.arange(values.shape[-1])
        if (values[..., 1:] >= FAR).all():  # there is one place to begin
            first = values[..., :1]
            total = self._sum(carry, children, np.where(places == 0, 0, FAR) + np.zeros_like(values), banned)
            return np.where(first < FAR, first + total - (len(children) - 1) * places, FAR)
        each = np.where(places == places[:, None], 0, FAR).astype(np.int64)
        many = np.broadcast_to(each, (len(values), *each.shape))
        total = self._sum(carry, children, many, banned)
        length = places - places[:, None]
        total = np.where(length >= 0, total - (len(children) - 1) * length, FAR)
        found = np.full_like(values, FAR)
        for place in places.tolist():
            np.minimum(found, values[:, :, place, None] + total[:, None, place, :], out=found)
        return found

    def _sum(
        self, carry: Carry, children: tuple[Tree, ...], values: Values, banned: frozenset[str]
    ) -> Values:
        total = np.zeros_like(values)
        owned: frozenset[str] = frozenset()
        for child in children:
            own = labels(child)
            total += carry(child, values, banned | (own & owned) if self.strict else banned)
            owned |= own
        return total


def labels(tree: Tree) -> frozenset[str]:
    """Return the steps of a tree."""
    own = frozenset({tree.label} if tree.label is not None else ())
    return own.union(*map(labels, tree.children))


def shared(tree: Tree) -> bool:
    """Say whether branches side by side share a step anywhere."""
    if tree.operator is Operator.PARALLEL:
        each = [labels(child) for child in tree.children]
        if sum(map(len, each)) > len(frozenset().union(*each)):
            return True
    return any(map(shared, tree.children))


def shortest(tree: Tree) -> int:
    """Return the fewest steps of a way through a tree."""
    if tree.operator is None:
        return int(tree.label is not None)
    each = [shortest(child) for child in tree.children]
    if tree.operator is Operator.CHOICE:
        return min(each)
    return each[0] if tree.operator is Operator.LOOP else sum(each)


def work(tree: Tree, length: int, starts: int = 1) -> int:
    """Return about how many values are worked out for one variant of a length."""
    places = length + 1
    if tree.operator is None:
        return 6 * starts * places
    if tree.operator is Operator.PARALLEL:
        return sum(work(child, length, places) for child in tree.children) + starts * places**2
    rounds = 4 if tree.operator is Operator.LOOP else 1
    return rounds * sum(work(child, length, starts) for child in tree.children)


def _skipped(values: Values) -> Values:
    """Return what it costs to be at each position where events before it may be left out."""
    places = np.arange(values.shape[-1])
    lowest: Values = np.minimum.accumulate(values - places, axis=-1) + places
    return lowest


def _lowered(values: Values, again: Callable[[Values], Values]) -> Values:
    """Lower values by further rounds until no round helps: each that does takes an event."""
    while True:
        lower = np.minimum(values, again(values))
        if np.array_equal(lower, values):
            return values
        values = lower
