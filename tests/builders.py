"""Small events for tests: say only what matters, the rest has defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.models import IntendedJourney
from cjmine.domain.settings import Settings
from cjmine.domain.tables import EVENT
from cjmine.engine import passes
from cjmine.engine.local import LocalEngine, enrich
from cjmine.engine.passes import Pass, from_store
from cjmine.engine.store import ALL, Store
from cjmine.engine.tasks import Progress
from cjmine.journeys.kernels import ARRANGE, STATUS

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def events(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return EVENT rows; ``h`` is the start in hours after a Monday, ``until`` the end."""
    filled = []
    for number, row in enumerate(rows):
        given = dict(row)
        start = at(given.pop("h", number))
        end = given.pop("until", None)
        source = given.get("source_system", "crm")
        filled.append(
            {
                "event_id": f"{source}:file:{number}",
                "customer_id": "c1",
                "source_system": source,
                "system_rank": 0,
                "source_file": "file",
                "source_row": number,
                "activity": "A",
                "start": start,
                "end": at(end) if end is not None else start,
                "precision": "s",
                **given,
            }
        )
    frame = pl.DataFrame(filled, infer_schema_length=None)
    return EVENT.conform(frame).sort(EVENT.order, maintain_order=True)


def context(*settings: Settings, models: Mapping[str, IntendedJourney] | None = None, **more: Any) -> Context:
    return Context(settings={type(one).__name__: one for one in settings}, models=models or {}, **more)


def arranged(frame: pl.DataFrame, given: Context, *kernels: Kernel) -> Partition:
    return enrich(Partition(events=frame), (*ARRANGE, STATUS, *kernels), given)[0]


def passed(
    store: Store, kernels: Sequence[Kernel], given: Context, *, progress: Progress | None = None
) -> tuple[Store, dict[str, pl.DataFrame]]:
    """Run one pass over a store; return the store that it made, beside the first, and its tallies."""
    out = Store(store.folder.with_name(f"{store.folder.name}+"), store.parts)
    one = Pass(kernels=kernels, context=given, out=out, tables=ALL, key="pass")
    return out, passes.run(one, from_store(store), LocalEngine(), progress=progress)[0]


def numbers(ids: Sequence[str]) -> list[int]:
    """Return the row numbers of event ids."""
    return [int(one.rsplit(":", 1)[1]) for one in ids]
