"""What does each section of the report say, in numbers ready to be written down?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from cjmine.domain.codes import CODES, meaning
from cjmine.domain.results import Run
from cjmine.domain.tables import CONTACT, EVENT, JOURNEY
from cjmine.domain.vocabulary import Status
from cjmine.report.counts import of_complete
from cjmine.report.wording import DASH, setting

VARIANTS, STEPS, REASONS = 10, 40, 25
_RECORDED = ("timezone", "versions", "seeds", "python", "platform")
_DIGESTS = ("sha256", "hash", "fingerprint", "version", "digest")


def answer(run: Run) -> dict[str, Any]:
    """Return the numbers of the opening paragraph."""
    checked, as_intended = of_complete(run.kinds)
    others = pl.col("code").is_in(["D5", "SLA"]) | pl.col("code").str.starts_with("V")
    found = run.totals.filter(~others)
    top = found.sort(["count", "code"], descending=[True, False]).head(1).to_dicts()
    return {
        "customers": run.summary["customers"],
        "journeys": run.rows.height(JOURNEY),
        "systems": run.systems.height,
        "contacts": run.rows.height(CONTACT),
        "events": run.rows.height(EVENT),
        "echoes": int(run.echoes["rows"].sum()),
        "checked": checked,
        "as_intended": as_intended,
        "top": top[0] if top else None,
    }


def journey_counts(run: Run) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the statuses that occur, and per journey type the count of each."""
    kinds = run.kinds.with_columns(pl.col("status").fill_null("not known"))
    seen = set(kinds["status"].to_list())
    statuses = [status for status in (*map(str, Status), "not known") if status in seen]
    days = dict(run.medians.iter_rows())
    rows = []
    for name in sorted(kinds["journey_type"].unique().to_list()):
        mine = kinds.filter(pl.col("journey_type") == name)
        part = dict(mine.select("status", "journeys").iter_rows())
        total = sum(part.values())
        rows.append(
            {
                "name": name,
                "title": run.models[name].title if name in run.models else name,
                "counts": [part.get(status, 0) for status in statuses],
                "total": total,
                "days": days.get(name),
                "contacts": mine["contacts"].sum() / total,
            }
        )
    return statuses, rows


def top_variants(run: Run) -> list[dict[str, Any]]:
    """Return the most frequent ways through, with steps in words."""
    planned = run.variants.with_columns(pl.col("journey_type").is_in(sorted(run.models)).alias("planned"))
    order = ["planned", "count", "journey_type", "variant"]
    rows = planned.sort(order, descending=[True, True, False, False]).head(VARIANTS)
    found = []
    for row in rows.to_dicts():
        titles = titles_of(run, row["journey_type"])
        steps = row["steps"] or []
        found.append(
            {
                **row,
                "chips": [titles.get(step, in_words(step)) for step in steps[:STEPS]],
                "more": max(0, len(steps) - STEPS),
            }
        )
    return found


def titles_of(run: Run, journey_type: str | None) -> Mapping[str, str]:
    """Return the step titles of a journey type's model."""
    model = run.models.get(journey_type or "")
    return model.titles if model else {}


def all_titles(run: Run) -> dict[str, str]:
    """Return the step titles of all models; of two titles for one step, the first model's by name."""
    return {
        step: title
        for name in sorted(run.models, reverse=True)
        for step, title in titles_of(run, name).items()
    }


def in_words(step: str | None) -> str:
    """Return a step's name as words.

    >>> in_words("close_old_account")
    'close old account'
    """
    return (step or DASH).replace("_", " ")


def deviations(run: Run) -> list[dict[str, Any]]:
    """Return each kind of deviation per journey type and step, most journeys first."""
    checked = dict(run.kinds.group_by("journey_type").agg(pl.col("checked").sum()).iter_rows())
    rows = run.deviation_kinds.sort(
        ["journeys", "count", "journey_type", "code", "touchpoint"],
        descending=[True, True, False, False, False],
    )
    found = []
    for row in rows.to_dicts():
        name = row["touchpoint"]
        step = titles_of(run, row["journey_type"]).get(name, in_words(name))
        found.append(
            {
                **row,
                "step": step,
                "name": meaning(row["code"]).name,
                "of": checked.get(row["journey_type"], 0),
            }
        )
    return found


def standards(run: Run) -> list[dict[str, Any]]:
    """Return how each standard was kept, with its journey type in words."""
    return [
        {**row, "type": run.models[row["journey_type"]].title} for row in run.standards.iter_rows(named=True)
    ]


def found_codes(run: Run) -> list[dict[str, Any]]:
    """Return the totals of each finding code with its meaning, in the codes' own order."""
    order = {code: i for i, code in enumerate(CODES)}
    rows = run.totals.filter(~pl.col("code").str.starts_with("V")).to_dicts()
    rows.sort(key=lambda row: (order.get(row["code"], len(order)), row["code"]))
    return [{**row, **meaning(row["code"])._asdict()} for row in rows]


def quarantine_reasons(run: Run) -> tuple[list[dict[str, Any]], int]:
    """Return why rows were set aside, most frequent first, and how many reasons are left out."""
    rows = (
        run.quarantine.group_by("source", "file", "column", "reason")
        .agg(pl.len().alias("count"), pl.col("row").min().alias("first_row"))
        .sort(["count", "source", "file", "column", "reason"], descending=[True, False, False, False, False])
    )
    return rows.head(REASONS).to_dicts(), max(0, rows.height - REASONS)


def parameters(run: Run) -> list[tuple[str, str, str]]:
    """Return every parameter as (group, name, value with unit)."""
    return [
        (group, name, setting(value))
        for group, values in sorted(run.parameters.items())
        for name, value in sorted(values.items())
    ]


def record(run: Run) -> list[tuple[str, str]]:
    """Return what identifies the run; clock times are left to ``run.json``, so equal runs look equal."""
    return [
        (name, value)
        for name, value in _flat(run.record)
        if name.split(".")[0] in _RECORDED or any(word in name.lower() for word in _DIGESTS)
    ]


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _flat(value[key], f"{name}.{key}" if name else str(key))
    else:
        yield name, setting(value)
