"""How is a standard that was missed said in plain words, with its dates, as a column of messages?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.deadlines import BY_DATE
from cjmine.domain.lengths import HOUR, MINUTE
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Anchor, Length, Standard, Unit

_WORDS = {
    Unit.MINUTE: "minute",
    Unit.HOUR: "hour",
    Unit.WORKING_HOUR: "working hour",
    Unit.DAY: "day",
    Unit.WORKING_DAY: "working day",
}
_HOUR = HOUR // MINUTE


def length_said(length: Length) -> str:
    """Return a length of time in words.

    >>> length_said(Length(10, Unit.WORKING_DAY))
    '10 working days'
    """
    return f"{length.amount:,} {_WORDS[length.unit]}{'' if length.amount == 1 else 's'}"


def missed_time(late: pl.DataFrame, standard: Standard, model: IntendedJourney, timezone: str) -> pl.Series:
    """Say of ITEM rows when each was due, how long it had, and how late it came, if it did."""
    limit = standard.limit
    if limit is None or not late.height:
        return pl.Series("message", [], dtype=pl.String)
    form = "%-d %b %Y" if limit.unit in BY_DATE else "%-d %b %Y, %H:%M"
    due, since, done = (
        pl.col(name).dt.convert_time_zone(timezone).dt.strftime(form) for name in ("due", "since", "done")
    )
    allowed = limit.amount if limit.unit in BY_DATE else limit.amount * _minutes(limit.unit)
    stop = model.titles.get(standard.stop, standard.stop)
    begun = "the start" if standard.start == Anchor.START else repr(_title(model, standard.start))
    paused = (
        pl.when(pl.col("paused") > 0)
        .then(pl.format(" and {} of pauses", _amount(pl.col("paused"), limit.unit)))
        .otherwise(pl.lit(""))
    )
    head = pl.format(
        "{}: {} was due by {}, {}{} after {} on {}",
        *map(pl.lit, (standard.title, f"'{stop}'")),
        due,
        pl.lit(length_said(limit)),
        paused,
        pl.lit(begun),
        since,
    )
    late_by = _amount(pl.col("spent") - allowed, limit.unit)
    came = pl.format(" and came on {}, {} late.", done, late_by)
    whole = head + pl.when(pl.col("done").is_null()).then(pl.lit(" and has not come.")).otherwise(came)
    return late.select(whole.alias("message"))["message"]


def missed_number(standard: Standard) -> pl.Expr:
    """Say of NUMBERED rows how often it happened."""
    times = "once" if standard.most == 1 else f"{standard.most:,} times"
    return pl.format(
        "{}: it happened {} times; the standard is at most {}.",
        *(pl.lit(standard.title), pl.col("rows").list.len(), pl.lit(times)),
    )


def _title(model: IntendedJourney, step: str) -> str:
    return model.titles.get(step, step)


def _minutes(unit: Unit) -> int:
    return 1 if unit is Unit.MINUTE else _HOUR


def _amount(number: pl.Expr, unit: Unit) -> pl.Expr:
    """Say a number of days, or of minutes, in the words of the unit."""
    if unit in BY_DATE:
        plural = pl.when(number == 1).then(pl.lit("")).otherwise(pl.lit("s"))
        return pl.format(f"{{}} {_WORDS[unit]}{{}}", number, plural)
    hour = _WORDS[Unit.HOUR if unit is Unit.MINUTE else unit]
    hours, minutes = number // _HOUR, number % _HOUR
    return (
        pl.when(number < _HOUR)
        .then(pl.format("{} min", number))
        .when(hours == 1)
        .then(pl.format(f"1 {hour} {{}} min", minutes))
        .otherwise(pl.format(f"{{}} {hour}s {{}} min", hours, minutes))
    )
