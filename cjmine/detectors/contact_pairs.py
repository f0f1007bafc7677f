"""Which contact of the same customer came before this one, near enough and with nothing settled since?"""

from __future__ import annotations

import polars as pl

_CARRIED = ("n", "start", "channel", "service", "journey_id", "primary_event_id", "expected")


def nearest_before(contacts: pl.DataFrame, by: list[str], window: int) -> pl.DataFrame:
    """Return each contact with the nearest earlier one of equal ``by`` within ``window`` (microseconds).

    ``contacts`` hold ``settled_at``: when what a contact asked for was settled.
    All i < j are tried, not only neighbours (0.1, ruling 3); expected contacts
    repeat nothing. A row holds the earlier contact's columns, the later one's
    with suffix ``_to``, and ``gap`` = start of the later minus end of the
    earlier, at least 0. Works by whole-column shifts, one place further each
    time, until no contact that still waits for its partner has one near enough.
    """
    waiting = contacts.sort(*by, "start", "contact_id").with_columns(
        pl.int_range(pl.len()).alias("n"), (~pl.col("expected")).alias("waits")
    )
    longest = int((waiting["end"] - waiting["start"]).dt.total_microseconds().max() or 0)  # type: ignore[arg-type]
    found = []
    for step in range(1, max(waiting.height, 2)):
        later = {name: pl.col(name).shift(-step) for name in (*_CARRIED, "waits")}
        apart = (later["start"] - pl.col("start")).dt.total_microseconds()
        same = pl.struct(by) == pl.struct(by).shift(-step)
        near = waiting.with_columns(
            *(column.alias(f"{name}_to") for name, column in later.items()),
            (later["start"] - pl.col("end")).dt.total_microseconds().clip(lower_bound=0).alias("gap"),
        ).filter(same & (apart <= window + longest) & pl.col("waits_to"))
        settled = (pl.col("settled_at") < pl.col("start_to")).fill_null(value=False)
        pairs = near.filter((pl.col("gap") <= window) & ~settled)
        found.append(pairs)
        if not near.height:
            break
        waiting = waiting.with_columns(pl.col("waits") & ~pl.col("n").is_in(pairs["n_to"].implode()))
    return pl.concat(found).sort("n_to")
