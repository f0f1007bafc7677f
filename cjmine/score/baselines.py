"""What would one find without an engine? Two simple ways, matched with the same truth.

``naive`` reads raw rows: echoes are not merged, journeys end at 30 days of
silence, and nothing is asked about answers, plans or open work. ``bupar`` counts
self-loops and repetitions of activities, as bupaR does. Both are given the
customers that cjmine joined; where journeys are given, they are given those.
"""

from __future__ import annotations

import polars as pl

from cjmine.domain.lengths import DAY, HOUR
from cjmine.domain.tables import EVENT
from cjmine.domain.vocabulary import Direction

GAP = 30 * DAY
_WINDOW, _PARALLEL, _RESUBMIT = 7 * DAY, 48 * HOUR, 30 * DAY
_PING_PONG = 4
_COLUMNS = ("code", "customer_id", "event_ids", "primary_event_id")


def findings_of(events: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return each baseline's findings over raw EVENT rows (``journey_id`` null: cut at silences)."""
    rows = _with_journeys(events)
    once = rows.unique(["customer_id", "activity", "start"], keep="first", maintain_order=True)
    raw, distinct = _runs(rows, "activity"), _runs(once, "activity")
    served = rows.filter(pl.col("service").is_not_null())
    services = _runs(served, "service")
    naive = [
        _self_loops(raw),
        _alternations(raw, "L2", 3),
        _repetitions(raw, "L3"),
        _repetitions(services, "L5"),
        _alternations(services, "L6", _PING_PONG),
        _handoffs(served),
        _repeats(rows),
        _resubmissions(rows),
    ]
    bupar = [_self_loops(distinct), _repetitions(distinct, "L3")]
    return {"naive": _findings(naive), "bupar": _findings(bupar)}


def with_true_journeys(keyed: pl.DataFrame) -> pl.DataFrame:
    """Give raw rows the journeys that the oracle track tells the engine, too: one for each key."""
    return keyed.with_columns(pl.col("link_keys").list.first().alias("journey_id"))


def _with_journeys(events: pl.DataFrame) -> pl.DataFrame:
    ordered = events.sort(EVENT.order)
    gap = (pl.col("start") - pl.col("start").shift()).dt.total_microseconds()
    cut = (pl.col("customer_id") != pl.col("customer_id").shift()).fill_null(value=True) | (gap > GAP)
    number = pl.format("gap {}", cut.fill_null(value=True).cum_sum())
    return ordered.with_columns(pl.coalesce("journey_id", number).alias("journey")).sort(
        "journey", maintain_order=True
    )


def _runs(rows: pl.DataFrame, label: str) -> pl.DataFrame:
    """Return maximal runs of equal labels inside journeys, in order."""
    here = pl.struct("journey", label)
    numbered = rows.with_columns(here.rle_id().alias("run"))
    return numbered.group_by("run", maintain_order=True).agg(
        pl.col("customer_id", "journey").first(),
        pl.col(label).first().alias("label"),
        pl.col("event_id").alias("event_ids"),
    )


def _self_loops(runs: pl.DataFrame) -> pl.DataFrame:
    found = runs.filter(pl.col("event_ids").list.len() > 1)
    return found.select(
        pl.lit("L1").alias("code"),
        "customer_id",
        "event_ids",
        pl.col("event_ids").list.get(1, null_on_oob=True).alias("primary_event_id"),
    )


def _alternations(runs: pl.DataFrame, code: str, least: int) -> pl.DataFrame:
    """Find maximal stretches a b a (b ...) of at least ``least`` runs."""
    journey = "journey"
    back = (pl.col("label") == pl.col("label").shift(2).over(journey)).fill_null(value=False)
    marked = runs.with_columns(back.alias("back"), pl.int_range(pl.len()).alias("n"))
    fresh = pl.col("back") & ~pl.col("back").shift().over(journey).fill_null(value=False)
    marked = marked.with_columns(fresh.cum_sum().alias("loop"))
    loops = (
        marked.filter("back")
        .group_by("loop", maintain_order=True)
        .agg(
            pl.col("customer_id").first(),
            pl.col("n").min().alias("first") - 2,
            pl.col("n").max().alias("last"),
            pl.col("event_ids").first().list.first().alias("primary_event_id"),
        )
    )
    loops = loops.filter(pl.col("last") - pl.col("first") + 1 >= least)
    named = loops.select("loop", pl.int_ranges("first", pl.col("last") + 1).alias("n")).explode("n")
    events = named.join(marked.select("n", "event_ids"), on="n").sort("n").explode("event_ids")
    evidence = events.group_by("loop", maintain_order=True).agg("event_ids")
    return loops.join(evidence, on="loop").select(pl.lit(code).alias("code"), *_COLUMNS[1:])


def _repetitions(runs: pl.DataFrame, code: str) -> pl.DataFrame:
    """Find runs whose label was seen before in the journey."""
    earlier = pl.col("event_ids").list.last().shift().over("journey", "label")
    found = runs.with_columns(earlier.alias("earlier")).filter(pl.col("earlier").is_not_null())
    first = pl.col("event_ids").list.first()
    return found.select(
        pl.lit(code).alias("code"),
        "customer_id",
        pl.concat_list("earlier", first).alias("event_ids"),
        first.alias("primary_event_id"),
    )


def _handoffs(served: pl.DataFrame) -> pl.DataFrame:
    """Find every change of service between neighbouring rows of a journey."""
    here = ("service", "event_id", "contact_key", "direction")
    after = served.with_columns(pl.col(name).shift(-1).over("journey").alias(f"{name}_to") for name in here)
    pairs = after.filter(pl.col("service") != pl.col("service_to"))
    same = (pl.col("contact_key") == pl.col("contact_key_to")).fill_null(value=False)
    inbound = (pl.col("direction_to") == Direction.INBOUND).fill_null(value=False)
    code = pl.when(same).then(pl.lit("H1")).when(inbound).then(pl.lit("H3")).otherwise(pl.lit("H2"))
    return pairs.select(
        code.alias("code"),
        "customer_id",
        pl.concat_list("event_id", "event_id_to").alias("event_ids"),
        pl.col("event_id_to").alias("primary_event_id"),
    )


def _repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Pair each inbound row with the nearest earlier one of its customer and need, up to 7 days before."""
    known = rows.filter(pl.col("direction") == Direction.INBOUND, pl.col("need").is_not_null())
    pairs = _with_previous(known, ["customer_id", "need"], _WINDOW)
    other = (pl.col("channel") != pl.col("channel_before")).fill_null(value=False)
    parallel = other & (pl.col("gap") <= _PARALLEL)
    return _paired(pairs, pl.when(parallel).then(pl.lit("D2")).otherwise(pl.lit("D1")))


def _resubmissions(rows: pl.DataFrame) -> pl.DataFrame:
    """Pair each row with the nearest earlier one of the same content, up to 30 days before."""
    known = rows.filter(pl.col("payload_key").is_not_null())
    pairs = _with_previous(known, ["customer_id", "activity", "payload_key"], _RESUBMIT)
    return _paired(pairs, pl.lit("D3"))


def _with_previous(rows: pl.DataFrame, by: list[str], window: int) -> pl.DataFrame:
    ordered = rows.sort(*by, *EVENT.order[1:])
    before = ordered.with_columns(
        pl.col("event_id").shift().over(by).alias("event_id_before"),
        pl.col("channel").shift().over(by).alias("channel_before"),
        (pl.col("start") - pl.col("end").shift().over(by)).dt.total_microseconds().alias("gap"),
    )
    return before.filter(pl.col("event_id_before").is_not_null(), pl.col("gap") <= window)


def _paired(pairs: pl.DataFrame, code: pl.Expr) -> pl.DataFrame:
    return pairs.select(
        code.alias("code"),
        "customer_id",
        pl.concat_list("event_id_before", "event_id").alias("event_ids"),
        pl.col("event_id").alias("primary_event_id"),
    )


def _findings(parts: list[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat([part.select(_COLUMNS) for part in parts])
    return whole.with_columns(pl.lit(None, dtype=pl.String).alias("touchpoint"))
