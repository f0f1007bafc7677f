"""One log without a project file: which columns mean what, and its cases as journeys."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.models import IntendedJourney
from cjmine.domain.tables import EVENT
from cjmine.engine import local
from cjmine.errors import CjmineError, SourceError
from cjmine.ingest.limits import reasons, refuse_quarantine
from cjmine.ingest.log import NAME, read_log
from cjmine.ingest.source import Reading
from cjmine.journeys.kernels import ARRANGE
from cjmine.journeys.settings import ContactSettings, JourneySettings, SegmentBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of the log mean what; ``None`` for the usual names.

    ``time_format`` is a pattern such as ``%d/%m/%Y %H:%M``, where times can be
    misread; ``max_quarantine`` the largest share of rows that may be broken.
    """

    case: str | None = None
    activity: str | None = None
    time: str | None = None
    end: str | None = None
    service: str | None = None
    channel: str | None = None
    direction: str | None = None
    time_format: str | None = None
    max_quarantine: float = 0.01


def arranged_cases(
    log: Path | str,
    columns: Columns | None,
    kernels: Sequence[Kernel],
    journey: IntendedJourney | None = None,
) -> tuple[Reading, Partition, dict[str, pl.DataFrame]]:
    """Read a log, make each case a journey, and run kernels over it as one partition.

    Every case is a journey of ``journey``'s type, if it is given and states a need, and
    its events are named by its steps.
    """
    asked = columns or Columns()
    reading = _read(Path(log), asked)
    need = pl.coalesce("need", pl.lit("this case"))  # a case is one need: repeat contacts are within it
    if journey is not None:
        need = pl.lit(journey.need)
    events = reading.events.with_columns(pl.col("customer").alias("customer_id"), need.alias("need"))
    settings = (
        ContactSettings(merge=asked.direction is not None),
        JourneySettings(by=SegmentBy.CUSTOMER),  # each case is its own customer, and one journey
    )
    models = {} if journey is None else {journey.name: journey}
    context = Context(settings={type(block).__name__: block for block in settings}, models=models)
    partition = Partition(events=EVENT.conform(events).sort(EVENT.order, maintain_order=True))
    arranged, outputs = local.enrich(partition, (*ARRANGE, *kernels), context)
    return reading, arranged, outputs


def _read(path: Path, asked: Columns) -> Reading:
    """Read one log; rows set aside are told among its warnings."""
    if path.is_dir():
        msg = f"{path}: is a folder; name one log"
        raise SourceError(msg)
    prefix = f"source '{NAME}': "  # there is one source only: its name says nothing
    try:
        wanted = dataclasses.asdict(asked)
        most = wanted.pop("max_quarantine")
        reading = read_log(path, **wanted)
        refuse_quarantine(reading.ledger, reading.quarantine, most, setting="--max-quarantine")
    except CjmineError as error:
        raise type(error)([fault.removeprefix(prefix) for fault in error.faults], error.hint) from None
    told = [warning.removeprefix(prefix) for warning in reading.warnings]
    read = int(reading.ledger["read"].sum())
    if read and not reading.events.height:
        msg = f"{path.name}: none of its {read:,} rows can be used: {reasons(reading.quarantine)}"
        raise SourceError(msg)
    if lost := reading.quarantine.height:
        told.insert(0, f"{lost:,} of {read:,} rows were set aside: {reasons(reading.quarantine)}")
    return dataclasses.replace(reading, warnings=tuple(told))
