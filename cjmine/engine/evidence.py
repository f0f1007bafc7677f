"""Turn what a rule found into FINDING rows: times, places and a stable id from the events named."""

from __future__ import annotations

import hashlib

import polars as pl

from cjmine.domain.tables import FINDING, TEXTS
from cjmine.domain.vocabulary import Confidence, Lever, Severity

_DEFAULTS: dict[str, bool | int | str] = {
    "intended": False,
    "severity": Severity.MEDIUM.value,
    "confidence": Confidence.HIGH.value,
    "lever": Lever.PROCESS.value,
    "rule_version": 1,
}


def findings(rows: pl.DataFrame, events: pl.DataFrame, *, detector: str) -> pl.DataFrame:
    """Return FINDING rows.

    ``rows`` need code, customer_id, journey_id, event_ids, primary_event_id,
    extra_event_ids and message; what else they hold is kept, the rest is filled
    from the events or with defaults.
    """
    if not rows.height:
        return FINDING.empty()
    rows = rows.with_columns(
        pl.lit(detector).alias("detector"),
        pl.col("extra_event_ids").fill_null([]).cast(TEXTS),
        pl.col("event_ids").cast(TEXTS),
    )
    rows = rows.with_columns(pl.Series("finding_id", _ids(rows), dtype=pl.String))
    rows = rows.join(_span(rows, events), on="finding_id", how="left", maintain_order="left")
    places = events.select(
        pl.col("event_id").alias("primary_event_id"),
        pl.col("stage").alias("_stage"),
        pl.col("touchpoint").alias("_touchpoint"),
    )
    rows = rows.join(places, on="primary_event_id", how="left", maintain_order="left")
    known = set(rows.columns)
    filled = rows.with_columns(
        (pl.coalesce(name, f"_{name}") if name in known else pl.col(f"_{name}")).alias(name)
        for name in ("stage", "touchpoint")
    ).with_columns(
        pl.col("extra_event_ids").list.len().alias("n_extra_events"),
        *(
            (pl.col(name).fill_null(value) if name in known else pl.lit(value)).alias(name)
            for name, value in _DEFAULTS.items()
        ),
        (pl.col("also").fill_null([]) if "also" in known else pl.lit([], dtype=TEXTS)).alias("also"),
    )
    return FINDING.conform(filled).sort(FINDING.order)


def _ids(rows: pl.DataFrame) -> list[str]:
    """Digest what each finding says; missing steps share their evidence, so the step is part of it."""
    about = ["touchpoint"] if "touchpoint" in rows.columns else []
    said = pl.concat_str(
        "code", "journey_id", pl.col("event_ids").list.join(" "), *about, separator="|", ignore_nulls=True
    )
    keys = rows.select(said.alias("key")).with_columns(pl.int_range(pl.len()).over("key").alias("again"))
    return [
        "f" + hashlib.blake2b(f"{key}|{again}".encode(), digest_size=8).hexdigest()
        for key, again in keys.iter_rows()
    ]


def _span(rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return finding_id, start, end of the events a finding names."""
    named = rows.select("finding_id", pl.col("event_ids").alias("event_id")).explode("event_id")
    times = named.join(events.select("event_id", "start", "end"), on="event_id")
    return times.group_by("finding_id").agg(pl.col("start").min(), pl.col("end").max())
