"""The run in numbers: ``summary.json``, and the sentences that qualify them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import polars as pl

from cjmine.domain.models import IntendedJourney
from cjmine.domain.vocabulary import Status
from cjmine.errors import nearest

Tables = Mapping[str, pl.DataFrame]


class MinedModel(Protocol):
    """What a sentence about a discovered model needs."""

    @property
    def variants(self) -> int:
        """How many variants it was mined from."""
        ...

    @property
    def coverage(self) -> float:
        """The share of journeys they cover."""
        ...


def instants(spans: pl.DataFrame) -> dict[str, datetime]:
    """Return each system's last instant (2.15)."""
    return {
        name: last.replace(tzinfo=UTC) for name, last in spans.select("source_system", "last_us").iter_rows()
    }


def days(spans: pl.DataFrame) -> tuple[date, date]:
    """Return the first and the last day of the log."""
    if not spans.height:
        return date(1970, 1, 1), date(1970, 1, 1)
    first, last = spans.select(pl.col("first_us").min(), pl.col("last_us").max()).row(0)
    return first.date(), last.date()


def counts(tables: Tables, ledger: pl.DataFrame) -> dict[str, int]:
    """Return the rows that came in, every drop, and the rows of every table that came out."""
    rows = _rows(ledger)
    merged = rows["accepted"] - tables["events"].height
    return {**rows, "merged": merged, **{name: table.height for name, table in sorted(tables.items())}}


def _rows(ledger: pl.DataFrame) -> dict[str, int]:
    return {name: int(ledger[name].sum()) for name in ("read", "accepted", "quarantined", "filtered")}


def summary(
    tables: Tables, *, ledger: pl.DataFrame, systems: pl.DataFrame, pairs: pl.DataFrame, tallies: Tables
) -> dict[str, Any]:
    """Return the content of ``summary.json``.

    ``fitness`` is the mean over complete, checked journeys (null where none was
    checked); ``findings`` leaves out what the plan intends.
    """
    journeys = tables["journeys"]
    complete = journeys.filter(pl.col("fitness").is_not_null())
    echoes = tallies["echoes"]
    waste = tallies["totals"].filter(~pl.col("intended")).sort("code")
    return {
        "ledger": {
            "files": ledger.to_dicts(),
            **_rows(ledger),
        },
        "linkage": {"systems": systems.to_dicts(), "pairs": pairs.to_dicts()},
        "customers": journeys["customer_id"].n_unique(),
        "events": tables["events"].height,
        "journeys": journeys.height,
        "journeys_by_status": _counted(journeys, "status"),
        "journeys_by_type": _counted(journeys, "journey_type"),
        "contacts": tables["contacts"].height,
        "inbound_contacts": tables["contacts"].filter(pl.col("direction") == "inbound").height,
        "merged_echoes": int(echoes["rows"].sum()),
        "echoes": echoes.to_dicts(),
        "variants": journeys.select("journey_type", "variant").n_unique(),
        "fitness": complete["fitness"].mean(),
        "fitting_journeys": complete.filter(pl.col("cost") == 0).height,
        "checked_journeys": complete.height,
        "findings": {row.pop("code"): row for row in waste.drop("intended").to_dicts()},
        "intended_findings": _counted(tables["findings"].filter("intended"), "code"),
    }


def unseen(models: Mapping[str, IntendedJourney], journeys: pl.DataFrame, nodes: pl.DataFrame) -> list[str]:
    """Warn of intended journeys that no journey belongs to, and of steps that no event is."""
    types = set(journeys["journey_type"])
    warnings = []
    for name, model in sorted(models.items()):
        if name not in types:
            warnings.append(
                f"no journey is a {name!r}: no event has its need ({model.need!r}) or its start step"
            )
            continue
        happened = set(nodes.filter(pl.col("journey_type") == name)["touchpoint"])
        others = happened - set(model.steps)
        never = [f"{step!r}{nearest(step, others)}" for step in model.steps if step not in happened]
        if never:
            warnings.append(
                f"{name}: no event is the step {'; or '.join(never)}; check the names under 'map'"
            )
    return warnings


def _counted(table: pl.DataFrame, column: str) -> dict[str, int]:
    found = table.group_by(column).agg(pl.len().alias("n")).sort(column, nulls_last=True)
    return {str(name): n for name, n in found.iter_rows()}


def variants(distinct: pl.DataFrame, journeys: pl.DataFrame) -> pl.DataFrame:
    """Return distinct variants with their share, and the cost and fitness of their complete journeys."""
    complete = journeys.filter(pl.col("status") == Status.COMPLETE)
    costs = complete.group_by("journey_type", "variant").agg(pl.col("cost", "fitness").first())
    share = (pl.col("count") / pl.col("count").sum()).alias("share")
    joined = distinct.with_columns(share).join(costs, on=["journey_type", "variant"], how="left")
    return joined.sort("count", "journey_type", "variant", descending=[True, False, False])


def remarks(
    mined: Mapping[str, MinedModel], journeys: pl.DataFrame, notes: pl.DataFrame, abandon_after: timedelta
) -> list[str]:
    """Say what the figures rest on and leave out."""
    sentences = [
        f"no model of {name} was discovered: none of its {count:,} journeys is complete"
        for name, count in _counted(journeys, "journey_type").items()
        if name not in mined
    ]
    sentences += [
        f"the model of {name} was mined from its {found.variants:,} most frequent variants, "
        f"{found.coverage:.0%} of its complete journeys"
        for name, found in sorted(mined.items())
        if found.coverage < 1
    ]
    sentences += [
        f"{row['detector']}: {row['count']:,} x {row['note']}" for row in notes.iter_rows(named=True)
    ]
    sentences.append(
        f"an unfinished journey counts as abandoned after {abandon_after / timedelta(days=1):.0f} days "
        "of silence; until then it is open, and nothing is missing from it yet"
    )
    return sentences
