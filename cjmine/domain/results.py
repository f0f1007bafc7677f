"""What a finished run hands to the report and to library users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from cjmine.domain.models import IntendedJourney, Tree
from cjmine.domain.rows import Rows
from cjmine.domain.tables import CONTACT, EVENT, FINDING, JOURNEY, MOVE, WATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished run; every figure in the report comes from here.

    ``rows`` reaches the tables of ``domain.tables`` partition by partition; they
    may be larger than memory. ``events``, ``contacts``, ``journeys``, ``moves``,
    ``findings``, ``watch`` and ``deviations`` each load one of them whole, every time they
    are asked for. The other tables are small:

    - ``ledger``: source, file, sha256, read, accepted, quarantined, filtered
    - ``quarantine``: source, file, row, line, column, value, reason
    - ``systems``: system, rows, rows_without_id, cases_without_id, ids, customers,
      matched, only_here, ambiguous
    - ``pairs``: system_a, system_b, customers, of_a, of_b, share_of_a, share_of_b
    - ``crosswalk``: file, rows, used, joining
    - ``echoes``: kind, system_a, system_b, rows (rows folded into another)
    - ``flows``: source, target, count, median_wait_h, p90_wait_h
    - ``nodes``: touchpoint, service, events, journeys, starts, ends
    - ``variants``: journey_type, variant, steps (list), count, share, cost, fitness
    - ``kinds``: journey_type, status, journeys, contacts, checked, fitting (journeys
      that were aligned; those of them without a deviation)
    - ``medians``: journey_type, days (the median length)
    - ``deviation_kinds``: journey_type, code, touchpoint, count, journeys
    - ``totals``: code, count, journeys, customers, per_100_journeys, extra_events
    - ``worst``: FINDING rows, the examples that the report shows
    - ``clauses``: journey_type, kind, clause, asked, kept, broken, pending, unknown, journeys,
      journeys_broken: of each limit, channel, service, rule and step of a plan
    - ``standards``: see ``report.standards.SCHEMA``: how often each was kept
    - ``standard_times``: journey_type, standard, elapsed (days, or minutes where the limit is of hours or
      minutes; pauses taken off), ended, count: how long each wait took
    - ``urgent``: WATCH rows, the most urgent of each kind

    ``since`` says what was taken over from the last run of the project, and how the map has changed.
    """

    name: str
    title: str
    summary: Mapping[str, Any]
    record: Mapping[str, Any]
    warnings: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    ledger: pl.DataFrame
    quarantine: pl.DataFrame
    systems: pl.DataFrame
    pairs: pl.DataFrame
    crosswalk: pl.DataFrame
    echoes: pl.DataFrame
    rows: Rows
    flows: pl.DataFrame
    nodes: pl.DataFrame
    variants: pl.DataFrame
    kinds: pl.DataFrame
    medians: pl.DataFrame
    deviation_kinds: pl.DataFrame
    totals: pl.DataFrame
    worst: pl.DataFrame
    clauses: pl.DataFrame
    standards: pl.DataFrame
    standard_times: pl.DataFrame
    urgent: pl.DataFrame
    models: Mapping[str, IntendedJourney]
    discovered: Mapping[str, Tree]
    since: tuple[str, ...] = ()

    @property
    def events(self) -> pl.DataFrame:
        """All EVENT rows; loads the whole table."""
        return self.rows.table(EVENT)

    @property
    def contacts(self) -> pl.DataFrame:
        """All CONTACT rows; loads the whole table."""
        return self.rows.table(CONTACT)

    @property
    def journeys(self) -> pl.DataFrame:
        """All JOURNEY rows; loads the whole table."""
        return self.rows.table(JOURNEY)

    @property
    def moves(self) -> pl.DataFrame:
        """All MOVE rows; loads the whole table."""
        return self.rows.table(MOVE)

    @property
    def findings(self) -> pl.DataFrame:
        """All FINDING rows; loads the whole table."""
        return self.rows.table(FINDING)

    @property
    def watch(self) -> pl.DataFrame:
        """All WATCH rows: what the plan still expects of journeys under way; loads the whole table."""
        return self.rows.table(WATCH)

    @property
    def deviations(self) -> pl.DataFrame:
        """Return the findings from the intended journey (codes V1 ... V10); loads all findings."""
        return self.findings.filter(pl.col("code").str.starts_with("V"))
