"""Turn what a rule found into FINDING rows: times, places and a stable id from the events named."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from cjmine.domain.lists import flattened, looked_up, regrouped
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

    ``rows`` need code, customer_id, journey_id, message, and the evidence: either by
    id, as event_ids, primary_event_id and extra_event_ids, or by row of the events,
    as event_rows, primary and extra_rows. What else they hold is kept, the rest is
    filled from the events or with defaults.
    """
    if not rows.height:
        return FINDING.empty()
    rows = _by_id(rows, events) if "event_rows" in rows.columns else _by_row(rows, events)
    rows = rows.with_columns(pl.lit(detector).alias("detector"), pl.Series("finding_id", _ids(rows)))
    known = set(rows.columns)
    filled = rows.with_columns(
        *(events[name].gather(rows["primary"]).alias(f"_{name}") for name in ("stage", "touchpoint")),
        *_span(rows["event_rows"], events),
    )
    filled = filled.with_columns(
        *(
            (pl.coalesce(name, f"_{name}") if name in known else pl.col(f"_{name}")).alias(name)
            for name in ("stage", "touchpoint")
        ),
        pl.col("extra_event_ids").list.len().alias("n_extra_events"),
        *(
            (pl.col(name).fill_null(value) if name in known else pl.lit(value)).alias(name)
            for name, value in _DEFAULTS.items()
        ),
        (pl.col("also").fill_null([]) if "also" in known else pl.lit([], dtype=TEXTS)).alias("also"),
    )
    return FINDING.conform(filled).sort(FINDING.order)


def _by_id(rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Add the ids of the rows that are named by number."""
    ids = events["event_id"]
    return rows.with_columns(
        looked_up(rows["event_rows"], ids).alias("event_ids"),
        looked_up(rows["extra_rows"], ids).alias("extra_event_ids"),
        ids.gather(rows["primary"]).alias("primary_event_id"),
    )


def _by_row(rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Add the numbers of the rows that are named by id: one look at the events' ids for all."""
    rows = rows.with_columns(
        pl.col("extra_event_ids").fill_null([]).cast(TEXTS), pl.col("event_ids").cast(TEXTS)
    )
    named, whose = flattened(rows["event_ids"])
    wanted = pl.concat([named.cast(pl.String), rows["primary_event_id"].cast(pl.String)]).to_frame("event_id")
    numbered = events.select("event_id", pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    found = wanted.join(numbered, on="event_id", how="left", maintain_order="left")["row"]
    return rows.with_columns(
        regrouped(found.head(named.len()), whose, rows.height).alias("event_rows"),
        found.tail(rows.height).alias("primary"),
    )


def _ids(rows: pl.DataFrame) -> list[str]:
    """Digest what each finding says; missing steps share their evidence, so the step is part of it."""
    about = ["touchpoint"] if "touchpoint" in rows.columns else []
    said = pl.concat_str(
        "code", "journey_id", pl.col("event_ids").list.join(" "), *about, separator="|", ignore_nulls=True
    )
    keys = rows.select(said.alias("key"))
    if keys["key"].n_unique() == keys.height:
        numbered = keys.select(pl.concat_str("key", pl.lit("|0")))
    else:
        numbered = keys.select(pl.format("{}|{}", "key", pl.int_range(pl.len()).over("key")))
    return [f"f{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}" for key in numbered.to_series()]


def _span(event_rows: pl.Series, events: pl.DataFrame) -> pl.DataFrame:
    """Return start and end of the events a finding names."""
    rows, whose = flattened(event_rows)
    times = events.select(pl.col("start", "end").gather(rows)).with_columns(pl.Series("whose", whose))
    spans = times.group_by("whose", maintain_order=True).agg(pl.col("start").min(), pl.col("end").max())
    if spans.height < event_rows.len():
        whole = pl.DataFrame({"whose": np.arange(event_rows.len())})
        spans = whole.join(spans, on="whose", how="left", maintain_order="left")
    return spans.drop("whose")
