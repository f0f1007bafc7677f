"""What of all that is still awaited is most urgent: overdue longest, then due first?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.models import IntendedJourney
from cjmine.domain.rows import Rows
from cjmine.domain.tables import WATCH
from cjmine.domain.top import Top
from cjmine.domain.vocabulary import Promise
from cjmine.report.standards import every
from cjmine.report.wording import DASH, hours

HEAD = 20
URGENT = Top(
    table=WATCH,
    by="kind",
    order=dict.fromkeys(("due", "customer_id", "journey_id", "name", "since_event_id"), False),
    count=HEAD,
)
"""Of each kind those due first; what has no date comes last."""
_AWAITED = pl.col("kind") != Promise.SETTLED


def find_urgent(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the most urgent rows of WATCH, kind by kind; nothing is awaited of what is settled."""
    return URGENT.cut(partition.watch.filter(_AWAITED))


def awaited(rows: Rows) -> int:
    """Return how many rows of WATCH tell what is awaited."""
    counts = (rows.scan(WATCH, number).filter(_AWAITED).select(pl.len()) for number in range(rows.parts))
    return sum(int(count["len"].item()) for count in pl.collect_all(counts))


FIND_URGENT = Kernel(name="urgent", output=URGENT, compute=find_urgent)


def watch_list(
    urgent: pl.DataFrame, models: Mapping[str, IntendedJourney], timezone: str
) -> list[dict[str, Any]]:
    """Return the head of the watch list in words, what is due first before the rest."""
    titles = {step: title for model in models.values() for step, title in model.titles.items()}
    promised = {one.name: f"{one.title}: {titles.get(one.stop, one.stop)}" for _, one in every(models)}
    words = {Promise.STANDARD.value: promised, Promise.STEP.value: titles}
    local = (pl.col("since", "due").dt.convert_time_zone(timezone).dt.strftime("%-d %b %Y"),)
    rows = urgent.sort("due", *URGENT.order, nulls_last=True).head(HEAD).with_columns(*local)
    return [
        {
            **row,
            "what": words.get(row["kind"], {}).get(row["name"], row["name"]),
            "who": row["service"] or DASH,
            "left": _left(row),
        }
        for row in rows.iter_rows(named=True)
    ]


def _left(row: Mapping[str, Any]) -> str:
    if row["left_h"] is None:
        return "the clock stands"
    if not row["left_h"]:
        return "just run out"
    return f"overdue by {hours(-row['left_h'])}" if row["overdue"] else f"{hours(row['left_h'])} left"
