"""What was accepted, but looks odd? Invisible characters in ids, repeated rows, free text as activity."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_MANY_ACTIVITIES = 10_000


def remarks(done: pl.DataFrame, keys: Sequence[str]) -> list[str]:
    """Point at what was accepted but looks odd."""
    said = []
    ids = ("customer", *keys)
    for name in ids:
        odd = int(
            done[name]
            .str.contains(r"^\s|\s$|[\u{a0}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}\u{feff}]")
            .sum()
        )
        if odd:
            said.append(
                f"{odd} values of {name} have blanks around them or invisible characters; kept as they are"
            )
        if decimals := int(done[name].str.contains(r"^\d+\.0$").sum()):
            said.append(
                f"{decimals} values of {name} end in '.0'; other systems may write the same id without it"
            )
    different = done.select(
        name
        for name in done.columns
        if name not in {"event_id", "source_file", "source_row", "link_keys", "merged_ids"}
    )
    if twice := done.height - different.n_unique():
        said.append(
            f"{twice} rows repeat an earlier row in every mapped column; "
            "each counts once, unless `contacts` says `merge: false`"
        )
    if (names := done["activity"].n_unique()) >= _MANY_ACTIVITIES:
        said.append(f"{names} distinct activities; is free text mapped as activity?")
    return said
