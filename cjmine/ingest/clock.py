"""Turns one whole column of times into instants: one reading per column, said aloud, never guessed.

Zones follow the IANA database. A local time that a clock change skips is set
aside; one that occurs twice is taken as the earlier and counted.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import polars as pl

from cjmine.domain.tables import TIME
from cjmine.domain.vocabulary import Precision
from cjmine.errors import SettingsError, SourceError, nearest, shortened
from cjmine.ingest.day_numbers import moments
from cjmine.ingest.settings import EXCEL_DAYS, Mapped
from cjmine.ingest.time_forms import ISO, ISO_FORMS, Form, Forms, Looks, decide, look, shaped

EARLIEST, LATEST = datetime(1901, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - compared with local and UTC times
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_SECOND, _DAY = Precision.SECOND, Precision.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What reading some of a column's values told, to be summed over all of them."""

    values: int = 0
    read: int = 0
    days: int = 0
    twice: int = 0
    example: str = ""

    def __add__(self, other: Told) -> Told:
        """Return what both told together."""
        return Told(
            values=self.values + other.values,
            read=self.read + other.read,
            days=self.days + other.days,
            twice=self.twice + other.twice,
            example=self.example or other.example,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """A column of times, read: UTC instants, precision per value, and why a value has none."""

    instants: pl.Series
    precision: pl.Series
    reasons: pl.Series
    told: Told
    warnings: tuple[str, ...] = ()


def read_times(values: pl.Series, mapped: Mapped, timezone: str, place: str) -> Clocked:
    """Read a whole column of text or datetimes as UTC microseconds.

    ``place`` names the column in messages. Raises ``SourceError`` where the
    column's form is unknown, ambiguous, or mixes times with and without offset,
    and ``SettingsError`` for an unknown zone.
    """
    looks = look(values, mapped) if values.dtype == pl.String else Looks()
    form = decide(looks, mapped, place)
    found = apply(values, mapped, form, timezone, place)
    return replace(found, warnings=said(found.told, form, mapped, timezone, place))


def apply(values: pl.Series, mapped: Mapped, form: Form, timezone: str, place: str) -> Clocked:
    """Read some values of a column whose form is decided."""
    zone = _zone(mapped, timezone, place)
    if isinstance(values.dtype, pl.Datetime):
        read, precision = values.cast(pl.Datetime("us", values.dtype.time_zone)), _constant(values, _SECOND)
    elif mapped.format in {"epoch s", "epoch ms"}:
        read, precision = _epoch(values, mapped.format), _constant(values, _SECOND)
    elif mapped.format == EXCEL_DAYS:
        read, precision = _excel(values, form.patterns[0][1])
    else:
        read, precision = _parse(shaped(values.str.strip_chars(), form), form.patterns)
    instants, reasons, twice = _instants(read, values, zone)
    if mapped.precision:
        precision = _constant(values, mapped.precision)
    told = Told(
        values=values.len() - values.null_count(),
        read=read.len() - read.null_count(),
        days=int((precision == _DAY).sum()),
        twice=twice,
        example=shortened(values.drop_nulls().first()) if values.null_count() < values.len() else "",
    )
    return Clocked(instants=instants, precision=precision, reasons=reasons, told=told)


def said(told: Told, form: Form, mapped: Mapped, timezone: str, place: str) -> tuple[str, ...]:
    """Say what reading a whole column told; raises ``SourceError`` where nothing has the declared format."""
    if told.values and not told.read and mapped.format:
        msg = f"{place}: no value has the declared format '{mapped.format}', such as {told.example}"
        raise SourceError(msg)
    warnings = list(form.warnings)
    if told.twice:
        zone = _zone(mapped, timezone, place)
        warnings.append(
            f"{place}: {told.twice} local times occur twice as {zone} turns clocks back; the earlier is taken"
        )
    if told.days and not mapped.precision:
        warnings.append(
            f"{place}: {told.days} dates have no time of day; their order inside a day is unknown"
        )
    return tuple(warnings)


def _constant(values: pl.Series, precision: Precision) -> pl.Series:
    return pl.repeat(precision.value, values.len(), dtype=pl.String, eager=True)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # looks through hundreds of files


def _zone(mapped: Mapped, timezone: str, place: str) -> str:
    zone = timezone if mapped.zone in {None, "local"} else str(mapped.zone)
    known = _zones()
    if zone not in known:
        msg = f"{place}: there is no time zone '{zone}'{nearest(zone, known)}"
        raise SettingsError(msg)
    return zone


def _epoch(values: pl.Series, form: str) -> pl.Series:
    scale = 1_000_000 if form == "epoch s" else 1_000
    number = values.cast(pl.Float64, strict=False)
    limit = 2.0**62 / scale  # beyond it a double no longer fits the integer it is cast to
    exact = (number.set(number.abs() >= limit, None) * scale).round(0).cast(pl.Int64)
    return exact.cast(TIME)


def _excel(values: pl.Series, unit: Precision) -> tuple[pl.Series, pl.Series]:
    """Read day numbers, and the real dates that a sheet may hold beside them."""
    text = values.str.strip_chars()
    dates, precision = _parse(text.set(~text.str.contains(ISO), None), ISO_FORMS)
    numbers = moments(text)
    written = dates.is_not_null()
    return dates.zip_with(written, numbers), precision.zip_with(written, _constant(values, unit))


def _parse(text: pl.Series, forms: Forms) -> tuple[pl.Series, pl.Series]:
    """Parse each value by the first pattern that fits all of it."""
    text = text.set(text.str.contains(r":60(\D|$)"), None)  # a leap second is not a time of ours
    aware = any(mark in forms[0][0] for mark in ("%z", "%:z", "%#z", "%+"))
    time = pl.repeat(None, text.len(), dtype=pl.Datetime("us", "UTC" if aware else None), eager=True)
    precision = pl.repeat(None, text.len(), dtype=pl.String, eager=True)
    for form, kind in forms:
        left = time.is_null() & text.is_not_null()
        if not left.any():
            break
        found = text.str.to_datetime(
            form, time_unit="us", time_zone="UTC" if aware else None, strict=False, ambiguous="earliest"
        )
        hit = left & found.is_not_null()
        time, precision = found.zip_with(hit, time), _constant(text, kind).zip_with(hit, precision)
    return time, precision


def _instants(read: pl.Series, values: pl.Series, zone: str) -> tuple[pl.Series, pl.Series, int]:
    """Place local times in their zone, give a reason for each value without a usable instant; count folds."""
    naive = isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone is None
    utc, twice = read, 0
    if naive:
        utc = read.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        latest = read.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
        twice = int((utc != latest).sum())
    utc = utc.dt.convert_time_zone("UTC").cast(TIME)
    walls = [utc.dt.replace_time_zone(None), *([read] if naive else [])]
    wrong = pl.repeat(value=False, n=read.len(), eager=True)
    for wall in walls:
        wrong = wrong | ((wall < EARLIEST) | (wall >= LATEST) | (wall == _EPOCH)).fill_null(value=False)
    table = pl.DataFrame(
        {"value": values.is_not_null(), "read": read.is_not_null(), "utc": utc, "wrong": wrong}
    )
    reason = (
        pl.when(~pl.col("value"))
        .then(None)
        .when(~pl.col("read"))
        .then(pl.lit("not a time in this column's form"))
        .when(pl.col("wrong"))
        .then(pl.lit("a placeholder or impossible time"))
        .when(pl.col("utc").is_null())
        .then(pl.lit(f"a local time that the clock change in {zone} skips"))
    )
    reasons = table.select(reason.alias("reason")).to_series()
    return utc.set(reasons.is_not_null(), None), reasons, twice
