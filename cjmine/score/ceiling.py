"""What could nobody have found? Acts that left no row, and rows whose id leads to no person."""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.score.truth import Scope, Truth


def ceiling(truth: Truth, scope: Scope) -> dict[str, Any]:
    """Return the shares of instances, web sessions, calls and rows that are out of a run's reach."""
    instances = truth.within(scope).filter(~pl.col("intended"))
    reached = {"observable": "raw_refs", "linkable": "linked_refs"}
    seen = truth.events.select(
        pl.col("true_event_id").alias("event"),
        *((pl.col(column).list.len() > 0).alias(name) for name, column in reached.items()),
    )
    acts = truth.contacts.select("contact_id", "channel", pl.col("true_event_ids").alias("event")).explode(
        "event"
    )
    contacts = acts.join(seen, on="event").group_by("contact_id", "channel").agg(pl.col(list(reached)).any())
    return {
        "instances": instances.height,
        "instances_out_of_reach": _share(instances, ~pl.col("in_scope")),
        "web_sessions_never_recorded": _share(_of(contacts, "web"), ~pl.col("observable")),
        "web_sessions_not_linkable": _share(_of(contacts, "web").filter("observable"), ~pl.col("linkable")),
        "calls_not_linkable": _share(_of(contacts, "phone").filter("observable"), ~pl.col("linkable")),
        "rows_not_linkable": _share(
            truth.rows.group_by("ref").agg(pl.col("linked").any()), ~pl.col("linked")
        ),
    }


def _of(contacts: pl.DataFrame, channel: str) -> pl.DataFrame:
    return contacts.filter(pl.col("channel") == channel)


def _share(table: pl.DataFrame, which: pl.Expr) -> float | None:
    return round(table.filter(which).height / table.height, 4) if table.height else None
