"""One contact seen by two systems: pair each call with the row another system wrote about it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.domain.lengths import HOUR
from cjmine.domain.settings import microseconds
from cjmine.domain.vocabulary import Channel
from cjmine.journeys.settings import Pad


def pair_echoes(units: pl.DataFrame, pads: Mapping[Channel, Pad]) -> pl.DataFrame:
    """Return ``row`` (a unit) and ``echo_of`` (the unit it repeats).

    ``units`` has unit, customer_id, source_system, system_rank, channel,
    direction, start, end. The system listed first in the project file is the one
    that saw the contact itself. A row may begin from ``before`` the contact's
    start to ``after`` its end (2.2; 0.1, ruling 2); pairs are taken by ascending
    distance to the contact's end, ties by row, then call; one row repeats one
    call, a call has one row in each other system, and a row is never a call.
    """
    padded = pl.DataFrame(
        [
            {"channel": channel.value, "before": microseconds(pad.before), "after": microseconds(pad.after)}
            for channel, pad in sorted(pads.items())
        ],
        schema={"channel": pl.String, "before": pl.Int64, "after": pl.Int64},
    )
    timed = units.with_columns(
        pl.col("start").dt.epoch("us").alias("from"), pl.col("end").dt.epoch("us").alias("to")
    ).select("unit", "customer_id", "system_rank", "channel", "direction", "from", "to")
    candidates = _candidates(timed, padded)
    pairs = _greedy(candidates)
    return pairs.select(pl.col("row"), pl.col("call").alias("echo_of")).sort("row")


def _candidates(units: pl.DataFrame, pads: pl.DataFrame) -> pl.DataFrame:
    """Find all pairs in reach, by hours so that busy customers stay cheap, nearest first."""
    key = ["customer_id", "channel", "direction", "hour"]
    calls = units.join(pads, on="channel").with_columns(
        pl.int_ranges(
            (pl.col("from") - pl.col("before")) // HOUR, (pl.col("to") + pl.col("after")) // HOUR + 1
        ).alias("hour")
    )
    rows = units.with_columns((pl.col("from") // HOUR).alias("hour"))
    found = calls.explode("hour").join(rows, on=key, suffix="_row")
    found = found.filter(
        pl.col("system_rank") < pl.col("system_rank_row"),
        pl.col("from_row") >= pl.col("from") - pl.col("before"),
        pl.col("from_row") <= pl.col("to") + pl.col("after"),
    )
    return found.select(
        pl.col("unit").alias("call"),
        pl.col("unit_row").alias("row"),
        pl.col("system_rank_row").alias("rank"),
        (pl.col("from_row") - pl.col("to")).abs().alias("distance"),
    ).sort("distance", "row", "call")


def _greedy(candidates: pl.DataFrame) -> pl.DataFrame:
    """Take pairs in order; rounds of mutual first choices equal one pass down the list."""
    taken = [candidates.head(0)]
    while candidates.height:
        ranked = candidates.with_row_index("n")
        units = pl.concat([ranked.select("n", unit="call"), ranked.select("n", unit="row")])
        first = units.group_by("unit").agg(pl.col("n").min())
        chosen = (
            ranked.join(first.rename({"n": "of_row"}), left_on="row", right_on="unit")
            .join(first.rename({"n": "of_call"}), left_on="call", right_on="unit")
            .filter((pl.col("n") == pl.col("of_row")) & (pl.col("n") == pl.col("of_call")))
            .select(candidates.columns)
        )
        taken.append(chosen)
        candidates = (
            candidates.join(chosen.select("row"), on="row", how="anti")
            .join(chosen.select(row="call"), on="row", how="anti")
            .join(chosen.select(call="row"), on="call", how="anti")
            .join(chosen.select("call", "rank"), on=["call", "rank"], how="anti")
            .sort("distance", "row", "call")
        )
    return pl.concat(taken)
