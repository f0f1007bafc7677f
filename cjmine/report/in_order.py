"""How do sorted partitions become one sorted table that never lies in memory whole?

Cut keys are chosen from a regular sample of all partitions, so that the rows
between two of them, taken from every partition, are few; each such stretch is
read, sorted and handed on before the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from cjmine.domain.rows import Rows
from cjmine.domain.tables import Table
from cjmine.engine.arrow import owned

STRETCH = 524_288
"""At most so many rows are sorted at once; a few hundred megabytes."""

Key = tuple[str, ...]
Place = tuple[int, int]
"""First row and number of rows."""


def places(rows: Rows, table: Table, since: str = "", until: str | None = None) -> list[Place]:
    """Return where, in each partition, the rows of a table lie.

    ``since`` (included) and ``until`` (excluded) bound the first column of its
    order: as partitions are sorted, such rows stand together.
    """
    first = pl.col(table.order[0])
    after = pl.len() if until is None else (first < until).sum()
    begin = (first < since).sum() if since else pl.lit(0)
    asked = [
        rows.scan(table, part).select(begin.alias("first"), after.alias("after"))
        for part in range(rows.parts)
    ]
    found = [frame.row(0) for frame in pl.collect_all(asked)]
    return [(begin, after - begin) for begin, after in found]


def in_order(
    rows: Rows, table: Table, where: Sequence[Place], *, stretch: int = STRETCH
) -> Iterator[pl.DataFrame]:
    """Yield the rows at these places of the partitions in the table's total order, stretch by stretch.

    Rows of one customer and code lie in one partition, so only these columns are
    compared: inside a partition the order is there already.
    """
    lead = table.lead
    keys = [rows.scan(table, part).slice(*place).select(lead) for part, place in enumerate(where)]
    cuts = _cuts(keys, lead, stretch)
    begins = [_begins(part, lead, cuts) for part in keys]
    for here in range(len(cuts) + 1):
        found = []
        for part, ((first, _), ends) in enumerate(zip(where, begins, strict=True)):
            if ends[here] < ends[here + 1]:
                wanted = rows.scan(table, part).slice(first + ends[here], ends[here + 1] - ends[here])
                found.append(owned(wanted.collect()))
        if found:
            whole = pl.concat(found).sort(lead, maintain_order=True)
            del found  # two copies need not wait until the stretch is written
            yield whole
            del whole


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


def _cuts(parts: Sequence[pl.LazyFrame], lead: list[str], stretch: int) -> list[Key]:
    """Return the keys at which to cut; between two lie at most ``stretch`` rows, if one key has so few.

    Of every partition each ``step``-th key is taken. Where ``parts`` of them lie
    between two cuts, a partition with ``n`` of these has less than ``(n + 1) * step``
    rows there, all of them together less than ``2 * parts * step``.
    """
    step, many = max(1, stretch // (2 * len(parts))), len(parts)
    sampled = pl.concat([part.gather_every(step, step - 1).collect() for part in parts])
    return sampled.sort(lead).gather_every(many, many - 1).unique().sort(lead).rows()


def _begins(part: pl.LazyFrame, lead: list[str], cuts: list[Key]) -> list[int]:
    """Return where each stretch begins in a partition, and behind them its height."""
    before = [_before(lead, cut).sum().alias(str(number)) for number, cut in enumerate(cuts)]
    return [0, *part.select(*before, pl.len().alias("height")).collect().row(0)]


def _before(lead: list[str], cut: Key) -> pl.Expr:
    """Tell whether a row stands before a key."""
    (name, *others), (value, *rest) = lead, cut
    if not others:
        return pl.col(name) < value
    return (pl.col(name) < value) | ((pl.col(name) == value) & _before(others, tuple(rest)))
