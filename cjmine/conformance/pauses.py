"""While does a standard's clock stand: from a step to the next of another, as far as it is looked at?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.tables import TIME

NO_PAUSES = pl.DataFrame(schema={"item": pl.UInt32, "begin": TIME, "end": TIME, "open": pl.Boolean})
_TICK = pl.duration(microseconds=1)


def pauses(
    steps: pl.DataFrame, items: pl.DataFrame, pause: tuple[str, str], *, by_date: bool
) -> pl.DataFrame:
    """Return item, begin, end, open of the pauses of each item, none overlapping; sorted.

    ``steps`` have journey_id, touchpoint, at, latest; ``items`` have item, journey_id, since, until: the
    time to which they are cut. A pause is ``open`` where nothing ended it before the journey was last seen.
    Of a step whose time is not known exactly the later instant ends a pause, for nobody is late by a guess;
    ``by_date`` the first, which says the date.
    """
    begins, ends = pause
    mine = steps.filter(pl.col("touchpoint").is_in([begins, ends])).join(
        items.select("item", "journey_id", "since", "until"), on="journey_id"
    )
    ended = pl.col("touchpoint") == ends
    ordered = mine.select(
        "item",
        "since",
        "until",
        pl.when(ended).then(pl.col("latest") - _TICK).otherwise("at").alias("place"),
        "at",
        ended.alias("ended"),
    ).sort("item", "place", "ended")
    known = pl.col("at" if by_date else "place")
    whole = ordered.with_columns(
        pl.when("ended").then(known).fill_null(strategy="backward").over("item").alias("end")
    ).filter(~pl.col("ended"))
    united = whole.group_by("item", "end", maintain_order=True).agg(
        pl.col("at").first().alias("begin"), pl.col("since").first(), pl.col("until").first()
    )
    never = pl.col("end").is_null() | (pl.col("end") > pl.col("until"))
    cut = united.select(
        "item",
        pl.max_horizontal("begin", "since").alias("begin"),
        pl.min_horizontal(pl.col("end").fill_null(pl.col("until")), "until").alias("end"),
        never.alias("open"),
    )
    return cut.filter(pl.col("begin") <= pl.col("end")).sort("item", "begin")
