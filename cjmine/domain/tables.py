"""The tables that stations exchange: each column's type, whether it may be null, its meaning.

Times are UTC with microseconds; durations are integer microseconds (suffix ``_us``)
inside kernels and carry their unit in the name at the edges (``_h``, ``_d``, ``_minutes``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

TIME = pl.Datetime("us", "UTC")
TEXTS = pl.List(pl.String)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table's contract: its name, its columns in order, and the total order of its rows."""

    name: str
    columns: Mapping[str, tuple[pl.DataType | type[pl.DataType], bool, str]]
    order: tuple[str, ...]

    @property
    def schema(self) -> pl.Schema:
        """Column names and types, in order."""
        return pl.Schema({name: kind for name, (kind, _, _) in self.columns.items()})

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that are never null."""
        return tuple(name for name, (_, null, _) in self.columns.items() if not null)

    @property
    def lead(self) -> list[str]:
        """The first columns of the order, up to one of whose values lie with one customer each."""
        whose = "customer_id" if "customer_id" in self.order else "journey_id"
        return list(self.order[: self.order.index(whose) + 1])

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly these columns, types and order; absent columns are null."""
        known = set(frame.columns)
        return frame.select(
            (pl.col(name) if name in known else pl.lit(None)).cast(kind).alias(name)
            for name, kind in self.schema.items()
        )

    def merge(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Concatenate partial tables into one, in the table's total order."""
        rows = [part for part in parts if part.height]
        return pl.concat(rows).sort(self.order, maintain_order=True) if rows else self.empty()


REQUIRED, OPTIONAL = False, True

EVENT = Table(
    name="events",
    order=("customer_id", "start", "system_rank", "source_file", "source_row"),
    columns={
        "event_id": (pl.String, REQUIRED, "source:file name:row"),
        "customer_id": (pl.String, REQUIRED, "the joined customer"),
        "source_system": (pl.String, REQUIRED, "name of the source in the project file"),
        "system_rank": (pl.Int32, REQUIRED, "position of the source in the project file"),
        "source_file": (pl.String, REQUIRED, "name of the export"),
        "source_row": (pl.Int64, REQUIRED, "data row from 1; XES: events in document order"),
        "native_event_id": (pl.String, OPTIONAL, "the system's own event id, shared by echoes"),
        "native_case_id": (pl.String, OPTIONAL, "the system's own case id; a link key of scope case"),
        "link_keys": (TEXTS, OPTIONAL, "keys of scope case, as name=value"),
        "activity": (pl.String, REQUIRED, "what happened, in the system's words"),
        "touchpoint": (pl.String, OPTIONAL, "step of the intended journey, else the activity"),
        "stage": (pl.String, OPTIONAL, "stage of the intended journey"),
        "service": (pl.String, OPTIONAL, "what the organisation runs"),
        "channel": (pl.String, OPTIONAL, "vocabulary.Channel"),
        "direction": (pl.String, OPTIONAL, "vocabulary.Direction"),
        "resource": (pl.String, OPTIONAL, "who did it, person or role"),
        "start": (TIME, REQUIRED, "start instant"),
        "end": (TIME, REQUIRED, "end instant; the start where the export has none"),
        "precision": (pl.String, REQUIRED, "vocabulary.Precision"),
        "need": (pl.String, OPTIONAL, "what the customer wants done"),
        "reason_code": (pl.String, OPTIONAL, "the system's reason code"),
        "outcome": (pl.String, OPTIONAL, "vocabulary.Outcome"),
        "item_id": (pl.String, OPTIONAL, "work item, ticket or claim"),
        "item_state": (pl.String, OPTIONAL, "vocabulary.ItemState"),
        "payload_key": (pl.String, OPTIONAL, "what was submitted: equal keys are one submission"),
        "contact_key": (pl.String, OPTIONAL, "call, session or thread id in the system"),
        "automatic": (pl.Boolean, OPTIONAL, "sent or done without a person"),
        "bulk": (pl.Boolean, OPTIONAL, "sent to many at once"),
        "relay": (pl.Boolean, OPTIONAL, "the front office only relays between others"),
        "merged_ids": (TEXTS, OPTIONAL, "event ids of rows that record this same event"),
        "contact_id": (pl.String, OPTIONAL, "the contact it belongs to; null for internal events"),
        "contact_start": (
            TIME,
            OPTIONAL,
            "when its contact began, on rows that another system wrote about it: the moment it stands at",
        ),
        "contact_precision": (pl.String, OPTIONAL, "vocabulary.Precision of contact_start"),
        "journey_id": (pl.String, OPTIONAL, "the journey it belongs to"),
        "assigned_by": (
            pl.String,
            OPTIONAL,
            "why it belongs there: link, need, service, recent, gap, start, customer",
        ),
        "step_no": (
            pl.Int32,
            OPTIONAL,
            "position in the journey's sequence; null where folded into a contact",
        ),
    },
)

CONTACT = Table(
    name="contacts",
    order=("customer_id", "start", "contact_id"),
    columns={
        "contact_id": (pl.String, REQUIRED, "event id of its first row"),
        "customer_id": (pl.String, REQUIRED, "the joined customer"),
        "journey_id": (pl.String, OPTIONAL, "the journey of its first row"),
        "event_ids": (TEXTS, REQUIRED, "all rows of the contact, in order"),
        "primary_event_id": (pl.String, REQUIRED, "the row that stands for it"),
        "direction": (pl.String, REQUIRED, "inbound or outbound"),
        "channel": (pl.String, OPTIONAL, "vocabulary.Channel of the first row"),
        "service": (pl.String, OPTIONAL, "first service reached"),
        "services": (TEXTS, REQUIRED, "all services, in order of first appearance"),
        "start": (TIME, REQUIRED, "first start in the system that saw it itself"),
        "end": (TIME, REQUIRED, "last end in the system that saw it itself"),
        "need": (pl.String, OPTIONAL, "first need stated"),
        "reason_code": (pl.String, OPTIONAL, "first reason stated"),
        "outcome": (pl.String, OPTIONAL, "last outcome stated"),
        "activity": (pl.String, REQUIRED, "activity of the primary row"),
        "touchpoint": (pl.String, OPTIONAL, "touchpoint of the primary row"),
        "payload_key": (pl.String, OPTIONAL, "first payload"),
        "n_transfers": (pl.Int32, REQUIRED, "legs after the first"),
        "automatic": (pl.Boolean, REQUIRED, "no person took part"),
        "bulk": (pl.Boolean, REQUIRED, "sent to many at once"),
        "merged_rows": (pl.Int32, REQUIRED, "rows beyond the first that record the same contact"),
        "merged_systems": (TEXTS, REQUIRED, "systems that recorded it"),
    },
)

JOURNEY = Table(
    name="journeys",
    order=("customer_id", "start", "journey_id"),
    columns={
        "journey_id": (pl.String, REQUIRED, "event id of its first event"),
        "customer_id": (pl.String, REQUIRED, "the joined customer"),
        "journey_type": (pl.String, REQUIRED, "id of its intended journey, else its need, else unmodelled"),
        "need": (pl.String, OPTIONAL, "the need pursued"),
        "start": (TIME, REQUIRED, "first start"),
        "end": (TIME, REQUIRED, "last end"),
        "status": (pl.String, OPTIONAL, "vocabulary.Status; null until pass 2"),
        "n_events": (pl.Int32, REQUIRED, "events after merging rows of one event"),
        "n_steps": (pl.Int32, REQUIRED, "length of its sequence"),
        "n_contacts": (pl.Int32, REQUIRED, "contacts in either direction"),
        "n_inbound": (pl.Int32, REQUIRED, "contacts the customer made"),
        "n_services": (pl.Int32, REQUIRED, "distinct services"),
        "n_channels": (pl.Int32, REQUIRED, "distinct channels"),
        "n_systems": (pl.Int32, REQUIRED, "distinct systems"),
        "duration_d": (pl.Float64, REQUIRED, "calendar days from start to end"),
        "variant": (pl.String, REQUIRED, "128-bit digest of its sequence of touchpoints"),
        "cost": (pl.Int32, OPTIONAL, "alignment cost; null where not checked"),
        "fitness": (
            pl.Float64,
            OPTIONAL,
            "1 - cost / (length + shortest path); null where not checked or not complete",
        ),
        "prefix_fitness": (pl.Float64, OPTIONAL, "1 - cost / length, as far as a journey not complete came"),
    },
)

MOVE = Table(
    name="moves",
    order=("journey_id", "position"),
    columns={
        "journey_id": (pl.String, REQUIRED, "the journey aligned"),
        "position": (pl.Int32, REQUIRED, "position in the alignment, from 0"),
        "event_id": (pl.String, OPTIONAL, "null for a model move"),
        "step": (pl.String, OPTIONAL, "null for a log move"),
        "kind": (pl.String, REQUIRED, "vocabulary.MoveKind"),
        "expected": (pl.Boolean, REQUIRED, "the plan has this step here"),
        "owed": (
            TEXTS,
            OPTIONAL,
            "services without whose further steps the plan cannot end; null where the plan names no services",
        ),
    },
)

FINDING = Table(
    name="findings",
    order=("code", "customer_id", "start", "primary_event_id", "finding_id"),
    columns={
        "finding_id": (pl.String, REQUIRED, "digest of code, journey and events"),
        "detector": (pl.String, REQUIRED, "the rule's file"),
        "code": (pl.String, REQUIRED, "L1 ... V8"),
        "journey_id": (pl.String, OPTIONAL, "the journey it lies in"),
        "customer_id": (pl.String, REQUIRED, "the customer it happened to"),
        "event_ids": (TEXTS, REQUIRED, "the evidence, in order"),
        "primary_event_id": (pl.String, OPTIONAL, "the row to look at first"),
        "extra_event_ids": (TEXTS, REQUIRED, "events that need not have happened"),
        "start": (TIME, OPTIONAL, "first start of the evidence"),
        "end": (TIME, OPTIONAL, "last end of the evidence"),
        "stage": (pl.String, OPTIONAL, "stage of the primary event"),
        "touchpoint": (pl.String, OPTIONAL, "touchpoint or step it is about"),
        "service_from": (pl.String, OPTIONAL, "service before"),
        "service_to": (pl.String, OPTIONAL, "service after"),
        "channel_from": (pl.String, OPTIONAL, "channel before"),
        "channel_to": (pl.String, OPTIONAL, "channel after"),
        "n_extra_events": (pl.Int32, REQUIRED, "length of extra_event_ids"),
        "extra_minutes": (pl.Float64, OPTIONAL, "elapsed minutes of the repeated part"),
        "wait_h": (pl.Float64, OPTIONAL, "hours waited; working hours where a clock is set"),
        "intended": (pl.Boolean, REQUIRED, "expected by the plan; left out of totals"),
        "severity": (pl.String, REQUIRED, "vocabulary.Severity"),
        "confidence": (pl.String, REQUIRED, "vocabulary.Confidence"),
        "lever": (pl.String, REQUIRED, "vocabulary.Lever"),
        "message": (pl.String, REQUIRED, "what happened, in plain words"),
        "also": (TEXTS, REQUIRED, "further codes the same events earn"),
        "rule_version": (pl.Int32, REQUIRED, "raised when the rule changes"),
    },
)

WATCH = Table(
    name="watch",
    order=("customer_id", "journey_id", "due", "kind", "name", "since_event_id"),
    columns={
        "customer_id": (pl.String, REQUIRED, "the customer who waits"),
        "journey_id": (pl.String, REQUIRED, "the journey that is not over"),
        "kind": (pl.String, REQUIRED, "vocabulary.Promise: what the plan still expects"),
        "name": (pl.String, REQUIRED, "the step, the rule's words, or the standard's id"),
        "service": (pl.String, OPTIONAL, "who is waited for, where the plan says who takes the step"),
        "since_event_id": (pl.String, OPTIONAL, "the event from which the time counts"),
        "since": (TIME, OPTIONAL, "when the time began to count"),
        "due": (
            TIME,
            OPTIONAL,
            "the last instant in time; null where the plan sets no limit, or its clock stands",
        ),
        "overdue": (pl.Boolean, REQUIRED, "due before the end of the log"),
        "left_h": (
            pl.Float64,
            OPTIONAL,
            "hours from the end of the log until it is due, negative once it is over; elapsed hours",
        ),
    },
)

TABLES = (EVENT, CONTACT, JOURNEY, MOVE, FINDING, WATCH)
