"""Which share of what was due was kept, and how likely is it to be done in time, for each standard?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from cjmine.domain.deadlines import BY_DATE
from cjmine.domain.incidence import Completion, completion
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Length, Standard, Unit
from cjmine.domain.shares import wilson

SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "journey_type": pl.String,
    "standard": pl.String,
    "title": pl.String,
    "limit": pl.String,
    "due": pl.Int64,
    "met": pl.Int64,
    "breached": pl.Int64,
    "open_breached": pl.Int64,
    "share_met": pl.Float64,
    "share_met_low": pl.Float64,
    "share_met_high": pl.Float64,
    "early": pl.Int64,
    "pending": pl.Int64,
    "standing": pl.Int64,
    "excluded": pl.Int64,
    "done_in_time": pl.Float64,
    "done_in_time_low": pl.Float64,
    "done_in_time_high": pl.Float64,
    "mean_up_to_twice": pl.Float64,
}
"""``due`` is met + breached + open_breached. ``done_in_time``: the chance to be done within the limit (Aalen
and Johansen), with those that wait still; ``mean_up_to_twice``: the mean wait in the limit's unit, each
counted up to twice the limit. Intervals are of 95 %."""
_COUNTS = ("met", "breached", "open_breached", "early", "pending", "standing", "excluded")


def table(tally: pl.DataFrame, times: pl.DataFrame, models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return one row of ``SCHEMA`` for each standard of the plans, in their order, from both tallies."""
    known = {(row["journey_type"], row["standard"]): row for row in tally.iter_rows(named=True)}
    rows = []
    for name, standard in every(models):
        counts = known.get((name, standard.name), dict.fromkeys(_COUNTS, 0))
        due = counts["met"] + counts["breached"] + counts["open_breached"]
        low, high = wilson(counts["met"], due) or (None, None)
        rows.append(
            {
                "journey_type": name,
                "standard": standard.name,
                "title": standard.title,
                "limit": f"at most {standard.most}" if standard.limit is None else str(standard.limit),
                "due": due,
                **{count: counts[count] for count in _COUNTS},
                "share_met": counts["met"] / due if due else None,
                "share_met_low": low,
                "share_met_high": high,
                **_in_time(curve(times, name, standard), standard),
            }
        )
    return pl.DataFrame(rows, schema=dict(SCHEMA))


def every(models: Mapping[str, IntendedJourney]) -> Iterator[tuple[str, Standard]]:
    """Yield each standard of the plans with the journey type it is of."""
    for name, model in sorted(models.items()):
        for standard in model.standards:
            yield name, standard


def curve(times: pl.DataFrame, journey_type: str, standard: Standard) -> Completion | None:
    """Return the curve of completion of a standard that promises a time; ``None`` where nothing began."""
    mine = times.filter(journey_type=journey_type, standard=standard.name)
    return completion(mine) if mine.height else None


def within(limit: Length) -> int:
    """Return a limit as elapsed times are counted: days, else minutes."""
    return limit.amount if limit.unit in BY_DATE or limit.unit is Unit.MINUTE else 60 * limit.amount


def _in_time(found: Completion | None, standard: Standard) -> dict[str, float | None]:
    if found is None or standard.limit is None:
        return {}
    limit = within(standard.limit)
    low, high = found.interval(limit) or (None, None)
    unit = limit / standard.limit.amount if standard.limit.amount else 1
    return {
        "done_in_time": found.by(limit),
        "done_in_time_low": low,
        "done_in_time_high": high,
        "mean_up_to_twice": found.mean_up_to(2 * limit) / unit,
    }


def as_summary(standards: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of ``table`` by journey type and standard, for ``summary.json``."""
    found: dict[str, dict[str, Any]] = {}
    for row in standards.iter_rows(named=True):
        found.setdefault(row.pop("journey_type"), {})[row.pop("standard")] = row
    return found
