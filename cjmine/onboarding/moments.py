"""Does a column hold times, and in which form? The whole column decides; what is a guess is said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from cjmine.domain.vocabulary import Precision
from cjmine.errors import CjmineError
from cjmine.ingest.clock import read_times
from cjmine.ingest.settings import EXCEL_DAYS, Mapped
from cjmine.ingest.time_forms import Looks, look
from cjmine.onboarding.words import BIRTH, TIME, hints

_MOST = 0.95
_COMPACT = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}
_NAMED = (
    *("%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y"),
    *("%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%b %d, %Y %I:%M %p", "%B %d, %Y"),
)
_SHORT = r"^\d{1,2}([/.-])\d{1,2}[/.-]\d{2}( \d{1,2}:\d{2}(:\d{2})?)?$"
_EPOCHS = (("epoch s", 1e9), ("epoch ms", 1e12))
_EPOCH_LENGTH = {"epoch s": 10, "epoch ms": 13}
_SAMPLE = 20_000
_DAYS = (30_000, 60_000)  # 1982 to 2064
_CHECK = "day and month cannot be told apart here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """A column of times: the form to declare, its instants (UTC), whether they name a time of day, doubts."""

    format: str | None
    zone: str | None
    instants: pl.Series
    fine: bool
    doubts: tuple[str, ...] = ()


def moments_in(values: pl.Series, names: tuple[str, ...], timezone: str) -> Moments | None:
    """Return how a column of text (or instants) is read as times, or ``None`` where it is none.

    ``timezone`` is where local times are of; it also says which of day and month comes first where no
    value proves it.
    """
    if hints(names, BIRTH) or not values.len() - values.null_count():
        return None
    if isinstance(values.dtype, pl.Datetime):
        aware = values.dtype.time_zone is not None
        return _read(values, None, None if aware else "local", timezone)
    sample = values.drop_nulls().head(_SAMPLE).str.strip_chars()
    form, doubts = _form(sample, values, timezone, hinted=hints(names, TIME))
    if form is None:
        return None
    zone: str | None = {"epoch s": "UTC", "epoch ms": "UTC"}.get(form, "local")
    if "%z" in form or (form == "iso" and _look(sample).aware):
        zone = None
    found = _read(values, form, zone, timezone)
    if found is None:
        return None
    return Moments(
        format=form, zone=zone, instants=found.instants, fine=found.fine, doubts=(*found.doubts, *doubts)
    )


def _look(values: pl.Series) -> Looks:
    return look(values, Mapped.model_validate({"from": "x"}))


def _form(  # noqa: PLR0911 (one answer for each form)
    sample: pl.Series, values: pl.Series, timezone: str, *, hinted: bool
) -> tuple[str | None, tuple[str, ...]]:
    """Choose the form of a column's text; numbers count as times only where the name says so."""
    looks = _look(sample)
    if looks.iso >= _MOST * looks.values:
        return "iso", ()
    if looks.local >= _MOST * looks.values:
        return _local(_look(values), values, timezone)
    lengths = Counter(sample.str.len_chars().to_list())
    length, often = lengths.most_common(1)[0]
    digits = sample.str.contains(r"^\d+$").mean() or 0
    if float(str(digits)) >= _MOST and often >= _MOST * sample.len():
        compact = _COMPACT.get(length)
        if compact and _reads(sample, compact):
            return compact, ()
        numbers = sample.cast(pl.Float64, strict=False)
        for form, scale in _EPOCHS:
            within = ((numbers > 0.6 * scale) & (numbers < 2.2 * scale)).mean()
            if hinted and length == _EPOCH_LENGTH[form] and float(str(within or 0)) >= _MOST:
                return form, ()
    if hinted and _excel(sample):
        return EXCEL_DAYS, ("numbers that a spreadsheet may have counted days with",)
    short = sample.str.contains(_SHORT)
    if float(str(short.mean() or 0)) >= _MOST:
        return _short(values.drop_nulls().str.strip_chars(), timezone)
    return next((form for form in _NAMED if _reads(sample, form)), None), ()


def _excel(sample: pl.Series) -> bool:
    plain = sample.str.contains(r"^\d{5}(\.\d+)?$")
    numbers = sample.cast(pl.Float64, strict=False)
    within = plain & (numbers > _DAYS[0]) & (numbers < _DAYS[1])
    return bool(within.sum() >= _MOST * sample.len())


def _reads(sample: pl.Series, form: str) -> bool:
    """Tell whether nearly all values are times of our days in this form."""
    found = (
        sample.str.to_datetime(form, time_unit="us", strict=False)
        if "%H" in form or "%I" in form
        else (sample.str.to_date(form, strict=False).cast(pl.Datetime("us")))
    )
    years = found.dt.year()
    return bool(((years >= 1950) & (years < 2100)).sum() >= _MOST * sample.len())  # noqa: PLR2004


def _local(looks: Looks, values: pl.Series, timezone: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the pattern of dates such as 3/4/2024, by the largest numbers in either place."""
    if looks.day_first and looks.month_first:
        return None, ()
    order, doubts = _order(looks.day_first, looks.month_first, timezone, looks.examples[:1])
    text = values.drop_nulls().str.strip_chars()
    mark = text.str.extract(r"^\d+([/.-])").drop_nulls().value_counts(sort=True)
    separator = (
        str(mark.sort("count", text.name or "", descending=[True, False])[0, 0]) if mark.height else "/"
    )
    date = order.replace("/", separator)
    tails = [
        (date + between + tail, text.str.contains(shape).sum())
        for between in (" ", "T")
        for tail, shape in (
            ("%H:%M:%S", rf"{between}\d+:\d+:\d+$"),
            ("%H:%M:%S%.f", rf"{between}\d+:\d+:\d+\.\d+$"),
            ("%H:%M", rf"{between}\d+:\d+$"),
            ("%I:%M %p", rf"{between}\d+:\d+ [AaPp][Mm]$"),
            ("%I:%M:%S %p", rf"{between}\d+:\d+:\d+ [AaPp][Mm]$"),
        )
    ]
    tails.append((date, text.str.contains(r"^\S+[/.-]\d{4}$").sum()))
    form, often = max(tails, key=lambda one: one[1])
    if often < text.len():
        doubts = (*doubts, f"{text.len() - often:,} values are written in another form")
    return form, doubts


def _short(text: pl.Series, timezone: str) -> tuple[str, tuple[str, ...]]:
    """Return the pattern of dates with a year of two digits."""
    numbers = text.str.extract_groups(r"^(\d+)([/.-])(\d+)").struct.unnest()
    first, second = (numbers.to_series(at).cast(pl.Int32, strict=False) for at in (0, 2))
    high = 12
    order, doubts = _order(
        "x" if (first > high).any() else "", "x" if (second > high).any() else "", timezone, [text[0]]
    )
    date = order.replace("%Y", "%y").replace("/", str(numbers.to_series(1).drop_nulls()[0]))
    time = "" if not text.str.contains(":").any() else " %H:%M"
    return date + time + (":%S" if text.str.contains(r":\d+:").any() else ""), doubts


def _order(
    day_first: str, month_first: str, timezone: str, examples: list[str] | tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    american = timezone.startswith("America/")
    stands_first = day_first or not (month_first or american)
    order = "%d/%m/%Y" if stands_first else "%m/%d/%Y"
    if day_first:
        return order, ()
    if month_first:
        return order, () if american else (
            "the month stands first, as in America: if a vendor there wrote it, say `zone: America/New_York`",
        )
    first = "month" if american else "day"
    shown = f", as in {examples[0]}" if examples else ""
    return order, (f"CHECK: {_CHECK}{shown}; the {first} is taken to stand first",)


def _read(values: pl.Series, form: str | None, zone: str | None, timezone: str) -> Moments | None:
    mapped = Mapped.model_validate({"from": "x", "format": form, "zone": zone})
    try:
        clocked = read_times(values, mapped, timezone, "x")
    except CjmineError:
        return None
    filled, read = clocked.told.values, clocked.instants.len() - clocked.instants.null_count()
    if read < _MOST * filled:
        return None
    doubts = (f"{filled - read:,} of {filled:,} values are no times",) if read < filled else ()
    fine = bool((clocked.precision != Precision.DAY.value).any())
    return Moments(format=form, zone=zone, instants=clocked.instants, fine=fine, doubts=doubts)
