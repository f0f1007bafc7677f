"""How does each distinct variant differ least from the intended journey?

Optimal alignments with unit costs (Adriansyah, van Dongen, van der Aalst 2011):
an event without the model costs 1, a visible step without an event 1, a silent
step and both together 0. All variants at once: values of all suffixes from the
back (``suffixes``), then a walk from the front (``walk``) that picks, of the
optimal alignments, the one of domain.md 0.1, ruling 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cjmine.conformance.distances import distances, label_steps, silent_reach
from cjmine.conformance.moves import Alignment, Move
from cjmine.conformance.suffixes import Coded, costs_of, suffixes_of
from cjmine.conformance.walk import Walk, walk
from cjmine.domain.models import Automaton
from cjmine.domain.vocabulary import MoveKind

__all__ = ["Alignment", "Move", "align"]

Variant = tuple[str, ...]
_CELLS = 48_000_000  # suffix values held at once, about 200 MB
_KINDS = (MoveKind.SYNC, MoveKind.MODEL, MoveKind.LOG)


def align(
    variants: Sequence[Variant], automaton: Automaton, *, prefix: bool = False
) -> tuple[Alignment, ...]:
    """Return the alignment of each variant, in the order given.

    With ``prefix`` a variant may stop anywhere on the way: journeys still open.
    Labels the model does not know are log moves.

    Raises ``ModelError`` beyond 6,000 states.
    """
    if not variants:
        return ()
    table = distances(automaton)
    costs, scale = costs_of(automaton, table, max(map(len, variants)), prefix=prefix)
    shortest = int(costs.to_end[0]) // scale
    reach = silent_reach(automaton)
    steps = label_steps(automaton, reach)
    code = {label: i for i, label in enumerate(automaton.labels)}
    found: list[Alignment | None] = [None] * len(variants)
    for part in _parts(variants, automaton.n_states):
        coded = _coded([variants[i] for i in part], code)
        suffixes = suffixes_of(coded, costs, scale)
        walked = walk(coded, suffixes, automaton, reach, steps)
        for i, alignment in zip(part, _alignments(walked, variants, part, shortest, automaton), strict=True):
            found[i] = alignment
    return tuple(alignment for alignment in found if alignment is not None)


def _parts(variants: Sequence[Variant], n_states: int) -> Iterator[list[int]]:
    """Yield the variants' numbers in parts that fit in memory: like endings together, then longest first."""
    order = sorted(range(len(variants)), key=lambda i: variants[i][::-1])
    room = max(1, _CELLS // n_states)
    part: list[int] = []
    events = 0
    for i in order:
        if part and events + len(variants[i]) > room:
            yield sorted(part, key=lambda j: -len(variants[j]))
            part, events = [], 0
        part.append(i)
        events += len(variants[i])
    yield sorted(part, key=lambda j: -len(variants[j]))


def _coded(variants: list[Variant], code: dict[str, int]) -> Coded:
    lengths = np.fromiter(map(len, variants), np.int64, len(variants))
    codes = np.fromiter((code.get(e, -1) for v in variants for e in v), np.int32, int(lengths.sum()))
    return Coded(codes, np.cumsum(lengths), lengths)


def _alignments(
    walked: Walk, variants: Sequence[Variant], part: list[int], shortest: int, automaton: Automaton
) -> Iterator[Alignment]:
    """Turn the walk's columns into values; equal moves are one object."""
    known: dict[tuple[int, str, int], Move] = {}
    kinds, labels, positions = walked.kinds.tolist(), walked.labels.tolist(), walked.positions.tolist()
    bounds = walked.bounds.tolist()
    for k, i in enumerate(part):
        variant, moves = variants[i], []
        for m in range(bounds[k], bounds[k + 1]):
            position = positions[m]
            key = (kinds[m], variant[position] if position >= 0 else automaton.labels[labels[m]], position)
            move = known.get(key)
            if move is None:
                move = known[key] = Move(_KINDS[key[0]], key[1], position if position >= 0 else None)
            moves.append(move)
        yield Alignment(int(walked.costs[k]), shortest, tuple(moves))
