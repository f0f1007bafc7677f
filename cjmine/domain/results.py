"""What a finished run hands to the report and to library users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from cjmine.domain.models import IntendedJourney, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished run; every figure in the report comes from here.

    Tables follow ``domain.tables`` where named there. The others:

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
    - ``deviations``: FINDING rows with codes V1, V2, V3, V8
    - ``totals``: code, count, journeys, customers, per_100_journeys, extra_events
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
    events: pl.DataFrame
    contacts: pl.DataFrame
    journeys: pl.DataFrame
    moves: pl.DataFrame
    flows: pl.DataFrame
    nodes: pl.DataFrame
    variants: pl.DataFrame
    deviations: pl.DataFrame
    findings: pl.DataFrame
    totals: pl.DataFrame
    models: Mapping[str, IntendedJourney]
    discovered: Mapping[str, Tree]
