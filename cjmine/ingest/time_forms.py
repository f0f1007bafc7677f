"""In which form is a column of times written? Decided once for the whole column, never value by value.

What the values look like is counted (``Looks``), part by part, and the counts of all parts together
decide: a reading needs half of the values, day before month needs a number above 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cjmine.domain.vocabulary import Precision
from cjmine.errors import SourceError, shortened
from cjmine.ingest.day_numbers import moments
from cjmine.ingest.settings import EXCEL_DAYS, Mapped

_TIME = r"\d{2}:\d{2}(:[0-5]\d([.,]\d{1,9})?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?"
ISO = rf"^\d{{4}}[-/]\d{{2}}[-/]\d{{2}}([T ]{_TIME})?$"
_AWARE = r":\d{2}([.,]\d+)?\s?(Z|[+-]\d{2}(:?\d{2})?)$"
_DATE = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_LOCAL = _DATE + r"([ T]\d{1,2}:\d{2}(:[0-5]\d([.,]\d{1,9})?)?( [AaPp][Mm])?)?$"
_NUMBER = r"^\d{9,}(\.\d+)?$"
_DAYS = r"^\d{5}(\.\d+)?$"
_SECOND, _MINUTE, _DAY = Precision.SECOND, Precision.MINUTE, Precision.DAY
ISO_FORMS = (("%Y-%m-%d %H:%M:%S%.f", _SECOND), ("%Y-%m-%d %H:%M", _MINUTE), ("%Y-%m-%d", _DAY))
_ISO_AWARE = (("%Y-%m-%d %H:%M:%S%.f%#z", _SECOND), ("%Y-%m-%d %H:%M%#z", _MINUTE))
_SUFFIXES = (
    (" %H:%M:%S%.f", _SECOND),
    (" %H:%M", _MINUTE),
    ("", _DAY),
    (" %I:%M:%S%.f %p", _SECOND),
    (" %I:%M %p", _MINUTE),
)
_MONTHS = 12
_SHOWN = 2
Forms = Sequence[tuple[str, Precision]]
_NAMED = ("epoch s", "epoch ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a column is read: the patterns to try in order, the shape its text is brought into, what to say."""

    patterns: Forms
    shape: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How many values look like what, each with its first example; adds up over the parts of a column."""

    values: int = 0
    iso: int = 0
    local: int = 0
    numbers: int = 0
    days: int = 0
    aware: str = ""
    naive: str = ""
    other: str = ""
    day_first: str = ""
    month_first: str = ""
    examples: tuple[str, ...] = ()
    part_days: bool = False

    def __add__(self, other: Looks) -> Looks:
        """Return how both look together."""
        return Looks(
            values=self.values + other.values,
            iso=self.iso + other.iso,
            local=self.local + other.local,
            numbers=self.numbers + other.numbers,
            days=self.days + other.days,
            aware=self.aware or other.aware,
            naive=self.naive or other.naive,
            other=self.other or other.other,
            day_first=self.day_first or other.day_first,
            month_first=self.month_first or other.month_first,
            examples=tuple(dict.fromkeys((*self.examples, *other.examples)))[:_SHOWN],
            part_days=self.part_days or other.part_days,
        )


def undecided(mapped: Mapped) -> bool:
    """Tell whether the whole column has to be seen before any of it can be read."""
    return mapped.format in {None, "iso", EXCEL_DAYS}


def look(values: pl.Series, mapped: Mapped) -> Looks:
    """Count what the values of a part of a column look like; a declared form needs no looks."""
    if not undecided(mapped):
        return Looks()
    text = values.str.strip_chars().drop_nulls()
    if mapped.format == EXCEL_DAYS:
        numbers = moments(text).drop_nulls()
        return Looks(values=text.len(), part_days=not (numbers == numbers.dt.truncate("1d")).all())
    iso = text.str.contains(ISO)
    written, others = text.filter(iso), text.filter(~iso)
    aware = written.str.contains(_AWARE)
    local = others.filter(others.str.contains(_LOCAL))
    first, second = (local.str.extract(_DATE, group).cast(pl.Int32) for group in (1, 2))
    return Looks(
        values=text.len(),
        iso=written.len(),
        local=local.len(),
        numbers=int(others.str.contains(_NUMBER).sum()),
        days=int(others.str.contains(_DAYS).sum()),
        aware=_first(written.filter(aware)),
        naive=_first(written.filter(~aware)),
        other=_first(others),
        day_first=_first(local.filter(first > _MONTHS)),
        month_first=_first(local.filter(second > _MONTHS)),
        examples=tuple(shortened(value) for value in local.unique(maintain_order=True).head(_SHOWN)),
    )


def _first(values: pl.Series) -> str:
    return shortened(values.first()) if values.len() else ""


def decide(looks: Looks, mapped: Mapped, place: str) -> Form:
    """Choose the one reading of a column; raises ``SourceError`` where there is none, or more than one."""
    declared = mapped.format
    if declared == EXCEL_DAYS:
        return Form(patterns=(("", _SECOND if looks.part_days else _DAY),))
    if declared in _NAMED:
        return Form(patterns=())
    if declared not in {None, "iso"}:
        return Form(patterns=((str(declared), _precision_of(str(declared))),))
    if declared == "iso" or looks.iso * 2 >= looks.values:
        return _iso(looks, place)
    if looks.local * 2 >= looks.values:
        return _local(looks, place)
    if looks.numbers * 2 >= looks.values:
        msg = f"{place}: numbers such as {looks.other}; state `format: epoch s` or `format: epoch ms`"
    elif looks.days * 2 >= looks.values:
        msg = (
            f"{place}: numbers such as {looks.other}; "
            "state `format: excel` if a spreadsheet counted these days"
        )
    else:
        msg = f"{place}: {looks.other} is in no known form; state its format, such as `%d/%m/%Y %H:%M`"
    raise SourceError(msg)


def _precision_of(form: str) -> Precision:
    if any(part in form for part in ("%S", "%T", "%X", "%c", "%r", "%s", "%+")):
        return _SECOND
    return _MINUTE if any(part in form for part in ("%H", "%I", "%R", "%k", "%l")) else _DAY


def _iso(looks: Looks, place: str) -> Form:
    if looks.aware and looks.naive:
        msg = (
            f"{place}: some times have a zone offset, such as {looks.aware}, "
            f"and some have none, such as {looks.naive}"
        )
        raise SourceError(msg, "export them in one way, or map them as two sources")
    return Form(patterns=_ISO_AWARE if looks.aware else ISO_FORMS, shape="iso")


def _local(looks: Looks, place: str) -> Form:
    """Decide day/month order from the whole column; it must be proved by a number above 12."""
    if looks.day_first and looks.month_first:
        msg = f"{place}: day and month change places ({looks.day_first}, {looks.month_first})"
        raise SourceError(msg)
    if not looks.day_first and not looks.month_first:
        msg = f"{place}: day and month cannot be told apart ({', '.join(looks.examples)})"
        raise SourceError(
            msg,
            "state how times are written: `format: '%d/%m/%Y %H:%M'` in a project file, "
            "--time-format '%d/%m/%Y %H:%M' for a single log",
        )
    order, word = ("%d/%m/%Y", "day") if looks.day_first else ("%m/%d/%Y", "month")
    proof = looks.day_first or looks.month_first
    return Form(
        patterns=tuple((order + tail, kind) for tail, kind in _SUFFIXES),
        shape="local",
        warnings=(f"{place}: read with the {word} first, because of values such as {proof}",),
    )


def shaped(text: pl.Series, form: Form) -> pl.Series:
    """Bring text into the shape that the form's patterns expect; what does not look like it becomes null."""
    match form.shape:
        case "iso":
            plain = text.set(~text.str.contains(ISO), None).str.replace_all("/", "-", literal=True)
            plain = plain.str.replace("T", " ", literal=True).str.replace(",", ".", literal=True)
            return plain.str.replace(r"(\d) ?(Z|[+-]\d{2}:?\d{0,2})$", "$1$2")
        case "local":
            plain = text.set(~text.str.contains(_LOCAL), None).str.replace(_DATE, "$1/$2/$3")
            return plain.str.replace("T", " ", literal=True).str.replace(",", ".", literal=True)
        case _:
            return text
