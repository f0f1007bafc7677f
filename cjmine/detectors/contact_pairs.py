"""Which two contacts of a customer lie within a window of each other?"""

from __future__ import annotations

import polars as pl

_CARRIED = ("start", "channel", "service", "journey_id", "primary_event_id", "expected")


def pairs_within(contacts: pl.DataFrame, by: list[str], window: int) -> pl.DataFrame:
    """Return every pair of contacts with equal ``by`` and gap <= ``window`` (microseconds).

    All i < j, not only neighbours (0.1, ruling 3). A row holds the earlier
    contact's columns, the later one's with suffix ``_to``, ``n`` and ``n_to``
    (their places) and ``gap`` = start of the later minus end of the earlier, at
    least 0. Works by whole-column shifts until no pair is near enough.
    """
    ordered = contacts.sort(*by, "start", "contact_id").with_columns(pl.int_range(pl.len()).alias("n"))
    longest = int((ordered["end"] - ordered["start"]).dt.total_microseconds().max() or 0)  # type: ignore[arg-type]
    found = []
    step = 0
    while step < ordered.height:
        step += 1
        same = pl.struct(by) == pl.struct(by).shift(-step)
        apart = (pl.col("start").shift(-step) - pl.col("start")).dt.total_microseconds()
        near = ordered.with_columns(
            *(pl.col(name).shift(-step).alias(f"{name}_to") for name in (*_CARRIED, "n")),
            (pl.col("start").shift(-step) - pl.col("end"))
            .dt.total_microseconds()
            .clip(lower_bound=0)
            .alias("gap"),
        ).filter(same & (apart <= window + longest))
        found.append(near.filter(pl.col("gap") <= window))
        if not near.height:
            break
    return (
        pl.concat(found)
        if found
        else ordered.head(0).with_columns(
            *(pl.col(name).alias(f"{name}_to") for name in (*_CARRIED, "n")),
            pl.lit(0, dtype=pl.Int64).alias("gap"),
        )
    )
