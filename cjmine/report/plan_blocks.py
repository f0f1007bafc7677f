"""How is an intended journey read, stage by stage: which steps, in a row, together, one of, repeated?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from cjmine.domain.models import IntendedJourney, Operator, Repeat, Tree

TOGETHER, ONE_OF, OPTIONAL = "all of these, in any order", "one of these", "may be left out"
OR_NONE, SOME, ANY = "one of these, or none", "one or more times", "any number of times"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``note`` says that it may be left out or repeated."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Some branches under one caption; ``between`` stands between two of them.

    ``first`` is the first step of a part that may only run so often.
    """

    caption: str
    branches: tuple[tuple[Item, ...], ...]
    between: str = ""
    first: str = ""


Item: TypeAlias = Step | Block
Column: TypeAlias = tuple[str, tuple[Item, ...]]
"""A stage's title and what happens there, top to bottom."""


def columns_of(model: IntendedJourney) -> list[Column]:
    """Return the stages in order; a model without stages has one without a title, one without blocks none."""
    stage_of = {step: stage for stage, steps in model.stages for step in steps}
    items = list(_items(model.tree, model.repeats)) if model.tree is not None else []
    staged = [
        (next((stage_of[name] for name in names(item) if name in stage_of), ""), item) for item in items
    ]
    return [(stage, tuple(item for _, item in group)) for stage, group in groupby(staged, lambda one: one[0])]


def names(item: Item) -> list[str]:
    """Return the steps of an item, in order."""
    if isinstance(item, Step):
        return [item.name]
    return [name for branch in item.branches for inner in branch for name in names(inner)]


def depth(item: Item) -> int:
    """Return how many frames stand inside each other in an item."""
    if isinstance(item, Step):
        return 0
    return 1 + max((depth(inner) for branch in item.branches for inner in branch), default=0)


def _items(tree: Tree, repeats: tuple[Repeat, ...]) -> Iterator[Item]:
    repeat = _repeat_of(tree, repeats)
    if tree.label is not None:
        yield Step(tree.label)
    elif repeat is not None:
        yield Block(_often(repeat), (_round(tree, repeat, repeats),), first=repeat.steps[0])
    elif tree.operator is Operator.SEQUENCE:
        for child in tree.children:
            yield from _items(child, repeats)
    elif tree.operator is Operator.PARALLEL:
        yield Block(TOGETHER, tuple(tuple(_items(child, repeats)) for child in tree.children), "and")
    elif tree.operator is Operator.CHOICE:
        yield _choice(tree, repeats)
    elif tree.operator is Operator.LOOP:
        yield _loop(tree, repeats)


def _choice(tree: Tree, repeats: tuple[Repeat, ...]) -> Item:
    branches = tuple(branch for child in tree.children if (branch := tuple(_items(child, repeats))))
    silent = len(branches) < len(tree.children)
    if silent and len(branches) == 1:
        only = branches[0]
        if len(only) == 1 and isinstance(only[0], Step):
            return Step(only[0].name, ANY if only[0].note == SOME else only[0].note or OPTIONAL)
        return Block(OPTIONAL, branches)
    return Block(OR_NONE if silent else ONE_OF, branches, "or")


def _loop(tree: Tree, repeats: tuple[Repeat, ...]) -> Item:
    body, back = (tuple(_items(child, repeats)) for child in tree.children)
    note = SOME if body else ANY
    parts = tuple(part for part in (body, back) if part)
    if len(parts) == 1 and len(parts[0]) == 1 and isinstance(parts[0][0], Step):
        return Step(parts[0][0].name, note)
    return Block(note, parts, "again after")


def _repeat_of(tree: Tree, repeats: tuple[Repeat, ...]) -> Repeat | None:
    """Return the repeat that a block is: a choice with nothing, a loop, or its rounds in a row."""
    if tree.operator is None or _alone(tree):
        return None
    labels = _labels(tree)
    silent = tree.operator is Operator.CHOICE and any(not _labels(child) for child in tree.children)
    again = len(labels) > len(set(labels)) or tree.operator is Operator.LOOP
    if not (silent or again):
        return None
    return next((one for one in repeats if _own(tree, one, repeats) == set(one.steps)), None)


def _own(tree: Tree, repeat: Repeat, repeats: tuple[Repeat, ...]) -> set[str]:
    """Return the steps of a block that have no limit of their own: those that a repeat counts."""
    others = {step for other in repeats if other is not repeat for step in other.steps}
    return set(_labels(tree, looped=False)) - others


def _alone(tree: Tree) -> bool:
    """Tell whether a block is one step that may happen again and again."""
    return tree.operator is Operator.LOOP and len(_labels(tree)) == 1


def _round(tree: Tree, repeat: Repeat, repeats: tuple[Repeat, ...]) -> tuple[Item, ...]:
    """Return one round of a repeat."""
    inner = tuple(one for one in repeats if one is not repeat)
    whole = next((one for one in tree.children if _own(one, repeat, repeats) == set(repeat.steps)), None)
    if whole is None:
        return tuple(Step(name) for name in repeat.steps)
    if sum(label in repeat.steps for label in _labels(whole)) > len(repeat.steps):
        return _round(whole, repeat, repeats)
    return tuple(_items(whole, inner))


def _often(repeat: Repeat) -> str:
    often = "at most once" if repeat.maximum == 1 else f"at most {repeat.maximum} times"
    if repeat.minimum:
        often = f"{repeat.minimum} to {repeat.maximum} times"
    return often + (f" because: {repeat.because}" if repeat.because else "")


def _labels(tree: Tree, *, looped: bool = True) -> list[str]:
    """Return the steps of a block, each as often as it stands there; ``looped`` ones are asked for or not."""
    if not looped and _alone(tree):
        return []
    own = [tree.label] if tree.label is not None else []
    return own + [label for child in tree.children for label in _labels(child, looped=looped)]
