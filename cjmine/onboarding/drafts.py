"""Which files are one source? Those of one folder with one format and the same columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.ingest.settings import Format
from cjmine.onboarding.columns import Column, cleaned
from cjmine.onboarding.moments import moments_in
from cjmine.onboarding.opened import Table

_ALIKE = 0.7
_RENAMED = 2
_NO_WORD = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
_NO_NEWS = {"cleaned", "export", "exports", "extract", "data"}
"""Words of file names that do not say which system it was."""
_ENDINGS = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")
_DIGITS = re.compile(r"[\d\W_]+|(?<=\d)[HQW](?=\d)")


@dataclass(frozen=True)
class Draft:
    """A source in the making: its name, its tables in order, its columns, what to say about its files."""

    name: str
    tables: tuple[Table, ...]
    columns: tuple[Column, ...]
    doubts: tuple[str, ...] = ()

    @property
    def form(self) -> Format:
        """The format of all its files."""
        return self.tables[0].how.format

    @property
    def rows(self) -> int:
        """The rows that were looked at."""
        return sum(table.raw.position.height for table in self.tables)

    @property
    def whole(self) -> bool:
        """Whether all of its rows were looked at."""
        return all(table.whole for table in self.tables)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Its files, each once."""
        return tuple(dict.fromkeys(table.path for table in self.tables))

    @property
    def settings(self) -> dict[str, Any]:
        """How its files are read, beside their format; the sheets of all its tables."""
        sheets = list(dict.fromkeys(one.settings["sheet"] for one in self.tables if "sheet" in one.settings))
        rest = {key: value for key, value in self.tables[0].settings.items() if key != "sheet"}
        return {**({"sheet": sheets} if sheets else {}), **rest}


def drafts_of(tables: Iterable[Table], timezone: str) -> list[Draft]:
    """Return the sources that some tables make, each with a name of its own, in the order of the files."""
    groups: list[list[Table]] = []
    for table in tables:
        group = next((one for one in groups if _belongs(table, one)), None)
        if group is None:
            groups.append([table])
        else:
            group.append(table)
    return [
        Draft(name=name, tables=tuple(group), columns=_columns(group, timezone), doubts=_doubts(group))
        for name, group in zip(_names(groups), groups, strict=True)
    ]


def _belongs(table: Table, group: Sequence[Table]) -> bool:
    first = group[0]
    one_way = (
        table.path.parent == first.path.parent
        and table.how.format is first.how.format
        and {**table.settings, "sheet": ""} == {**first.settings, "sheet": ""}
    )
    if not one_way:
        return False
    last = group[-1]
    mine, theirs = set(table.names), set(last.names)
    if mine == theirs or mine == set(first.names):
        return True
    alike = len(mine & theirs) >= _ALIKE * len(mine | theirs)
    renamed = len(mine ^ theirs) <= _RENAMED and len(mine) == len(theirs)
    return (alike or renamed) and _same_stem(table, last)


def _same_stem(one: Table, other: Table) -> bool:
    """Tell whether two files are named alike but for numbers, such as months."""
    stems = [_DIGITS.sub("", _stem(table.path)).casefold() for table in (one, other)]
    return stems[0] == stems[1] and one.path != other.path


def _stem(path: Path) -> str:
    return _ENDINGS.sub("", path.name) or path.name


def _names(groups: Sequence[Sequence[Table]]) -> list[str]:
    """Name each source after its folder where it has it alone, else after its file, and tell twins apart."""
    folders = [group[0].path.parent for group in groups]
    found: list[str] = []
    for group, folder in zip(groups, folders, strict=True):
        first = group[0]
        files = {one.path for one in group}
        alone = folders.count(folder) == 1 and len(groups) > 1
        name = _slug(folder.resolve().name if alone or len(files) > 1 else _stem(first.path))
        sheet = first.settings.get("sheet")
        shared = [one for one in groups if one is not group and one[0].path in files]
        if sheet and shared:
            name = f"{_slug(_stem(first.path))}-{_slug(sheet)}"
        while name in found:
            name = _next(name)
        found.append(name)
    return found


def _slug(text: str) -> str:
    words = [word.casefold() for word in _NO_WORD.split(text) if word]
    telling = [word for word in words if word not in _NO_NEWS]
    return "_".join(telling or words) or "source"


def _next(name: str) -> str:
    stem, _, number = name.rpartition("-")
    return f"{stem}-{int(number) + 1}" if stem and number.isdecimal() else f"{name}-2"


def _columns(group: Sequence[Table], timezone: str) -> tuple[Column, ...]:
    """Put the columns of a source's files below each other; a renamed one keeps its place."""
    placed: list[list[str]] = []
    for table in group:
        here = set(table.names)
        new = [name for name in table.names if not any(name in names for names in placed)]
        for name in new:
            gone = [names for names in placed if not here & set(names)]
            at = table.names.index(name)
            twin = next((names for names in gone if _place(group, names[-1]) == at), None)
            if twin is not None and table.how.format in {Format.CSV, Format.XLSX}:
                twin.append(name)
            else:
                placed.append([name])
    found = []
    for names in placed:
        parts = [_part(table, names) for table in group]
        if len({part.dtype for part in parts}) > 1:  # instants in one file, text in another
            parts = [part.cast(pl.String) for part in parts]
        series = pl.concat(parts)
        values, nothing = cleaned(series)
        moments = moments_in(values, tuple(names), timezone)
        found.append(Column(names=tuple(names), values=values, nothing=nothing, moments=moments))
    return tuple(found)


def _place(group: Sequence[Table], name: str) -> int:
    return next(table.names.index(name) for table in reversed(group) if name in table.names)


def _part(table: Table, names: Sequence[str]) -> pl.Series:
    name = next((one for one in names if one in table.names), None)
    if name is None:
        return pl.Series(names[0], [None] * table.raw.position.height, dtype=pl.String)
    return table.raw.frame[name].alias(names[0])


def _doubts(group: Sequence[Table]) -> tuple[str, ...]:
    told = [doubt for table in group for doubt in table.doubts]
    stems = {_DIGITS.sub("", _stem(table.path)).casefold() for table in group}
    if len({table.path for table in group}) > 1 and len(stems) > 1:
        told.append(
            "files of the same columns are read as one system; if they are several, make a source of each"
        )
    if not all(table.whole for table in group):
        told.append("only the first rows were looked at, because the files are large")
    return tuple(dict.fromkeys(told))
