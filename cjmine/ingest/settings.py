"""How one source is described in the project file."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from cjmine.domain.settings import Settings
from cjmine.domain.vocabulary import Precision


class Format(StrEnum):
    """The export formats with a reader."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XES = "xes"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _spelt_out(value: object) -> object:
    return {"from": value} if isinstance(value, str | list) else value


class Mapped(Settings):
    """One of our columns, and where it comes from.

    ``from`` lists the export's names for it, the first present in a file wins.
    ``map`` translates values and ``default`` stands for values it does not
    list; without a default they pass unchanged. ``format``, ``zone`` and
    ``precision`` concern times only; a format is a chrono pattern such as
    ``%d/%m/%Y %H:%M``, or ``iso``, ``epoch s``, ``epoch ms``.
    """

    from_: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(alias="from", min_length=1)]
    map: dict[str, str | None] = Field(default_factory=dict)
    default: str | None = None
    format: str | None = None
    zone: str | None = None
    precision: Precision | None = None


MappedColumn = Annotated[Mapped, BeforeValidator(_spelt_out)]


class Source(Settings):
    """One system's exports: where they are, how to read them, what they mean."""

    name: str = Field(min_length=1, pattern=r"^[^:=/\\]+$")
    files: Annotated[tuple[str, ...], BeforeValidator(_listed)]
    format: Format
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
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
