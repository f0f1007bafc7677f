"""What becomes of a bad input: is it accepted with counts, set aside with reasons, or refused?"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from cjmine.errors import CjmineError
from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read

ACCEPTED, SET_ASIDE, REFUSED = "accepted", "set aside", "refused"
COLUMNS = {"customer": "who", "activity": "what", "start": "when"}
FORMATS = ("csv", "jsonl", "parquet", "xes", "xlsx", "fixed", "ocel")
OCEL_COLUMNS = {"customer": "ocel:object", "activity": "ocel:activity", "start": "ocel:timestamp"}
XES_COLUMNS = {"customer": "case:concept:name", "activity": "concept:name", "start": "time:timestamp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an input: how many rows were accepted and set aside, and what was said."""

    kind: str
    accepted: int = 0
    aside: int = 0
    said: str = ""

    def __str__(self) -> str:
        if self.kind == REFUSED:
            return f"refused: {self.said}"
        aside = f", {self.aside} set aside" if self.aside else ""
        return f"{self.accepted} accepted{aside}{f': {self.said}' if self.said else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input of the catalogue: its number there, what it is, and what must become of it."""

    number: int
    what: str
    given: Callable[[Path], Outcome]
    kind: str
    said: str = ""
    accepted: int | None = None
    aside: int = 0


@cache
def outcome(case: Case) -> Outcome:
    """Make the input in a folder of its own and see what becomes of it."""
    with TemporaryDirectory() as folder:
        try:
            return case.given(Path(folder))
        except CjmineError as error:
            said = error.faults[0].replace(f"{folder}/", "")
            return Outcome(kind=REFUSED, said=said)


def of_reading(found: Reading) -> Outcome:
    """Return the outcome of one source; every row of it must be accounted for."""
    ledger = found.ledger.select(pl.col("read", "accepted", "quarantined", "filtered").sum())
    seen, accepted, aside, left_out = ledger.row(0)
    assert seen == accepted + aside + left_out
    assert found.events.height == accepted
    assert found.quarantine.height == aside
    told = [f"{place}: {why}" for place, why in zip(_places(found.quarantine), _reasons(found), strict=True)]
    said = (told or [warning.removeprefix("source 'crm': ") for warning in found.warnings])[:1]
    return Outcome(kind=SET_ASIDE if aside else ACCEPTED, accepted=accepted, aside=aside, said="".join(said))


def _places(aside: pl.DataFrame) -> list[str]:
    rows = aside.select("row", "line", "column").iter_rows()
    return [
        f"{f'line {line}' if line is not None else f'row {row}'}{f', column {column!r}' if column else ''}"
        for row, line, column in rows
    ]


def _reasons(found: Reading) -> list[str]:
    return found.quarantine["reason"].to_list()


def export(name: str, content: bytes | str, **settings: Any) -> Callable[[Path], Outcome]:
    """Return how an export of this name and content is read; ``settings`` are those of its source."""
    raw = content if isinstance(content, bytes) else content.encode()

    def given(folder: Path) -> Outcome:
        (folder / name).write_bytes(raw)
        form = next(one for one in FORMATS if f".{one}" in name)
        columns = {"xes": XES_COLUMNS, "ocel": OCEL_COLUMNS}.get(form, COLUMNS)
        told: dict[str, Any] = {"files": (name,), "format": form, "columns": columns, **settings}
        source = Source(name="crm", **told)
        return of_reading(read(source, rank=0, roots=(folder,), timezone="Europe/London", keys=()))

    return given


def rows(*lines: str, head: str = "who,what,when", end: str = "\n") -> str:
    """Return a small CSV export."""
    return end.join((head, *lines, ""))


def zipped(content: str) -> bytes:
    """Return text as a gzip member that is the same every time."""
    return gzip.compress(content.encode(), mtime=0)
