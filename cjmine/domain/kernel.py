"""The contract between the engine and everything that looks at customers' events.

A kernel is a pure function of one partition (some customers, each whole) and
the frozen context (what is true of all customers). Its output merges, so any
partition of the customers gives the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, TypeVarTuple, runtime_checkable

import polars as pl

from cjmine.domain.deadlines import Deadlines
from cjmine.domain.models import IntendedJourney
from cjmine.domain.settings import Settings
from cjmine.domain.tables import CONTACT, EVENT, FINDING, JOURNEY, MOVE, WATCH
from cjmine.domain.working_time import WorkingCalendar
from cjmine.tally import Merge, Tally

SettingsType = TypeVar("SettingsType", bound=Settings)
Inputs = TypeVarTuple("Inputs")
Made = TypeVar("Made")


ALIGNED: Mapping[str, Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "costs": {
        "journey_type": pl.String,
        "variant": pl.String,
        "whole": pl.Boolean,
        "cost": pl.Int32,
        "fitness": pl.Float64,
    },
    "bounds": {
        "journey_type": pl.String,
        "variant": pl.String,
        "whole": pl.Boolean,
        "low": pl.Int64,
        "high": pl.Int64,
        "computed": pl.Boolean,
    },
    "moves": {
        "journey_type": pl.String,
        "variant": pl.String,
        "whole": pl.Boolean,
        "position": pl.Int32,
        "step_no": pl.Int32,
        "step": pl.String,
        "kind": pl.String,
        "expected": pl.Boolean,
        "owed": pl.List(pl.String),
    },
    "deviations": {
        "journey_type": pl.String,
        "variant": pl.String,
        "whole": pl.Boolean,
        "number": pl.Int32,
        "code": pl.String,
        "label": pl.String,
        "message": pl.String,
        "evidence": pl.List(pl.Int32),
        "primary": pl.Int32,
        "extra": pl.List(pl.Int32),
    },
    "reached": {"journey_type": pl.String, "variant": pl.String, "state": pl.Int32},
    "ahead": {
        "journey_type": pl.String,
        "state": pl.Int32,
        "steps": pl.List(pl.String),
        "waiting": pl.String,
    },
    "to_come": {"journey_type": pl.String, "variant": pl.String, "step": pl.String},
}
"""Schemas of ``Context.aligned``; ``whole`` is false for prefix alignments of unfinished journeys.

``reached`` is where such a journey stands in the plan; ``ahead``, for each state of a plan, the steps
without which no way leads to its end, and who is to take the next, in words; ``to_come`` lists the steps
by which a standard is kept and to which the plan can still come after a variant.
``bounds`` has the variants of models with too many states to align with: these have no moves and no
deviations, and a cost where their bounds meet; ``computed`` is false where that was too much work.
"""


class Output(Protocol):
    """What a kernel returns: a table that knows its schema and its merge."""

    @property
    def schema(self) -> pl.Schema:
        """Column names and types."""
        ...

    def empty(self) -> pl.DataFrame:
        """Return the identity of ``merge``."""
        ...

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly this output's columns and types."""
        ...

    def merge(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Merge partial outputs into one."""
        ...


@runtime_checkable
class Renewable(Output, Protocol):
    """An output of the whole that can follow when some of the rows it came from become others."""

    def without(self, then: pl.DataFrame, lost: pl.DataFrame, gained: pl.DataFrame) -> pl.DataFrame | None:
        """Return the output now, from that before and what the rows gave and give; ``None`` if unknown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Some customers, each whole: their rows in the tables' total orders.

    ``made`` is what kernels derived from these tables; see ``derived``.
    """

    events: pl.DataFrame = field(default_factory=EVENT.empty)
    contacts: pl.DataFrame = field(default_factory=CONTACT.empty)
    journeys: pl.DataFrame = field(default_factory=JOURNEY.empty)
    moves: pl.DataFrame = field(default_factory=MOVE.empty)
    findings: pl.DataFrame = field(default_factory=FINDING.empty)
    watch: pl.DataFrame = field(default_factory=WATCH.empty)
    made: Any = field(default_factory=dict, repr=False, compare=False)  # Any: tables go by name

    def derived(self, work: Callable[[*Inputs], Made], *inputs: *Inputs) -> Made:
        """Return ``work(*inputs)``, worked out once for as long as the inputs are the same objects.

        Many kernels read the sequences of one partition. ``work`` must be pure, and
        nobody may change what it returns. A partition of which another table was
        replaced keeps what was made of the tables that stayed.
        """
        known: tuple[tuple[Any, ...], Made] | None = self.made.get(work)
        given: tuple[Any, ...] = inputs
        if known is None or any(old is not new for old, new in zip(known[0], given, strict=True)):
            known = self.made[work] = (given, work(*inputs))
        return known[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is true of all customers; frozen before a pass begins.

    ``extracted_at`` is the last instant each system was seen (2.15);
    ``abandon_after`` the silence after which an unfinished journey counts as
    abandoned; ``models`` the intended journey of each journey type;
    ``aligned`` the distinct variants aligned once (tables of ``ALIGNED``);
    ``calendar`` the working hours waits are measured in, if any; ``deadlines`` the
    clock of each intended journey.
    """

    settings: Mapping[str, Settings] = field(default_factory=dict)
    models: Mapping[str, IntendedJourney] = field(default_factory=dict)
    extracted_at: Mapping[str, datetime] = field(default_factory=dict)
    abandon_after: timedelta = timedelta(days=30)
    aligned: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    calendar: WorkingCalendar | None = None
    deadlines: Mapping[str, Deadlines] = field(default_factory=dict)

    def of(self, kind: type[SettingsType]) -> SettingsType:
        """Return the settings of one class, or its defaults."""
        found = self.settings.get(kind.__name__)
        return found if isinstance(found, kind) else kind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A named pure function over one partition, with the output it declares.

    ``into`` names the partition's table that the output becomes for the kernels
    after it (those of ``GROWING`` grow, the others are replaced); ``None`` for tallies.
    """

    name: str
    output: Output
    compute: Callable[[Partition, Context], pl.DataFrame]
    into: str | None = None


GROWING = frozenset({FINDING.name, WATCH.name})
"""Tables that several kernels add rows to."""

NOTES = Tally(keys={"detector": pl.String, "note": pl.String}, measures={"count": Merge.SUM})
"""What a detector saw but could not decide or was told to leave out, counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One rule in one file: its codes, its settings, and how it finds its rows.

    ``needs`` names detectors whose findings it reads; ``notes`` counts what it
    had to leave undecided, so that silence is never mistaken for absence.
    """

    name: str
    codes: tuple[str, ...]
    settings: type[Settings]
    find: Callable[[Partition, Context], pl.DataFrame]
    notes: Callable[[Partition, Context], pl.DataFrame] | None = None
    needs: tuple[str, ...] = ()
    document: str = ""
