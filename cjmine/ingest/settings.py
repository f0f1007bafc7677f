"""How one source is described in the project file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from cjmine.domain.settings import Settings
from cjmine.domain.vocabulary import Precision


class Format(StrEnum):
    """The export formats with a reader."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XES = "xes"
    XLSX = "xlsx"
    FIXED = "fixed"
    OCEL = "ocel"
    SQL = "sql"


EXCEL_DAYS = "excel"
"""The time format of day numbers: days since 1900 as a spreadsheet counts them."""

_POSITIONS = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_DATE_LENGTH = len("2026-07-01")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _spelt_out(value: object) -> object:
    return {"from": value} if isinstance(value, str | list) else value


def _positions(value: object) -> object:
    """Read ``9-16`` or ``9`` as the first and last character of a field, counted from 1."""
    if not isinstance(value, str | int):
        return value
    found = _POSITIONS.fullmatch(str(value).strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last:
        msg = f"{value!r} are no positions; write the first and the last character of a line, such as '9-16'"
        raise ValueError(msg)
    return first, last


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        return date.fromisoformat(text) if len(text) == _DATE_LENGTH else datetime.fromisoformat(text)
    except ValueError:
        msg = f"{value!r} is no date or time; write '2026-07-01' or '2026-07-01 06:00'"
        raise ValueError(msg) from None


class Mapped(Settings):
    """One of our columns, and where it comes from.

    ``from`` lists the export's names for it, the first present in a file wins.
    ``map`` translates values and ``default`` stands for values it does not
    list; without a default they pass unchanged. ``format``, ``zone`` and
    ``precision`` concern times only; a format is a chrono pattern such as
    ``%d/%m/%Y %H:%M``, or ``iso``, ``epoch s``, ``epoch ms``, ``excel``.
    """

    from_: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(alias="from", min_length=1)]
    map: dict[str, str | None] = Field(default_factory=dict)
    default: str | None = None
    format: str | None = None
    zone: str | None = None
    precision: Precision | None = None


Positions = Annotated[tuple[int, int], BeforeValidator(_positions)]
Moment = Annotated[datetime | date, BeforeValidator(_moment)]
MappedColumn = Annotated[Mapped, BeforeValidator(_spelt_out)]


class Source(Settings):
    """One system's exports: where they are, how to read them, what they mean.

    ``sheet`` and ``header_row`` concern workbooks, ``fields`` (first and last
    character of each, from 1) and ``skip_lines`` fixed-width tables, ``object_type`` object-centric logs.
    ``extracted`` is when the exports were made. A source of format ``sql`` has no
    files but a ``database`` (where its address is kept, see ``credentials``), a ``table`` or a ``query``
    with its ``parameters``, and the columns that its rows are in ``order_by``.
    """

    name: str = Field(min_length=1, pattern=r"^[^:=/\\]+$")
    files: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    format: Format
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    sheet: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    header_row: int = Field(default=1, ge=1)
    fields: dict[str, Positions] = Field(default_factory=dict)
    skip_lines: int = Field(default=0, ge=0)
    object_type: str | None = None
    database: str | None = None
    table: str | None = Field(default=None, pattern=r"^[^/\\:]+$")
    query: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    order_by: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    extracted: Moment | None = None
    null_values: tuple[str, ...] = ("",)
    columns: dict[str, MappedColumn]
    constants: dict[str, Any] = Field(default_factory=dict)
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    scheme: str | None = None
    owner: str | None = None
    purpose: str | None = None
    retention: str | None = None

    @property
    def id_scheme(self) -> str:
        """The namespace of its customer ids; sources with one scheme share their ids."""
        return self.scheme or self.name

    def extracted_at(self, timezone: str) -> datetime | None:
        """Return the instant the exports were made, if stated; of a mere date, the last one of that day."""
        zone = ZoneInfo(timezone)
        match self.extracted:
            case None:
                return None
            case datetime() as moment:
                return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
            case day:
                after = datetime.combine(day + timedelta(days=1), time(), zone)
                return after.astimezone(UTC) - timedelta(microseconds=1)
