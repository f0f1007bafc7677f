"""The run in numbers: ``summary.json``, and the sentences that qualify them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import polars as pl

from cjmine.domain.kernel import ALIGNED
from cjmine.domain.models import IntendedJourney
from cjmine.domain.rows import Rows
from cjmine.domain.tables import EVENT, TABLES
from cjmine.domain.vocabulary import Status
from cjmine.errors import nearest
from cjmine.report.counts import of_complete

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


def counts(rows: Rows, ledger: pl.DataFrame) -> dict[str, int]:
    """Return the rows that came in, every drop, and the rows of every table that came out."""
    read, heights = _read(ledger), {table.name: rows.height(table) for table in TABLES}
    merged = read["accepted"] - heights[EVENT.name]
    return {**read, "merged": merged, **dict(sorted(heights.items()))}


def _read(ledger: pl.DataFrame) -> dict[str, int]:
    return {name: int(ledger[name].sum()) for name in ("read", "accepted", "quarantined", "filtered")}


def summary(
    counted: Mapping[str, int],
    *,
    ledger: pl.DataFrame,
    systems: pl.DataFrame,
    pairs: pl.DataFrame,
    tallies: Tables,
    costs: pl.DataFrame,
) -> dict[str, Any]:
    """Return the content of ``summary.json``.

    ``counted`` comes from ``counts``, ``costs`` from ``checked``. ``fitness`` is
    the mean over complete, checked journeys (null where none was checked);
    ``findings`` leaves out what the plan intends.
    """
    echoes, kinds, found = tallies["echoes"], tallies["kinds"], tallies["totals"].sort("code")
    heads = dict(tallies["heads"].iter_rows())
    waste = found.filter(~pl.col("intended")).drop("intended")
    complete, fitting = of_complete(kinds)
    return {
        "ledger": {"files": ledger.to_dicts(), **_read(ledger)},
        "linkage": {"systems": systems.to_dicts(), "pairs": pairs.to_dicts()},
        "customers": heads.get("customers", 0),
        "events": counted["events"],
        "journeys": counted["journeys"],
        "journeys_by_status": _counted(kinds, "status"),
        "journeys_by_type": _counted(kinds, "journey_type"),
        "contacts": counted["contacts"],
        "inbound_contacts": heads.get("inbound_contacts", 0),
        "merged_echoes": int(echoes["rows"].sum()),
        "echoes": echoes.to_dicts(),
        "variants": tallies["variants"].select("journey_type", "variant").n_unique(),
        "fitness": _mean_fitness(costs),
        "fitting_journeys": fitting,
        "checked_journeys": complete,
        "findings": {row.pop("code"): row for row in waste.to_dicts()},
        "intended_findings": dict(found.filter("intended").select("code", "count").iter_rows()),
    }


def _mean_fitness(costs: pl.DataFrame) -> float | None:
    """Return the mean over journeys, summed exactly: the order of the variants must not show in it."""
    rated = costs.drop_nulls("fitness").group_by("fitness").agg(pl.col("journeys").sum())
    journeys = int(rated["journeys"].sum())
    if not journeys:
        return None
    return math.fsum(fitness * count for fitness, count in rated.iter_rows()) / journeys


def unseen(models: Mapping[str, IntendedJourney], kinds: pl.DataFrame, nodes: pl.DataFrame) -> list[str]:
    """Warn of intended journeys that no journey belongs to, and of steps that no event is."""
    types = set(kinds["journey_type"])
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


def _counted(kinds: pl.DataFrame, column: str) -> dict[str, int]:
    found = kinds.group_by(column).agg(pl.col("journeys").sum()).sort(column, nulls_last=True)
    return {str(name): n for name, n in found.iter_rows()}


def checked(variants: pl.DataFrame, aligned: Tables) -> pl.DataFrame:
    """Return journey_type, variant, journeys, cost, fitness of complete journeys, by variant.

    ``variants`` is the tally of pass 2; all journeys of a variant share its
    alignment. Cost and fitness are null where no intended journey is known.
    """
    complete = variants.filter(pl.col("status") == Status.COMPLETE.value)
    counted = complete.group_by("journey_type", "variant").agg(pl.col("journeys").sum())
    costs = aligned.get("costs", pl.DataFrame(schema=dict(ALIGNED["costs"])))
    whole = costs.filter("whole").select("journey_type", "variant", "cost", "fitness")
    return counted.join(whole, on=["journey_type", "variant"], how="left")


def variants(distinct: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Return distinct variants with their share, and the cost and fitness of their complete journeys."""
    share = (pl.col("count") / pl.col("count").sum()).alias("share")
    known = costs.select("journey_type", "variant", "cost", "fitness")
    joined = distinct.with_columns(share).join(known, on=["journey_type", "variant"], how="left")
    return joined.sort("count", "journey_type", "variant", descending=[True, False, False])


def remarks(
    mined: Mapping[str, MinedModel], kinds: pl.DataFrame, notes: pl.DataFrame, abandon_after: timedelta
) -> list[str]:
    """Say what the figures rest on and leave out."""
    sentences = [
        f"no model of {name} was discovered: none of its {count:,} journeys is complete"
        for name, count in _counted(kinds, "journey_type").items()
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
