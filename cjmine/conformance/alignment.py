"""How does each distinct variant differ least from the intended journey?

Optimal alignments with unit costs (Adriansyah, van Dongen, van der Aalst 2011):
an event without the model costs 1, a visible step without an event 1, a silent
step and both together 0. All variants at once: values of all suffixes from the
back (``suffixes``), then a walk from the front (``walk``) that picks, of the
optimal alignments, the one of domain.md 0.1, ruling 8: most moves together, then
the first in the order together < model < log, equal kinds by label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.conformance.moves import Alignment, Move
from cjmine.conformance.onward import Onward, onward_of
from cjmine.conformance.suffixes import Coded, Ints, suffixes_of
from cjmine.conformance.walk import Walk, unpacked, walk
from cjmine.domain.models import Automaton
from cjmine.domain.vocabulary import MoveKind
from cjmine.domain.walks import Walks

__all__ = ["KINDS", "Aligned", "Alignment", "Move", "align", "align_walks"]

Variant = tuple[str, ...]
KINDS = (MoveKind.SYNC, MoveKind.MODEL, MoveKind.LOG)
"""The kind of each number in ``Aligned.kinds``."""
_CELLS = 32_000_000  # values held at once: 64 MB, mostly
_EVENTS = 400_000  # events walked at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aligned:
    """The alignments of variants, the moves end to end: variant ``i`` has ``bounds[i]`` to ``bounds[i + 1]``.

    ``labels`` are numbers of ``names``; ``positions`` the event's place in the variant,
    -1 in a model move; ``states`` the row of ``onward`` that the model is in after the move.
    """

    costs: Ints
    shortest: int
    bounds: Ints
    kinds: npt.NDArray[np.int8]
    labels: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]
    states: npt.NDArray[np.int32]
    names: tuple[str, ...]


def align(
    variants: Sequence[Variant], automaton: Automaton, *, prefix: bool = False
) -> tuple[Alignment, ...]:
    """Return the alignment of each variant, in the order given.

    With ``prefix`` a variant may stop anywhere on the way: journeys still open.
    Labels the model does not know are log moves.

    Raises ``StatesError`` when the model's language needs more than 20,000 states.
    """
    if not variants:
        return ()
    return tuple(told(align_walks(walks_of(variants), onward_of(automaton), prefix=prefix)))


def walks_of(variants: Sequence[Variant]) -> Walks:
    """Return variants as numbers."""
    lengths = np.fromiter(map(len, variants), np.int64, len(variants))
    code = {step: number for number, step in enumerate(dict.fromkeys(chain.from_iterable(variants)))}
    steps = map(code.__getitem__, chain.from_iterable(variants))
    return Walks(
        begins=np.cumsum(lengths) - lengths,
        labels=np.fromiter(steps, np.uint32, int(lengths.sum())),
        names=pl.Series(list(code), dtype=pl.String),
    )


def align_walks(walks: Walks, onward: Onward, *, prefix: bool = False) -> Aligned:
    """Return the alignment of each walk, in the order given; see ``align``."""
    to_end = onward.to_end()
    shortest = 0 if prefix else int(to_end[onward.start])
    if prefix:
        to_end = np.zeros_like(to_end)
    names, codes = _named(walks, onward.labels)
    lengths = walks.lengths
    order = np.argsort(-lengths, kind="stable")
    parts = []
    for part in _parts(lengths[order], onward.n_states):
        these = order[part]
        coded = Coded(codes, walks.begins[these] + lengths[these], lengths[these], names)
        parts.append(walk(coded, suffixes_of(coded, onward, to_end), onward))
    return _gathered(parts, order, shortest, names)


def _named(walks: Walks, labels: tuple[str, ...]) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Return names for codes, the model's labels first, and the walks' labels as codes, -1 at the end."""
    code = {label: number for number, label in enumerate(labels)}
    numbers = [code.setdefault(name, len(code)) for name in walks.names]
    return tuple(code), np.append(np.array(numbers, np.int32)[walks.labels], np.int32(-1))


def _parts(lengths: Ints, n_states: int) -> Iterator[slice]:
    """Yield the variants in parts that fit in memory."""
    room = max(1, min(_EVENTS, _CELLS // n_states))
    ends = np.cumsum(lengths)
    begin = 0
    while begin < len(lengths):
        before = ends[begin] - lengths[begin]
        end = max(begin + 1, int(np.searchsorted(ends, before + room, side="right")))
        yield slice(begin, end)
        begin = end


def _gathered(parts: Sequence[Walk], order: Ints, shortest: int, names: tuple[str, ...]) -> Aligned:
    """Put the parts' moves together in the order in which the variants were given."""
    counts, costs = np.zeros((2, len(order)), np.int64)
    counts[order] = np.concatenate([np.diff(part.bounds) for part in parts]) if parts else 0
    costs[order] = np.concatenate([part.costs for part in parts]) if parts else 0
    bounds = np.append(0, np.cumsum(counts))
    words = np.empty(bounds[-1], np.int64)
    begin = 0
    for part in parts:
        variants = order[begin : begin + len(part.costs)]
        begin += len(variants)
        moved = np.repeat(bounds[variants] - part.bounds[:-1], counts[variants])
        words[np.arange(len(moved)) + moved] = part.packed
    return Aligned(costs=costs, shortest=shortest, bounds=bounds, names=names, **unpacked(words))


def told(found: Aligned, which: Ints | None = None) -> Iterator[Alignment]:
    """Yield the alignments of the variants ``which``, or of all, as values; equal moves are one object."""
    width = len(KINDS) * len(found.names)
    keys = ((found.positions + 1) * np.int64(width) + found.labels * len(KINDS) + found.kinds).tolist()
    known = {}
    for key in set(keys):
        position, (label, kind) = key // width - 1, divmod(key % width, len(KINDS))
        known[key] = Move(KINDS[kind], found.names[label], position if position >= 0 else None)
    moves = [known[key] for key in keys]
    costs, bounds = found.costs.tolist(), found.bounds.tolist()
    for i in range(len(costs)) if which is None else which.tolist():
        yield Alignment(costs[i], found.shortest, tuple(moves[bounds[i] : bounds[i + 1]]))
