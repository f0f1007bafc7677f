"""Gives an export's columns their meaning: our names, our choices, our instants; sets aside what has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from cjmine.domain.tables import EVENT, TEXTS
from cjmine.errors import nearest, shortened
from cjmine.ingest.clock import Clocked, Told
from cjmine.ingest.columns import BOOLEANS, CHOICES, DECIDED_LATER, FLAGS, KEEP, TEXT_COLUMNS, TIMES, schema
from cjmine.ingest.raw import shorten
from cjmine.ingest.settings import Mapped, Source
from cjmine.ingest.time_forms import Form
from cjmine.ingest.times import clocks_of

NO_CUSTOMER = "no customer id"
WITHOUT_ID = pl.Schema({"source": pl.String, "native_case_id": pl.String})


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What mapping made of some of a source's rows: events, rows set aside, how many were filtered.

    ``without_id`` (source, native_case_id) has one row per row set aside for want of any id;
    ``anonymous`` has these rows as EVENT rows, where asked for. ``clocks`` is what each column of
    times told, ``backwards`` how many rows end before they start.
    """

    events: pl.DataFrame
    faults: pl.DataFrame
    without_id: pl.DataFrame
    anonymous: pl.DataFrame
    filtered: int
    clocks: Mapping[str, Told]
    backwards: int


def events(
    frame: pl.DataFrame,
    source: Source,
    *,
    rank: int,
    timezone: str,
    keys: Sequence[str],
    forms: Mapping[str, Form],
    anonymous: bool = False,
) -> Events:
    """Turn selected rows of one file into events, in order; every row is accepted, set aside or filtered.

    ``forms`` says how each column of times is read.
    """
    if frame.is_empty():
        return _nothing(keys)
    kept = frame
    for name, values in source.keep.items():
        kept = kept.filter(pl.col(KEEP + name).is_in(list(values)))
    rows = _translated(kept.select(~pl.selectors.starts_with(KEEP)), source, keys)
    clocks = clocks_of(rows, source, timezone, forms)
    faults = _faults(rows, clocks, keys, _future(clocks["start"], source, timezone))
    nobody = faults.filter(pl.col("reason") == NO_CUSTOMER)["index"]
    finished = _finished(rows, clocks, source, rank)
    sound = finished.filter(~pl.col("index").is_in(faults["index"].implode())) if faults.height else finished
    good, backwards = _ended(sound)
    unnamed, _ = _ended(finished[nobody] if anonymous else finished.clear())
    done = EVENT.conform(good).drop(DECIDED_LATER).hstack(good.select("customer", *keys))
    return Events(
        events=done.select(schema(keys).names()),
        faults=faults.drop("index"),
        without_id=rows[nobody].select(pl.lit(source.name).alias("source"), "native_case_id"),
        anonymous=EVENT.conform(unnamed),
        filtered=frame.height - kept.height,
        clocks={name: clock.told for name, clock in clocks.items()},
        backwards=backwards,
    )


def _nothing(keys: Sequence[str]) -> Events:
    texts = dict.fromkeys(("column", "value", "reason"), pl.String)
    faults = {"source_file": pl.String, "source_row": pl.Int64, "line": pl.Int64, **texts}
    return Events(
        events=schema(keys).to_frame(),
        faults=pl.DataFrame(schema=faults),
        without_id=pl.DataFrame(schema=WITHOUT_ID),
        anonymous=EVENT.empty(),
        filtered=0,
        clocks={},
        backwards=0,
    )


def _translated(rows: pl.DataFrame, source: Source, keys: Sequence[str]) -> pl.DataFrame:
    """Apply null values, translations and constants; unmapped columns are null."""
    for name, mapped in source.columns.items():
        if rows[name].dtype == pl.String:
            rows = rows.with_columns(_value(name, mapped, source.null_values))
    absent = [name for name in (*TEXT_COLUMNS, *FLAGS, *TIMES, *keys) if name not in rows.columns]
    given = {name: source.constants.get(name) for name in absent}
    return rows.with_columns(
        pl.lit(None if value is None else str(value), pl.String).alias(name) for name, value in given.items()
    ).with_row_index("index")


def stated(values: pl.Series, source: Source) -> pl.Series:
    """Return the values of one of our columns (its name) as the source's settings translate them."""
    mapped = source.columns[values.name]
    return values.to_frame().select(_value(values.name, mapped, source.null_values)).to_series()


def _value(name: str, mapped: Mapped, null_values: Sequence[str]) -> pl.Expr:
    value = pl.col(name)
    value = (
        pl.when(value.is_in(list(null_values)) | (value.str.strip_chars() == "")).then(None).otherwise(value)
    )
    if mapped.map or mapped.default is not None:
        known = list(mapped.map)
        translated = (
            value.replace(known, pl.Series(list(mapped.map.values()), dtype=pl.String)) if known else value
        )
        other = value if mapped.default is None else pl.lit(mapped.default)
        value = pl.when(value.is_in(known)).then(translated).when(value.is_not_null()).then(other)
    return value.alias(name)


def _future(start: Clocked, source: Source, timezone: str) -> pl.Expr:
    """Give a reason for starts that an export cannot know because they came after it."""
    extracted = source.extracted_at(timezone)
    after = start.instants > extracted if extracted else False
    return pl.when(after).then(pl.lit(f"later than the export was made ({source.extracted})"))


def _faults(
    rows: pl.DataFrame, clocks: dict[str, Clocked], keys: Sequence[str], future: pl.Expr
) -> pl.DataFrame:
    """Return one row per event that cannot be used, with the first reason."""
    place = ("index", "source_file", "source_row", "line")
    reasons: list[tuple[str, pl.Expr | pl.Series]] = [
        (name, pl.when(pl.col(name).is_null()).then(pl.lit(f"no {word}")))
        for name, word in (("activity", "activity"), ("start", "start time"))
    ]
    reasons += [(name, clock.reasons) for name, clock in clocks.items()]
    reasons.append(("start", future))
    reasons += [(name, _not_chosen(rows[name], name, choice)) for name, choice in CHOICES.items()]
    for name in FLAGS:
        unread = pl.col(name).is_not_null() & ~pl.col(name).str.to_lowercase().is_in(list(BOOLEANS))
        reasons.append((name, pl.when(unread).then(pl.lit("not true or false"))))
    nobody = pl.all_horizontal(pl.col("customer", *keys).is_null())
    reasons.append(("customer", pl.when(nobody).then(pl.lit(NO_CUSTOMER))))
    parts = [
        rows.select(
            *place, pl.lit(name).alias("column"), pl.col(name).cast(pl.String).alias("value"), _named(reason)
        ).drop_nulls("reason")
        for name, reason in reasons
    ]
    return shorten(pl.concat(parts).unique(subset="index", keep="first", maintain_order=True).sort("index"))


def _named(reason: pl.Expr | pl.Series) -> pl.Expr:
    given = reason if isinstance(reason, pl.Expr) else pl.lit(reason)
    return given.cast(pl.String).alias("reason")


def _not_chosen(values: pl.Series, name: str, choice: type[StrEnum]) -> pl.Expr:
    """Say for each value outside a closed choice which valid one is nearest."""
    unknown = sorted(set(values.drop_nulls().unique()) - set(choice))
    said = [f"{shortened(value)} is not a {name}{nearest(value, list(choice))}" for value in unknown]
    return pl.col(name).replace_strict(unknown, said, default=None, return_dtype=pl.String)


def _finished(rows: pl.DataFrame, clocks: dict[str, Clocked], source: Source, rank: int) -> pl.DataFrame:
    """Add what every event has: its id, its instants, its link keys."""
    start = clocks["start"]
    end = clocks["end"].instants if "end" in clocks else start.instants
    flags = [
        pl.col(name).str.to_lowercase().replace_strict(BOOLEANS, default=None, return_dtype=pl.Boolean)
        for name in FLAGS
    ]
    return rows.with_columns(
        *flags,
        start.instants.alias("start"),
        end.alias("end").fill_null(start.instants),
        start.precision.alias("precision"),
        pl.lit(source.name).alias("source_system"),
        pl.lit(rank, pl.Int32).alias("system_rank"),
        pl.format("{}:{}:{}", pl.lit(source.name), "source_file", "source_row").alias("event_id"),
        _link_keys(source),
    )


def _link_keys(source: Source) -> pl.Expr:
    """Name the keys of scope case; lists of one need no search for nulls, and are by far the most."""
    given = [*source.columns, *source.constants]
    keys = {"native_case_id": f"{source.name}=", "case_key": "case="}
    links = [pl.lit(prefix) + pl.col(name) for name, prefix in keys.items() if name in given]
    if not links:
        return pl.lit(None, TEXTS).alias("link_keys")
    listed = pl.concat_list(links)
    if len(links) > 1:
        listed = listed.list.drop_nulls()
    return pl.when(pl.any_horizontal(link.is_not_null() for link in links)).then(listed).alias("link_keys")


def _ended(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Let no event end before it starts; count those that did."""
    backwards = int(rows.select((pl.col("end") < pl.col("start")).sum()).item())
    if not backwards:
        return rows, 0
    return rows.with_columns(pl.max_horizontal("start", "end").alias("end")), backwards
