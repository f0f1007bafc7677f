"""A truth folder that says exactly what a run says: whoever scores the run must get ones."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.score.rates import UNSCORED
from tests.score import made

_STATUSES = {"complete": "complete", "stopped": "stopped", "abandoned": "stalled", "open": "censored"}


def mirror(run: Partition, folder: Path) -> Path:
    """Write a truth in which every event of a run is a true event, and every finding was planted."""
    events = run.events.with_columns(
        pl.format("{}.E{}", "customer_id", pl.int_range(pl.len()).over("customer_id")).alias("true"),
        pl.concat_list("event_id", pl.col("merged_ids").fill_null([])).list.join(" ").alias("rows"),
    )
    name = dict(zip(events["event_id"], events["true"], strict=True))
    person = dict(zip(run.journeys["journey_id"], run.journeys["customer_id"], strict=True))
    first = events.unique(["source_system", "customer_id"], keep="first", maintain_order=True)
    return made.write(
        folder,
        journeys=[
            {
                "journey_id": row["journey_id"],
                "person_id": row["customer_id"],
                "type": row["journey_type"],
                "status": _STATUSES[row["status"]],
            }
            for row in run.journeys.iter_rows(named=True)
        ],
        events=[
            {
                "true_event_id": row["true"],
                "journey_id": row["journey_id"],
                "person_id": row["customer_id"],
                "contact_id": row["contact_id"],
                "label": row["touchpoint"],
                "raw_refs": row["rows"],
                "linked_refs": row["rows"],
            }
            for row in events.iter_rows(named=True)
        ],
        contacts=[
            {
                "contact_id": row["contact_id"],
                "person_id": row["customer_id"],
                "channel": row["channel"],
                "true_event_ids": " ".join(name[one] for one in row["event_ids"]),
            }
            for row in run.contacts.iter_rows(named=True)
        ],
        findings=[
            {
                "code": row["code"],
                "journey_id": row["journey_id"],
                "person_id": person[row["journey_id"]],
                "step": row["touchpoint"],
                "true_event_ids": " ".join(name[one] for one in row["event_ids"]),
                "primary_event": name.get(row["primary_event_id"], ""),
                "intended": int(row["intended"]),
            }
            for row in run.findings.iter_rows(named=True)
            if row["code"] not in UNSCORED
        ],
        identity=[
            {
                "system": row["source_system"],
                "source_id": row["customer_id"],
                "person_id": row["customer_id"],
                "row": row["event_id"],
            }
            for row in first.iter_rows(named=True)
        ],
    )
