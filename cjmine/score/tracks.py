"""What is a run given? True keys, raw files, or raw files with holes."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from cjmine.domain.lengths import DAY
from cjmine.domain.tables import EVENT, TEXTS
from cjmine.engine.store import digest
from cjmine.score.truth import Truth

DROPPED = (5, 10, 20)
"""Percent of rows that the noise track leaves out; fewer are always part of more."""

ASIDE = 30 * DAY
"""The longest silence within one matter that serves no journey."""

_SEED = "northmoor noise 1"
_FINE = 10_000


class Track(StrEnum):
    """How much a run is told (domain.md 6.5)."""

    ORACLE = "oracle"
    END_TO_END = "end-to-end"
    NOISE = "noise"


def of_true_events(events: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """Return the EVENT rows that record something that truly happened to somebody."""
    return events.join(truth.rows, left_on="event_id", right_on="ref", how="semi", maintain_order="left")


def with_true_keys(events: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """Return EVENT rows of true events, each with its true person and one key.

    The key names the true journey. What serves no journey has a key for each
    person, need and stretch of time: without silences longer than 30 days.
    """
    known = truth.rows.sort(pl.col("journey_id").is_null(), maintain_order=True)
    known = known.unique("ref", keep="first", maintain_order=True)
    needs = truth.contacts.select("contact_id", "need")
    labels = truth.events.select("true_event_id", "label")
    true = (
        known.join(needs, on="contact_id", how="left", maintain_order="left")
        .join(labels, on="true_event_id", how="left", maintain_order="left")
        .select(
            pl.col("ref").alias("event_id"),
            pl.col("person_id").alias("customer_id"),
            pl.format("truth={}", "journey_id").alias("key"),
            pl.coalesce("need", "label").alias("about"),
        )
    )
    joined = events.drop("customer_id").join(true, on="event_id", maintain_order="left")
    keys = pl.coalesce("key", _aside()).alias("key")
    ordered = joined.sort("customer_id", "about", *EVENT.order[1:], nulls_last=True)
    keyed = ordered.with_columns(keys).with_columns(pl.concat_list("key").cast(TEXTS).alias("link_keys"))
    return keyed.select(events.columns).sort(EVENT.order)


def _aside() -> pl.Expr:
    """Name the stretches of what one person did about one thing that serves no journey; rows in order."""
    by = ["customer_id", "about", "key"]
    silence = (pl.col("start") - pl.col("end").cum_max().shift().over(by)).dt.total_microseconds()
    stretch = (silence > ASIDE).fill_null(value=False).cum_sum().over(by)
    return pl.format("truth={} {} {}", "customer_id", pl.col("about").fill_null(""), stretch)


def draws(events: pl.DataFrame) -> pl.Series:
    """Return a number below 10,000 for each row, from its id: the same rows in every run."""
    ids = events["event_id"]
    return pl.Series("draw", [digest(f"{_SEED} {one}") % _FINE for one in ids], dtype=pl.Int32)


def with_holes(events: pl.DataFrame, drawn: pl.Series, percent: int) -> pl.DataFrame:
    """Leave out ``percent`` of the rows."""
    return events.filter(drawn >= percent * _FINE // 100)


def without_reasons(events: pl.DataFrame) -> pl.DataFrame:
    """Blank reason and need in every system that keeps reasons: the staff's own coding is gone."""
    coded = events.filter(pl.col("reason_code").is_not_null())["source_system"].unique()
    blank = pl.col("source_system").is_in(coded.implode())
    return events.with_columns(
        pl.when(~blank).then(pl.col(name)).alias(name) for name in ("reason_code", "need")
    )
