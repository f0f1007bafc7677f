"""Reads a source's columns of times: decided once for all its pieces, read piece by piece, told together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import polars as pl

from cjmine.errors import CjmineError, SettingsError, SourceError
from cjmine.ingest.clock import Clocked, Told, apply, said
from cjmine.ingest.columns import TIMES
from cjmine.ingest.settings import Mapped, Source
from cjmine.ingest.time_forms import Form, Looks, decide


def decided(looks: Mapping[str, Looks], source: Source) -> dict[str, Form]:
    """Choose how each column of times is read, from what all its values look like.

    Raises the faults of all columns together.
    """
    forms: dict[str, Form] = {}
    with _together(source) as attempt:
        for name, mapped in _times(source).items():
            with attempt():
                forms[name] = decide(looks.get(name, Looks()), mapped, _place(name, mapped))
    return forms


def clock_warnings(
    told: Mapping[str, Told], forms: Mapping[str, Form], source: Source, timezone: str
) -> list[str]:
    """Say what reading the columns of times told; raises ``SourceError`` where one has another format."""
    warnings: list[str] = []
    with _together(source) as attempt:
        for name, mapped in _times(source).items():
            with attempt():
                place = _place(name, mapped)
                warnings += said(told.get(name, Told()), forms[name], mapped, timezone, place)
    return warnings


def _times(source: Source) -> dict[str, Mapped]:
    return {name: source.columns[name] for name in TIMES if name in source.columns}


def clocks_of(
    rows: pl.DataFrame, source: Source, timezone: str, forms: Mapping[str, Form]
) -> dict[str, Clocked]:
    """Read both time columns; their faults are raised together."""
    clocks: dict[str, Clocked] = {}
    with _together(source) as attempt:
        for name, mapped in _times(source).items():
            with attempt():
                clocks[name] = apply(rows[name], mapped, forms[name], timezone, _place(name, mapped))
    return clocks


@contextmanager
def _together(source: Source) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Collect the faults of several attempts and raise them as one."""
    faults: list[CjmineError] = []

    @contextmanager
    def attempt() -> Iterator[None]:
        try:
            yield
        except CjmineError as fault:
            faults.append(fault)

    yield attempt
    if faults:
        kind = SettingsError if all(isinstance(fault, SettingsError) for fault in faults) else SourceError
        lines = [f"source '{source.name}': {line}" for fault in faults for line in fault.faults]
        raise kind(lines, next((fault.hint for fault in faults if fault.hint), ""))


def _place(name: str, mapped: Mapped) -> str:
    """Name a column of times: theirs where there is one name for it, else ours."""
    return f"column '{mapped.from_[0]}' ({name})" if len(mapped.from_) == 1 else f"column {name}"
