"""A small truth folder for tests: say only what matters, the rest has defaults."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import CONTACT, EVENT, FINDING, JOURNEY
from cjmine.score.truth import FILES, Truth, read_truth
from tests.builders import at

Row = Mapping[str, Any]
_DEFAULTS: Mapping[str, Row] = {
    "journeys": {"person_id": "P1", "type": "move", "status": "complete"},
    "events": {"journey_id": "J1", "person_id": "P1", "contact_id": "", "label": "a"},
    "contacts": {"person_id": "P1", "channel": "phone"},
    "findings": {
        "code": "L1",
        "journey_id": "J1",
        "person_id": "P1",
        "step": "",
        "primary_event": "",
        "planted": 1,
        "intended": 0,
        "observable": 1,
        "linkable": 1,
    },
    "decoys": {"code": "L1", "journey_id": "J1", "person_id": "P1", "observable": 1, "linkable": 1},
    "identity": {"system": "crm", "linkable": 1},
}


def write(folder: Path, **tables: Iterable[Row]) -> Path:
    """Write all truth files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in FILES.items():
        with (folder / f"truth_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, list(columns))
            rows.writeheader()
            rows.writerows({**_DEFAULTS[name], **row} for row in tables.get(name, ()))
    return folder


def truth(folder: Path, **tables: Iterable[Row]) -> Truth:
    return read_truth(write(folder, **tables))


def acts(*names: str, **same: Any) -> list[dict[str, Any]]:
    """Return true events that each left one row, named ``r:NAME``."""
    return [
        {"true_event_id": name, "raw_refs": f"r:{name}", "linked_refs": f"r:{name}", **same} for name in names
    ]


def findings(*rows: Row) -> pl.DataFrame:
    """Return FINDING rows; ``events`` are names of true events, separated by blanks."""
    filled = []
    for row in rows:
        given = dict(row)
        ids = [f"r:{name}" for name in given.pop("events", "").split()]
        primary = given.pop("primary", None)
        filled.append(
            {
                "code": "L1",
                "customer_id": "c1",
                "event_ids": ids,
                "primary_event_id": None if primary is None else f"r:{primary}",
                "intended": False,
                **given,
            }
        )
    return FINDING.conform(pl.DataFrame(filled, infer_schema_length=None)) if filled else FINDING.empty()


def run(
    events: Sequence[Row], *, found: pl.DataFrame | None = None, journeys: Sequence[Row] = ()
) -> Partition:
    """Return a run's tables; an event is named ``r:NAME`` and is its own row."""
    rows = [
        {
            "event_id": f"r:{row['name']}",
            "customer_id": row.get("customer", "c1"),
            "journey_id": row.get("journey"),
            "contact_id": row.get("contact"),
            "merged_ids": [f"r:{one}" for one in row.get("merged", "").split()],
            "start": at(number),
            "end": at(number),
        }
        for number, row in enumerate(events)
    ]
    table = JOURNEY.conform(pl.DataFrame(journeys)) if journeys else JOURNEY.empty()
    return Partition(
        events=EVENT.conform(pl.DataFrame(rows, infer_schema_length=None)),
        contacts=CONTACT.empty(),
        journeys=table,
        findings=FINDING.empty() if found is None else found,
    )
