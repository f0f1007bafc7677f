"""Which source rows stand behind a finding?

The worst examples of each code, each with its journey's events; the choice is
fixed (most extra events, then longest wait, then id) and bounded, so that the
report stays small enough to send by e-mail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cjmine.report.wording import DASH, hours, number

PER_EXAMPLE, ROWS = 60, 7_000
_SMALLER = (PER_EXAMPLE, 40, 25, 16, 10)
_ORDER = ("start", "system_rank", "source_file", "source_row")
_IDS = ("event_id", "journey_id", "contact_id", "step_no", "merged_ids")
_WORDS = (
    "source_system",
    "service",
    "channel",
    "direction",
    "activity",
    "outcome",
    "source_file",
    "source_row",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event as the reader sees it; ``part`` says whether it is evidence, extra, or only nearby."""

    part: str
    time: str
    system: str
    service: str
    contact: str
    activity: str
    outcome: str
    file: str
    row: int
    also: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One finding with its events; ``hidden`` events of the journey are not shown."""

    id: str
    code: str
    message: str
    customer: str
    journey: str
    when: str
    extra: int
    wait: str
    confidence: str
    rows: tuple[Row, ...]
    hidden: int


def examples(chosen: pl.DataFrame, near: pl.DataFrame, timezone: str) -> dict[str, list[Example]]:
    """Return each code's chosen findings with their events, times in ``timezone``.

    ``near`` has the events of their journeys, and their evidence from elsewhere.
    """
    near = near.sort([*_ORDER, "event_id"]).select(
        *_IDS, *_WORDS, _clock("start", "precision", timezone).alias("time")
    )
    rows = near.to_dicts()
    by_id = {row["event_id"]: row for row in rows}
    by_journey: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        by_journey.setdefault(row["journey_id"], []).append(row)
    asked = chosen.with_columns(_clock("start", None, timezone).alias("when")).to_dicts()
    around = [_around(finding, by_journey, by_id) for finding in asked]
    limit = next((n for n in _SMALLER if sum(min(len(rows), n) for rows in around) <= ROWS), _SMALLER[-1])
    found: dict[str, list[Example]] = {}
    for finding, story in zip(asked, around, strict=True):
        found.setdefault(finding["code"], []).append(_example(finding, story, by_id, limit))
    return found


def _clock(column: str, precision: str | None, timezone: str) -> pl.Expr:
    local = pl.col(column).dt.convert_time_zone(timezone)
    minute = local.dt.strftime("%-d %b %Y %H:%M")
    if precision is None:
        return minute.fill_null("")
    return (
        pl.when(pl.col(precision) == "day")
        .then(local.dt.strftime("%-d %b %Y"))
        .when(pl.col(precision) == "s")
        .then(local.dt.strftime("%-d %b %Y %H:%M:%S"))
        .otherwise(minute)
    )


def _around(
    finding: Mapping[str, Any],
    by_journey: Mapping[str | None, Sequence[dict[str, Any]]],
    by_id: Mapping[str, dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return the events of the finding's journey, and its evidence from elsewhere, in order of time."""
    journey = list(by_journey.get(finding["journey_id"], ())) if finding["journey_id"] is not None else []
    inside = {row["event_id"] for row in journey}
    outside = [by_id[i] for i in finding["event_ids"] or () if i not in inside and i in by_id]
    if not outside:
        return journey
    order = {event_id: place for place, event_id in enumerate(by_id)}
    return sorted([*journey, *outside], key=lambda row: order[row["event_id"]])


def _example(
    finding: Mapping[str, Any],
    story: Sequence[dict[str, Any]],
    by_id: Mapping[str, dict[str, Any]],
    limit: int,
) -> Example:
    extra, evidence = set(finding["extra_event_ids"] or ()), set(finding["event_ids"] or ())
    marked = [i for i, row in enumerate(story) if row["event_id"] in extra | evidence]
    # the evidence first, then what lies nearest to it
    ranked = sorted(range(len(story)), key=lambda i: (min((abs(i - m) for m in marked), default=i), i))
    kept = sorted(ranked[:limit])
    return Example(
        id=finding["finding_id"],
        code=finding["code"],
        message=finding["message"],
        customer=finding["customer_id"],
        journey=finding["journey_id"] or "no journey",
        when=finding["when"],
        extra=finding["n_extra_events"],
        wait="" if finding["wait_h"] is None else hours(finding["wait_h"]),
        confidence=finding["confidence"],
        rows=tuple(_row(story[i], extra, evidence, by_id) for i in kept),
        hidden=len(story) - len(kept),
    )


def _row(
    event: Mapping[str, Any], extra: set[str], evidence: set[str], by_id: Mapping[str, dict[str, Any]]
) -> Row:
    also = [_source(event_id) for event_id in event["merged_ids"] or ()]
    first = by_id.get(event["contact_id"]) if event["step_no"] is None else None
    if first is not None and first["event_id"] != event["event_id"]:
        also.append(f"same contact as {first['source_file']} row {number(first['source_row'])}")
    part = "extra" if event["event_id"] in extra else "evidence" if event["event_id"] in evidence else ""
    return Row(
        part=part,
        time=event["time"],
        system=event["source_system"],
        service=event["service"] or DASH,
        contact=", ".join(word for word in (event["channel"], event["direction"]) if word) or DASH,
        activity=event["activity"],
        outcome=event["outcome"] or DASH,
        file=event["source_file"],
        row=event["source_row"],
        also="; ".join(also),
    )


def _source(event_id: str) -> str:
    """Return ``file row n (system)`` for an event id (``system:file:n``)."""
    system, _, rest = event_id.partition(":")
    file, _, row = rest.rpartition(":")
    return f"{file} row {row} ({system})" if file else event_id
