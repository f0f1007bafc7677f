"""The sequences of journeys as numbers: labels coded once, so that kernels count integers, not text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.unsignedinteger[Any]]

SEPARATOR = "\x1f"
"""Stands between the steps of a path; a label that holds it is escaped."""

WORD = 64
"""So many bits hold as many labels as fit."""

FACTOR = 0x9E3779B97F4A7C15
"""Scatters words over a table (Fibonacci hashing); which words meet there changes time, not results."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walks:
    """Some journeys, each with its steps in order, one journey behind the other.

    ``begins`` is the row of each journey's first step, ``labels`` the code of
    each step, ``names`` the label of each code.
    """

    begins: npt.NDArray[np.int64]
    labels: Codes
    names: pl.Series

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Return the number of steps of each journey."""
        return np.diff(self.begins, append=len(self.labels))


def coded(column: pl.Series) -> tuple[Codes, pl.Series]:
    """Return the code of each value and the value of each code; a null is the last of them."""
    names = column.unique().drop_nulls().sort()
    codes = column.cast(pl.Enum(names)).to_physical()
    if column.null_count():
        codes = codes.cast(pl.UInt32).fill_null(names.len())
        names = pl.concat([names, pl.Series([None], dtype=names.dtype)])
    return codes.to_numpy(), names


def distinct(walks: Walks) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Which journeys take the same path?

    Returns the number of each journey's path, in order of appearance, and the
    first journey of each path.
    """
    return _numbered(_alike(walks.begins, walks.lengths, walks.labels, walks.names.len()))


def _alike(
    begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], labels: Codes, size: int
) -> npt.NDArray[np.int64]:
    """Return, for each journey, the first that takes the same path; labels are below ``size``.

    As many labels as 64 bits hold are one word, so equal words are equal steps: nothing
    is left to chance. A longer journey is cut into words, which are numbered and become
    its steps in turn; each time it has at most half as many, rounded up.
    """
    span = WORD // size.bit_length() if size else WORD
    short = lengths <= span
    if short.all():
        return _first(_words(begins, lengths, labels, size))
    some, others = np.flatnonzero(short), np.flatnonzero(~short)
    pieces = -(-lengths[others] // span)
    starts = np.cumsum(pieces) - pieces
    passed = (np.arange(pieces.sum()) - np.repeat(starts, pieces)) * span
    left = np.minimum(np.repeat(lengths[others], pieces) - passed, span)
    words = _words(np.repeat(begins[others], pieces) + passed, left, labels, size)
    number, firsts = _numbered(_first(words))
    first = np.empty(len(begins), dtype=np.int64)
    first[some] = some[_first(_words(begins[some], lengths[some], labels, size))]
    first[others] = others[_alike(starts, pieces, number.astype(np.uint32), len(firsts))]
    return first


def _words(
    begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], labels: Codes, size: int
) -> npt.NDArray[np.uint64]:
    """Return, for each short piece of a walk, its labels side by side in one word.

    A label stands as its code and one, so that no step is not the same as code 0.
    """
    bits = max(size.bit_length(), 1)
    packed = np.zeros(len(labels) + 2 * WORD, dtype=_holder(bits))
    packed[: len(labels)] = labels
    packed[: len(labels)] += 1
    width = 1  # so many labels each number holds, beginning with the one at its place
    while 2 * width * bits <= WORD // 2:
        ahead = packed[width:].astype(_holder(2 * width * bits))
        ahead <<= width * bits
        ahead |= packed[:-width]
        packed, width = ahead, 2 * width
    words = np.zeros(len(begins), dtype=np.uint64)
    for place in range(0, WORD // bits, width):
        words |= packed[begins + place].astype(np.uint64) << np.uint64(place * bits)
    masks = [(1 << bits * length) - 1 for length in range(WORD // bits + 1)]
    return words & np.array(masks, dtype=np.uint64)[lengths]  # what follows the piece is not its own


def _holder(bits: int) -> npt.DTypeLike:
    """Return the smallest type that holds so many bits, up to 32."""
    return np.min_scalar_type((1 << bits) - 1)


def _first(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return, for each word, the row of the first equal one.

    A table keeps for each place the first row that falls there, and a row looks
    whether that one has its word; the few words whose place is taken are sorted out apart.
    """
    bits = max(4 * len(words) - 1, 1).bit_length()
    place = ((words * np.uint64(FACTOR)) >> np.uint64(WORD - bits)).astype(np.int64)
    table = np.empty(1 << bits, dtype=np.int64)
    table[place[::-1]] = np.arange(len(words))[::-1]  # of rows with one place, the last written stays
    first = table[place]
    rest = np.flatnonzero(words[first] != words)
    if len(rest):
        numbered = pl.DataFrame({"word": words[rest], "row": rest})
        first[rest] = numbered.select(pl.col("row").first().over("word")).to_series().to_numpy()
    return first


def _numbered(first: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the number of each row's first equal one, in order of appearance, and those rows."""
    new = first == np.arange(len(first))
    return (np.cumsum(new) - 1)[first], np.flatnonzero(new)


def paths(walks: Walks, journeys: npt.NDArray[np.int64]) -> pl.Series:
    """Return the labels of the numbered journeys' steps, joined by ``SEPARATOR``."""
    lengths = walks.lengths[journeys]
    ends = np.cumsum(lengths)
    rows = np.repeat(walks.begins[journeys] - (ends - lengths), lengths) + np.arange(lengths.sum())
    names = walks.names.str.replace_all(SEPARATOR, "\\x1f", literal=True)
    steps = {
        "journey": np.repeat(np.arange(len(journeys)), lengths),
        "path": names.gather(walks.labels[rows]),
    }
    listed = pl.DataFrame(steps).group_by("journey", maintain_order=True).agg("path")
    return listed["path"].list.join(SEPARATOR)
