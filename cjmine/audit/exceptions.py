"""Which clause was broken, by whom, when, and which rows of which exports prove it?"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.audit.clauses import KEYS
from cjmine.audit.samples import Draw, uniform
from cjmine.domain.codes import meaning

EXCEPTION = (
    *("exception", *KEYS, "model_file", "line", "code", "name", "journey_id", "customer_id"),
    *("start", "severity", "confidence", "message", "also", "events", "draw"),
)
EVIDENCE = (
    *("exception", "code", "journey_id", "nth", "part", "source_system", "source_file", "source_row"),
    *(
        "start",
        "precision",
        "activity",
        "touchpoint",
        "service",
        "channel",
        "outcome",
        "merged_rows",
        "event_id",
    ),
)
_OF_EVENT = ("source_system", "source_file", "source_row", "start", "precision", "activity", "touchpoint")
_ALSO = ("service", "channel", "outcome")


def exception_table(
    exceptions: pl.DataFrame, catalogue: pl.DataFrame, files: Mapping[str, str], seed: int
) -> pl.DataFrame:
    """Return one row for each exception, clause by clause, as in ``EXCEPTION``.

    ``draw`` is its place in a random order within its clause: whoever tests the
    exceptions of one clause takes those from 1 on.
    """
    codes = exceptions["code"].unique().to_list()
    placed = exceptions.join(
        catalogue.select(*KEYS, "line", "number"), on=KEYS, how="left", maintain_order="left"
    )
    named = placed.with_columns(
        pl.col("finding_id").alias("exception"),
        pl.col("journey_type")
        .replace_strict(dict(files), default=None, return_dtype=pl.String)
        .alias("model_file"),
        pl.col("code")
        .replace_strict({code: meaning(code).name for code in codes}, return_dtype=pl.String)
        .alias("name"),
        pl.col("event_ids").list.len().cast(pl.Int64).alias("events"),
        pl.col("also").list.join(" ").alias("also"),
        uniform(exceptions["finding_id"], seed, Draw.EXCEPTIONS).alias("u"),
    )
    ranked = named.sort("u", "exception").with_columns(
        pl.int_range(1, pl.len() + 1).over(KEYS).cast(pl.Int64).alias("draw")
    )
    order = ["number", "start", "journey_id", "exception"]
    return ranked.sort(order, nulls_last=True).select(EXCEPTION)


def evidence_table(exceptions: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each event of each exception, in order, as in ``EVIDENCE``.

    ``exceptions`` are FINDING rows, ``events`` hold at least the events they name;
    ``part`` tells events that need not have happened from the others.
    """
    rows = exceptions.select(
        pl.col("finding_id").alias("exception"), "code", "journey_id", "event_ids", "extra_event_ids"
    ).filter(pl.col("event_ids").list.len() > 0)
    each = (
        rows.explode("event_ids")
        .rename({"event_ids": "event_id"})
        .with_columns(
            pl.int_range(1, pl.len() + 1).over("exception").cast(pl.Int64).alias("nth"),
            pl.when(pl.col("extra_event_ids").list.contains(pl.col("event_id")))
            .then(pl.lit("extra"))
            .otherwise(pl.lit("evidence"))
            .alias("part"),
        )
    )
    known = events.select(
        "event_id",
        *_OF_EVENT,
        *_ALSO,
        pl.col("merged_ids").list.join(" ").fill_null("").alias("merged_rows"),
    )
    return each.join(known, on="event_id", how="left", maintain_order="left").select(EVIDENCE)
