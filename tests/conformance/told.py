"""Run the kernels of conformance over a few events, as a run does."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from cjmine.conformance.aligned import align_all
from cjmine.conformance.kernels import BEYOND, COSTS, DEVIATION_NOTES, DEVIATIONS, MOVES
from cjmine.discovery.variants import count_variants, distinct_variants
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.models import IntendedJourney
from cjmine.engine.local import enrich
from cjmine.intended.automaton import automaton_of
from cjmine.intended.notation import load_journey
from cjmine.journeys.kernels import ARRANGE, STATUS
from cjmine.project.schema import Clock
from tests.builders import arranged, at, context, events, numbers

LATER = 24 * 400
"""Hours after which every journey that is not ended has come to a halt."""
YEARS = date(2026, 1, 1), date(2027, 12, 31)
HEAD = "journey: x\nneed: n\nclock: {timezone: UTC, working: Mon-Fri 09:00-17:00}\nends: {success: [z]}\n"


class Told(NamedTuple):
    """What the kernels made of the events."""

    partition: Partition
    context: Context
    outputs: Mapping[str, pl.DataFrame]

    def found(self, *codes: str) -> list[tuple[str, str, list[int]]]:
        """Return code, touchpoint and the numbers of the events of each finding, V1 to V10 or some."""
        rows = self.partition.findings
        kept = rows.filter(pl.col("code").is_in(codes)) if codes else rows
        told = kept.select("code", "touchpoint", "event_ids").rows()
        return sorted((code, about, numbers(ids)) for code, about, ids in told)

    def said(self, code: str) -> list[str]:
        """Return the messages of one code."""
        return self.partition.findings.filter(code=code)["message"].to_list()

    def watch(self) -> list[tuple[str, str]]:
        """Return kind and name of what is watched."""
        return sorted(self.partition.watch.select("kind", "name").rows())

    @property
    def notes(self) -> int:
        return int(self.outputs["conformance_notes"]["count"].sum())

    def clause(self, text: str) -> dict[str, int]:
        """Return the measures of one clause that are not zero."""
        rows = self.outputs["clauses"].filter(clause=text).to_dicts()
        return {
            name: value for row in rows for name, value in row.items() if isinstance(value, int) and value
        }


def told(model: IntendedJourney, rows: Sequence[Mapping[str, Any]], *, seen: float = LATER) -> Told:
    """Arrange, align and compare; ``seen`` is the end of the log in hours."""
    frame = events([{"need": model.need, "link_keys": ["case=1"], **row} for row in rows])
    clock = Clock().deadlines(model.clock, *YEARS)
    first = context(models={model.name: model}, extracted_at={"crm": at(seen)}, deadlines={model.name: clock})
    variants = distinct_variants(count_variants(arranged(frame, first), first))
    aligned = align_all(variants, first.models, {model.name: automaton_of(model.net)})
    given = dataclasses.replace(first, aligned=aligned)
    kernels = (*ARRANGE, STATUS, COSTS, MOVES, DEVIATIONS, DEVIATION_NOTES, *BEYOND)
    partition, outputs = enrich(Partition(events=frame), kernels, given)
    return Told(partition, given, outputs)


def plan(folder: Path, steps: str, more: str = "") -> IntendedJourney:
    """Return a plan that ends with ``z``; ``steps`` is a YAML list."""
    path = folder / "x.journey.yaml"
    path.write_text(f"{HEAD}{more}\nsteps: {steps}\n", encoding="utf-8")
    return load_journey(path)


def word(letters: str, *, apart: float = 24, **more: Any) -> list[dict[str, Any]]:
    """Return one event for each letter, so many hours apart."""
    return [{"activity": letter, "h": apart * place, **more} for place, letter in enumerate(letters)]
