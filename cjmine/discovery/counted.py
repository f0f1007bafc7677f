"""Which distinct sequences are there, and how often is each? Arrays, so that a miner can cut them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.walks import Walks, coded, distinct

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Log:
    """Distinct sequences and their counts; ``walks`` has none without a step, ``empty`` counts those.

    Every code of ``walks`` occurs in it, and codes are in the order of their names.
    """

    walks: Walks
    counts: Ints
    empty: int

    @property
    def total(self) -> int:
        """Return the number of sequences, each as often as it is counted."""
        return int(self.counts.sum()) + self.empty

    @property
    def size(self) -> int:
        """Return the number of distinct labels."""
        return self.walks.names.len()

    @property
    def walk_of(self) -> Ints:
        """Return the number of the sequence that each row belongs to."""
        return np.repeat(np.arange(len(self.counts)), self.walks.lengths)


def log_of(variants: Mapping[tuple[str, ...], int]) -> Log:
    """Return the counted sequences as arrays."""
    steps = [walk for walk in variants if walk]
    lengths = np.fromiter(map(len, steps), np.int64, len(steps))
    names = sorted(set(chain.from_iterable(steps)))
    code = {name: number for number, name in enumerate(names)}
    labels = np.fromiter((code[step] for walk in steps for step in walk), np.uint32, int(lengths.sum()))
    walks = Walks(
        begins=np.cumsum(lengths) - lengths,
        labels=labels.astype(np.min_scalar_type(max(len(names) - 1, 0))),
        names=pl.Series(names, dtype=pl.String),
    )
    counts = np.fromiter((variants[walk] for walk in steps), np.int64, len(steps))
    return Log(walks=walks, counts=counts, empty=variants.get((), 0))


def log_of_table(steps: pl.Series, counts: pl.Series) -> Log:
    """Return distinct sequences, given as lists with at least one step, and their counts as arrays."""
    lengths = steps.list.len().to_numpy().astype(np.int64)
    labels, names = coded(steps.explode())
    walks = Walks(begins=np.cumsum(lengths) - lengths, labels=labels, names=names)
    return Log(walks=walks, counts=counts.to_numpy().astype(np.int64), empty=0)


def singles(log: Log) -> Log:
    """Return one sequence of one step for each label."""
    every = np.arange(log.size)
    walks = Walks(begins=every, labels=every.astype(log.walks.labels.dtype), names=log.walks.names)
    return Log(walks=walks, counts=np.ones(log.size, np.int64), empty=0)


def nothing(log: Log) -> Log:
    """Return a log without any sequence."""
    return _gathered(log, np.empty(0, np.int64), np.empty(0, np.int64), log.counts, 0)


def parted(
    log: Log, part: npt.NDArray[np.signedinteger], pieces: Ints, counts: Ints, empties: Sequence[int | None]
) -> list[Log]:
    """Cut the log into parts, one for each of ``empties``.

    ``part`` says where each row goes (-1: nowhere), ``pieces`` which sequence it
    belongs to there (ascending), ``counts`` how often each piece counts;
    ``empties`` is how many sequences without a step each part has, ``None`` where
    every piece without a row there is one.
    """
    order = np.argsort(part, kind="stable")
    bounds = np.searchsorted(part[order], np.arange(len(empties) + 1))
    return [
        _gathered(log, rows, pieces[rows], counts, empty)
        for rows, empty in zip(np.split(order, bounds)[1:-1], empties, strict=True)
    ]


def _gathered(log: Log, rows: Ints, pieces: Ints, counts: Ints, empty: int | None) -> Log:
    """Return the log of some rows: labels coded anew, equal sequences counted together."""
    fresh = np.ones(len(rows), dtype=bool)
    np.not_equal(pieces[1:], pieces[:-1], out=fresh[1:])
    begins = np.flatnonzero(fresh)
    counted = counts[pieces[begins]]
    if empty is None:
        empty = int(counts.sum() - counted.sum())
    labels = log.walks.labels[rows]
    present = np.bincount(labels, minlength=log.size) > 0
    if not present.all():
        recoded = np.cumsum(present) - 1
        labels = recoded.astype(np.min_scalar_type(max(int(present.sum()) - 1, 0)))[labels]
    walks = Walks(begins=begins, labels=labels, names=log.walks.names.filter(pl.Series(present)))
    number, first = distinct(walks)
    if len(first) < len(begins):
        kept = np.zeros(len(begins), dtype=bool)
        kept[first] = True
        lengths = walks.lengths
        walks = Walks(
            begins=np.cumsum(lengths[first]) - lengths[first],
            labels=labels[np.repeat(kept, lengths)],
            names=walks.names,
        )
        counted = np.bincount(number, counted).astype(np.int64)  # exact below 2**53
    return Log(walks=walks, counts=counted, empty=empty)
