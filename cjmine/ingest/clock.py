"""Turns one whole column of times into instants: one reading per column, said aloud, never guessed.

Zones follow the IANA database. A local time that a clock change skips is set
aside; one that occurs twice is taken as the earlier and counted.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cjmine.domain.tables import TIME
from cjmine.domain.vocabulary import Precision
from cjmine.errors import SettingsError, SourceError, nearest, shortened
from cjmine.ingest.day_numbers import moments
from cjmine.ingest.settings import EXCEL_DAYS, Mapped

EARLIEST, LATEST = datetime(1901, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - compared with local and UTC times
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_TIME = r"\d{2}:\d{2}(:[0-5]\d([.,]\d{1,9})?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?"
_ISO = rf"^\d{{4}}[-/]\d{{2}}[-/]\d{{2}}([T ]{_TIME})?$"
_AWARE = r":\d{2}([.,]\d+)?\s?(Z|[+-]\d{2}(:?\d{2})?)$"
_DATE = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_LOCAL = _DATE + r"([ T]\d{1,2}:\d{2}(:[0-5]\d([.,]\d{1,9})?)?( [AaPp][Mm])?)?$"
_NUMBER = r"^\d{9,}(\.\d+)?$"
_DAYS = r"^\d{5}(\.\d+)?$"
_SECOND, _MINUTE, _DAY = Precision.SECOND, Precision.MINUTE, Precision.DAY
_ISO_FORMS = (("%Y-%m-%d %H:%M:%S%.f", _SECOND), ("%Y-%m-%d %H:%M", _MINUTE), ("%Y-%m-%d", _DAY))
_ISO_AWARE = (("%Y-%m-%d %H:%M:%S%.f%#z", _SECOND), ("%Y-%m-%d %H:%M%#z", _MINUTE))
_SUFFIXES = (
    (" %H:%M:%S%.f", _SECOND),
    (" %H:%M", _MINUTE),
    ("", _DAY),
    (" %I:%M:%S%.f %p", _SECOND),
    (" %I:%M %p", _MINUTE),
)
_MONTHS = 12
Forms = Sequence[tuple[str, Precision]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """A column of times, read: UTC instants, precision per value, and why a value has none."""

    instants: pl.Series
    precision: pl.Series
    reasons: pl.Series
    warnings: tuple[str, ...] = ()


def read_times(values: pl.Series, mapped: Mapped, timezone: str, place: str) -> Clocked:
    """Read text or datetimes as UTC microseconds.

    ``place`` names the column in messages. Raises ``SourceError`` where the
    column's form is unknown, ambiguous, or mixes times with and without offset,
    and ``SettingsError`` for an unknown zone.
    """
    zone = _zone(mapped, timezone, place)
    warnings: list[str] = []
    if isinstance(values.dtype, pl.Datetime):
        read, precision = values.cast(pl.Datetime("us", values.dtype.time_zone)), _constant(values, _SECOND)
    elif mapped.format in {"epoch s", "epoch ms"}:
        read, precision = _epoch(values, mapped.format), _constant(values, _SECOND)
    elif mapped.format == EXCEL_DAYS:
        read, precision = _excel(values)
    else:
        text = values.str.strip_chars()
        text, forms = _forms(text, mapped.format, place, warnings)
        read, precision = _parse(text, forms)
    if values.len() > values.null_count() and read.null_count() == read.len() and mapped.format:
        example = shortened(values.drop_nulls().first())
        msg = f"{place}: no value has the declared format '{mapped.format}', such as {example}"
        raise SourceError(msg)
    instants, reasons = _instants(read, values, zone, place, warnings)
    if mapped.precision:
        precision = _constant(values, mapped.precision)
    if (days := (precision == _DAY).sum()) and not mapped.precision:
        warnings.append(f"{place}: {days} dates have no time of day; their order inside a day is unknown")
    return Clocked(instants=instants, precision=precision, reasons=reasons, warnings=tuple(warnings))


def _constant(values: pl.Series, precision: Precision) -> pl.Series:
    return pl.repeat(precision.value, values.len(), dtype=pl.String, eager=True)


def _zone(mapped: Mapped, timezone: str, place: str) -> str:
    zone = timezone if mapped.zone in {None, "local"} else str(mapped.zone)
    known = zoneinfo.available_timezones()
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


def _excel(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read day numbers, and the real dates that a sheet may hold beside them."""
    text = values.str.strip_chars()
    dates, precision = _parse(text.set(~text.str.contains(_ISO), None), _ISO_FORMS)
    numbers = moments(text)
    whole = (numbers.drop_nulls() == numbers.drop_nulls().dt.truncate("1d")).all()
    written = dates.is_not_null()
    return dates.zip_with(written, numbers), precision.zip_with(
        written, _constant(values, _DAY if whole else _SECOND)
    )


def _forms(text: pl.Series, declared: str | None, place: str, warnings: list[str]) -> tuple[pl.Series, Forms]:
    """Choose the chrono patterns of a column, and bring its text into their shape."""
    if declared not in {None, "iso"}:
        return text, ((str(declared), _precision_of(str(declared))),)
    count = text.len() - text.null_count()
    iso = text.str.contains(_ISO)
    if declared == "iso" or int(iso.sum()) * 2 >= count:
        return _iso(text.set(~iso, None), place)
    local = text.str.contains(_LOCAL)
    if int(local.sum()) * 2 >= count:
        return _local(text.set(~local, None), place, warnings)
    example = shortened(text.filter(~iso).drop_nulls().first())
    if int(text.str.contains(_NUMBER).sum()) * 2 >= count:
        msg = f"{place}: numbers such as {example}; state `format: epoch s` or `format: epoch ms`"
        raise SourceError(msg)
    if int(text.str.contains(_DAYS).sum()) * 2 >= count:
        msg = f"{place}: numbers such as {example}; state `format: excel` if a spreadsheet counted these days"
        raise SourceError(msg)
    msg = f"{place}: {example} is in no known form; state its format, such as `%d/%m/%Y %H:%M`"
    raise SourceError(msg)


def _precision_of(form: str) -> Precision:
    if any(part in form for part in ("%S", "%T", "%X", "%c", "%r", "%s", "%+")):
        return _SECOND
    return _MINUTE if any(part in form for part in ("%H", "%I", "%R", "%k", "%l")) else _DAY


def _iso(text: pl.Series, place: str) -> tuple[pl.Series, Forms]:
    aware = text.str.contains(_AWARE)
    with_offset, without = text.filter(aware), text.filter(~aware)
    if with_offset.len() and without.len():
        ours, theirs = shortened(with_offset.first()), shortened(without.first())
        msg = f"{place}: some times have a zone offset, such as {ours}, and some have none, such as {theirs}"
        raise SourceError(msg, "export them in one way, or map them as two sources")
    plain = text.str.replace_all("/", "-", literal=True).str.replace("T", " ", literal=True)
    plain = plain.str.replace(",", ".", literal=True).str.replace(r"(\d) ?(Z|[+-]\d{2}:?\d{0,2})$", "$1$2")
    return plain, _ISO_AWARE if with_offset.len() else _ISO_FORMS


def _local(text: pl.Series, place: str, warnings: list[str]) -> tuple[pl.Series, Forms]:
    """Decide day/month order from the whole column; it must be proved by a number above 12."""
    first, second = (text.str.extract(_DATE, group).cast(pl.Int32) for group in (1, 2))
    day_first, month_first = (first > _MONTHS), (second > _MONTHS)
    examples = [shortened(value) for value in text.drop_nulls().unique(maintain_order=True).head(2)]
    if day_first.any() == month_first.any():
        if day_first.any():
            examples = [shortened(text.filter(mask).first()) for mask in (day_first, month_first)]
            msg = f"{place}: day and month change places ({examples[0]}, {examples[1]})"
            raise SourceError(msg)
        msg = f"{place}: day and month cannot be told apart ({', '.join(examples)})"
        raise SourceError(
            msg,
            "state how times are written: `format: '%d/%m/%Y %H:%M'` in a project file, "
            "--time-format '%d/%m/%Y %H:%M' for a single log",
        )
    order, word = ("%d/%m/%Y", "day") if day_first.any() else ("%m/%d/%Y", "month")
    proof = shortened(text.filter(day_first if day_first.any() else month_first).first())
    warnings.append(f"{place}: read with the {word} first, because of values such as {proof}")
    plain = text.str.replace(_DATE, "$1/$2/$3").str.replace("T", " ", literal=True)
    return plain.str.replace(",", ".", literal=True), [(order + tail, kind) for tail, kind in _SUFFIXES]


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


def _instants(
    read: pl.Series, values: pl.Series, zone: str, place: str, warnings: list[str]
) -> tuple[pl.Series, pl.Series]:
    """Place local times in their zone, and give a reason for each value without a usable instant."""
    naive = isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone is None
    utc = read
    if naive:
        utc = read.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        twice = (utc != read.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")).sum()
        if twice:
            warnings.append(
                f"{place}: {twice} local times occur twice as {zone} turns clocks back; the earlier is taken"
            )
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
    return utc.set(reasons.is_not_null(), None), reasons
