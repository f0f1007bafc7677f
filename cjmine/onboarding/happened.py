"""When did a row happen, and what? The columns of times and of activities, by their names and values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from cjmine.errors import shortened
from cjmine.onboarding.columns import Column
from cjmine.onboarding.drafts import Draft
from cjmine.onboarding.plans import Chosen, Constant, Unsure
from cjmine.onboarding.words import ACTIVITY, END, LATER, START, hints, parts_of
from cjmine.onboarding.yaml_words import word

_FILLED = 0.9
_MOST = 300
_REPEATED = 0.3
_BACKWARDS = 0.02
_EVER_FILLED = 0.05
_NAMES = {"concept:name": 10, "time:timestamp": 10}
_LOOKED = 0.02
_GAP = timedelta(days=180)
_SHOWN = 6


def start_of(draft: Draft) -> Column | None:
    """Return the column that says when a row began, if one is filled often enough."""
    times = [one for one in draft.columns if one.moments is not None and one.share >= _FILLED]
    return max(times, key=lambda one: (_began(one), -draft.columns.index(one)), default=None)


def _began(column: Column) -> tuple[int, float, bool]:
    known = max(_NAMES.get(name, 0) for name in column.names)
    points = (
        known + 2 * hints(column.names, START) - 2 * hints(column.names, LATER) - hints(column.names, END)
    )
    fine = bool(column.moments and column.moments.fine)
    return points, round(column.share, 2), fine


def times_of(draft: Draft, start: Column) -> tuple[list[Chosen], list[Unsure]]:
    """Return the columns of start and, where one is never before it, end; other times are told."""
    found, unsure = [_time("start", start, _filled(start, draft))], list[Unsure]()
    for column in draft.columns:
        if column is start or column.moments is None:
            continue
        share = _before(start, column)
        told = (
            f"{_filled(column, draft)}; {share:.1%} of its times are before the start"
            if share
            else (f"{_filled(column, draft)}; never before the start")
        )
        fits = share <= _BACKWARDS and column.share >= _EVER_FILLED
        if fits and hints(column.names, END) and len(found) == 1:
            found.append(_time("end", column, told))
        else:
            unsure.append(Unsure(line=f"end: {word(column.name)}", why=f"a time too ({told})"))
    return found, unsure


def _time(ours: str, column: Column, why: str) -> Chosen:
    moments = column.moments
    assert moments is not None  # noqa: S101 - only columns of times are asked
    doubts = "".join(f"; {doubt}" for doubt in moments.doubts)
    local = "; times without an offset are taken as local" if moments.zone == "local" else ""
    return Chosen(
        ours=ours,
        column=column,
        why=f"{why}{local}{doubts}",
        format=moments.format,
        zone=moments.zone,
    )


def _before(start: Column, other: Column) -> float:
    assert start.moments is not None and other.moments is not None  # noqa: S101, PT018 - as above
    both = pl.DataFrame({"a": start.moments.instants, "b": other.moments.instants}).drop_nulls()
    return float((both["b"] < both["a"]).sum()) / max(both.height, 1)


def _filled(column: Column, draft: Draft) -> str:
    whole = column.filled == draft.rows
    return "every row has one" if whole else f"{column.share:.0%} of the rows have one"


def extracted_of(start: Column) -> tuple[str, str] | None:
    """Return the day of the last believable row where a few rows are dated far later than all others."""
    assert start.moments is not None  # noqa: S101 - as above
    moments = start.moments.instants.drop_nulls().sort()
    tail = moments.tail(int(moments.len() * _LOOKED) + 1)
    gaps = tail.diff()
    far = (gaps > _GAP).arg_true()
    if not far.len() or moments.len() < 1 / _LOOKED:
        return None
    at = int(far[0])
    last, after = tail[at - 1], tail[at]
    rows = tail.len() - at
    day = f"{last:%Y-%m-%d}"
    return (
        day,
        f"{rows:,} rows are dated {after:%Y-%m-%d} or later, after a gap; rows after this day are set aside",
    )


def activity_of(draft: Draft, used: Sequence[Column]) -> tuple[Chosen | Constant, list[Unsure]]:
    """Return the column that says what happened, or a constant where none says so plainly."""
    hinted = [
        (points, column)
        for column in draft.columns
        if column.moments is None
        and column.values.dtype == pl.String
        and not any(column is one for one in used)
        and (points := _hint(column))
    ]
    fit = [(points, one) for points, one in hinted if _categories(one, draft)]
    unsure = [
        Unsure(line=f"activity: {word(one.name)}", why=_unfit(one, draft))
        for points, one in hinted
        if not any(one is other for _, other in fit)
    ]
    if not fit:
        why = "no column says plainly what happened: every row is one step; name a column if there is one"
        return Constant(ours="activity", value=f"{draft.name} row", why=why), unsure
    best = max(fit, key=lambda one: (one[0], one[1].distinct.len(), -draft.columns.index(one[1])))[1]
    others = [
        Unsure(line=f"activity: {word(one.name)}", why=f"also possible: {seen(one)}")
        for _, one in fit
        if one is not best and not one.values.equals(best.values)
    ]
    return Chosen(ours="activity", column=best, why=seen(best)), [*unsure, *others]


def _hint(column: Column) -> int:
    known = max(_NAMES.get(name, 0) for name in column.names)
    return max([known, *(ACTIVITY.get(part, 0) for name in column.names for part in parts_of(name))])


def _categories(column: Column, draft: Draft) -> bool:
    kinds = column.distinct.len()
    return column.share >= _FILLED and 1 < kinds <= min(_MOST, max(_REPEATED * draft.rows, 2))


def _unfit(column: Column, draft: Draft) -> str:
    if column.share < _FILLED:
        return f"only {_filled(column, draft)}"
    kinds = column.distinct.len()
    return "one value only" if kinds == 1 else f"{kinds:,} different values: rather free text than steps"


def seen(column: Column) -> str:
    """Say how many values a column has and what the most frequent are."""
    kinds = column.distinct.len()
    shown = ", ".join(shortened(value, 30) for value in column.few[:_SHOWN])
    more = ", ..." if kinds > _SHOWN else ""
    return f"{kinds:,} value{'s' * (kinds != 1)}: {shown}{more}"
