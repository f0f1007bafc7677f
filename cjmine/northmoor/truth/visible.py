"""Which part of the truth can anybody see? What left a row, and a row that says what it was."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cjmine.northmoor.acts import What

_BY_NAME = ("L1", "L2", "L3", "L4", "V1", "V3", "V8")
"""Codes that compare what steps are called."""
_VISIBLE = {"raw_refs": "observable", "linked_refs": "linkable"}
_CALLED = r"telephony:\S+"
"""A row of the telephone system: it knows that somebody called and was put through, never why."""


def with_visibility(table: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Say of each line whether all its events left a row, and a row that leads to the person.

    Where a code compares what steps are called, a row has to say it.
    """
    seen = events.select("true_event_id", *_seen())
    numbered = table.with_row_index("line")
    by_name = pl.col("code").is_in(_BY_NAME).alias("by_name")
    named = numbered.select("line", by_name, pl.col("true_event_ids").str.split(" ").alias("true_event_id"))
    judged = named.explode("true_event_id").join(seen, on="true_event_id", how="left")
    shown = (
        pl.when("by_name").then(f"{name} by name").otherwise(name).all().alias(name)
        for name in _VISIBLE.values()
    )
    lines = judged.group_by("line").agg(shown)
    lines = lines.with_columns(pl.col(*_VISIBLE.values()).cast(pl.Int8).cast(pl.String))
    return numbered.join(lines, on="line", how="left")


def _seen() -> Iterator[pl.Expr]:
    """Say of true events whether they left a row, and whether one says what happened."""
    for refs, name in _VISIBLE.items():
        left = pl.col(refs) != ""
        told = pl.col(refs).str.replace_all(_CALLED, "").str.strip_chars() != ""
        yield left.alias(name)
        yield (told | (left & (pl.col("label") == What.PUT_THROUGH.value))).alias(f"{name} by name")
