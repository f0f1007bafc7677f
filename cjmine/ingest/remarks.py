"""What was accepted, but looks odd? Invisible characters in ids, repeated rows, free text as activity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

_MANY_ACTIVITIES = 10_000
_INVISIBLE = r"^\s|\s$|[\u{a0}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}\u{feff}]"
_PLACE = {"event_id", "source_file", "source_row", "link_keys", "merged_ids"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """What looks odd in some rows of a source; adds up over all of them."""

    invisible: Counter[str] = field(default_factory=Counter)
    decimals: Counter[str] = field(default_factory=Counter)
    activities: frozenset[str] = frozenset()

    def __add__(self, other: Oddities) -> Oddities:
        """Return what is odd in both; of activities no more than are needed to call them many."""
        known = self.activities if len(self.activities) >= _MANY_ACTIVITIES else frozenset()
        return Oddities(
            invisible=self.invisible + other.invisible,
            decimals=self.decimals + other.decimals,
            activities=known or self.activities | other.activities,
        )


def oddities(done: pl.DataFrame, keys: Sequence[str]) -> Oddities:
    """Count what was accepted but looks odd."""
    ids = pl.col("customer", *keys)
    invisible = done.select(ids.str.contains(_INVISIBLE).sum())
    decimals = done.select(ids.str.contains(r"^\d+\.0$").sum())
    return Oddities(
        invisible=Counter(invisible.row(0, named=True)),
        decimals=Counter(decimals.row(0, named=True)),
        activities=frozenset(done["activity"].unique()),
    )


def content(done: pl.DataFrame) -> pl.Series:
    """Return a number (UInt64) for what each row says, wherever it stands: equal rows have equal ones."""
    return done.drop(_PLACE, strict=False).hash_rows()


def remarks(found: Oddities, repeated: int) -> list[str]:
    """Point at what was accepted but looks odd."""
    lines = []
    for name in found.invisible | found.decimals:
        if odd := found.invisible[name]:
            lines.append(
                f"{odd} values of {name} have blanks around them or invisible characters; kept as they are"
            )
        if decimals := found.decimals[name]:
            lines.append(
                f"{decimals} values of {name} end in '.0'; other systems may write the same id without it"
            )
    if repeated:
        lines.append(
            f"{repeated} rows repeat an earlier row in every mapped column; "
            "each counts once, unless `contacts` says `merge: false`"
        )
    if len(found.activities) >= _MANY_ACTIVITIES:
        lines.append(f"{len(found.activities)} distinct activities or more; is free text mapped as activity?")
    return lines
