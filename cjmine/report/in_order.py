"""How do sorted partitions become one sorted table that never lies in memory whole?

Cut keys are chosen from a regular sample of all partitions, so that the rows
between two of them, taken from every partition, are few; each such stretch is
read, sorted and handed on before the next.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cjmine.domain.rows import Rows
from cjmine.domain.tables import Table

STRETCH = 524_288
"""At most so many rows are sorted at once; a few hundred megabytes."""

Key = tuple[str, ...]


def in_order(rows: Rows, table: Table, keep: pl.Expr, *, stretch: int = STRETCH) -> Iterator[pl.DataFrame]:
    """Yield those rows of all partitions that ``keep`` says, in the table's total order, part by part.

    Rows of one customer and code lie in one partition, so only these columns are
    compared: inside a partition the order is there already.
    """
    lead = _lead(table)
    cuts = _cuts(rows, table, lead, keep, stretch)
    places = [_places(rows.scan(table, number).filter(keep), lead, cuts) for number in range(rows.parts)]
    for here in range(len(cuts) + 1):
        parts = []
        for number, ends in enumerate(places):
            first, length = ends[here], ends[here + 1] - ends[here]
            if length:
                parts.append(rows.scan(table, number).filter(keep).slice(first, length).collect())
        if parts:
            yield pl.concat(parts).sort(lead, maintain_order=True)


def pieces(frames: Iterator[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """Yield the same rows in frames of exactly ``size`` rows; the last one may be shorter."""
    kept: list[pl.DataFrame] = []
    height = 0
    for frame in frames:
        kept.append(frame)
        height += frame.height
        if height < size:
            continue
        whole = pl.concat(kept)
        whole_pieces = height - height % size
        for offset in range(0, whole_pieces, size):
            yield whole.slice(offset, size)
        kept, height = [whole.slice(whole_pieces)], height % size
    if height:
        yield pl.concat(kept)


def _lead(table: Table) -> list[str]:
    """Return the first columns of the order, up to one of whose values lie in one partition each."""
    whose = "customer_id" if "customer_id" in table.order else "journey_id"
    return list(table.order[: table.order.index(whose) + 1])


def _cuts(rows: Rows, table: Table, lead: list[str], keep: pl.Expr, stretch: int) -> list[Key]:
    """Return the keys at which to cut; between two lie at most ``stretch`` rows, if one key has so few.

    Of every partition each ``step``-th key is taken. Where ``parts`` of them lie
    between two cuts, a partition with ``n`` of these has less than ``(n + 1) * step``
    rows there, all of them together less than ``2 * parts * step``.
    """
    step = max(1, stretch // (2 * rows.parts))
    sampled = [
        rows.scan(table, number).filter(keep).select(lead).gather_every(step, step - 1).collect()
        for number in range(rows.parts)
    ]
    keys = pl.concat(sampled).sort(lead)
    return keys.gather_every(rows.parts, rows.parts - 1).unique().sort(lead).rows()


def _places(partition: pl.LazyFrame, lead: list[str], cuts: list[Key]) -> list[int]:
    """Return where each stretch begins in a partition, and behind them its height."""
    before = [_before(lead, cut).sum().alias(str(number)) for number, cut in enumerate(cuts)]
    found = partition.select(lead).select(*before, pl.len().alias("height")).collect().row(0)
    return [0, *found]


def _before(lead: list[str], cut: Key) -> pl.Expr:
    """Tell whether a row stands before a key."""
    (name, *others), (value, *rest) = lead, cut
    if not others:
        return pl.col(name) < value
    return (pl.col(name) < value) | ((pl.col(name) == value) & _before(others, tuple(rest)))
