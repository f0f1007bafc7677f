"""Which findings of each code does the report show? The worst, and always the same ones."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.rows import Rows
from cjmine.domain.tables import EVENT, FINDING
from cjmine.domain.top import Top

PER_CODE = 20
WORST = Top(
    table=FINDING,
    by="code",
    # the customer only decides where two ids are equal
    order={"n_extra_events": True, "wait_h": True, "finding_id": False, "customer_id": False},
    count=PER_CODE,
)
"""Most extra events, then longest wait, then id."""


def find_worst(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the worst findings of each code; what the plan intends is left out."""
    return WORST.cut(partition.findings.filter(~pl.col("intended")))


FIND_WORST = Kernel(name="worst", output=WORST, compute=find_worst)


def near(findings: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Return the events of the findings' journeys, and their evidence from elsewhere.

    Only the partitions where their customers lie are read, one at a time.
    """
    ours = pl.col("customer_id").is_in(findings["customer_id"].unique().implode())
    journeys = findings["journey_id"].drop_nulls().unique().implode()
    named = findings["event_ids"].explode().drop_nulls().unique().implode()
    wanted = ours & (pl.col("journey_id").is_in(journeys) | pl.col("event_id").is_in(named))
    found = [
        rows.scan(EVENT, number).filter(wanted).collect() for number in rows.holding(findings["customer_id"])
    ]
    return EVENT.merge(found)
