"""What looks wrong about the exports, and what is to be done about it? Each remark has a name.

A remark is a question to whoever knows the system, not a verdict. The limits are the settings' defaults.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from cjmine.domain.settings import Settings, Share

Tables = Mapping[str, pl.DataFrame]
_DIGITS = re.compile(r"\d+")
_WEEK = timedelta(days=7)


class QualitySettings(Settings):
    """When is something worth a remark?

    ``low`` is the share of a system's usual week below which a week is a gap, ``empty`` the share of rows
    from which a column counts as mostly empty, ``early`` the share of the log after which a code counts as
    new (or before whose end as retired), ``tied`` and ``once`` the shares of rows and customers, ``apart``
    the minutes from which clocks count as different, ``agree`` the share of rows that must say so,
    ``window`` the days by which a system may begin late or end early, ``busy`` the rows of a usual week
    without which no week is a gap, ``fewest`` the rows without which nothing is said.
    """

    low: Share = 0.1
    empty: Share = 0.5
    early: Share = 0.25
    tied: Share = 0.2
    once: Share = 0.8
    apart: int = 25
    agree: Share = 0.3
    window: int = 31
    busy: int = 10
    fewest: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark: its name, the system or pair it is about, what was seen, what to do."""

    name: str
    about: str
    seen: str
    do: str


def remarks(tables: Tables, settings: QualitySettings) -> tuple[Remark, ...]:
    """Return all remarks about the merged tallies of ``tallies.QUALITY``, by name and system."""
    rules: tuple[Callable[[Tables, QualitySettings], Iterator[Remark]], ...] = (
        _gaps,
        _windows,
        _empty,
        _changed_codes,
        _alike,
        _many,
        _clocks,
    )
    found = [remark for rule in rules for remark in rule(tables, settings)]
    return tuple(sorted(found, key=lambda one: (one.name, one.about, one.seen)))


def _gaps(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    for system, weeks in _by_system(tables["volumes"]):
        counted: dict[date, int] = dict(weeks.select("week", "rows").iter_rows())
        usual = float(weeks.select(pl.col("rows").median()).item())
        if usual < settings.busy:  # a week without rows may be chance
            continue
        inside = _weeks(min(counted), max(counted))[1:-1]
        low = [week for week in inside if counted.get(week, 0) < settings.low * usual]
        for first, last in _runs(low):
            rows = sum(counted.get(week, 0) for week in _weeks(first, last))
            until = last + _WEEK - timedelta(days=1)
            yield Remark(
                name="gap",
                about=system,
                seen=f"{rows:,} rows from {first} to {until}, against {usual:,.0f} in a usual week",
                do="ask whether the system was down or the export is incomplete; these weeks lack steps",
            )


def _windows(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    spans = tables["people"].sort("source_system")
    usual = spans.select(pl.col("first_us", "last_us").median()).row(0)
    for system, *ends in spans.select("source_system", "first_us", "last_us").iter_rows():
        late, early = ((_day(mine) - _day(most)).days for mine, most in zip(ends, usual, strict=True))
        told = [f"begins {late} days after most systems"] if late > settings.window else []
        told += [f"ends {-early} days before most systems"] if -early > settings.window else []
        if told:
            yield Remark(
                name="coverage",
                about=system,
                seen=f"from {_day(ends[0])} to {_day(ends[1])}: {' and '.join(told)}",
                do="export all systems for the same months, or look only at the months they share",
            )


def _empty(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    some = tables["filled"].filter((pl.col("filled") > 0) & (pl.col("rows") >= settings.fewest))
    for system, column, rows, full in some.sort("source_system", "column").iter_rows():
        if full < rows * (1 - settings.empty):
            yield Remark(
                name="mostly empty",
                about=system,
                seen=f"{column} is filled in {full:,} of {rows:,} rows ({full / rows:.0%})",
                do="what rests on it is known for those rows only; see whether another column says more",
            )


def _changed_codes(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    spans = {row["source_system"]: row for row in tables["people"].iter_rows(named=True)}
    counted = tables["codes"].filter(pl.col("rows") >= settings.fewest)
    for row in counted.sort("source_system", "column", "value").iter_rows(named=True):
        span = spans[row["source_system"]]
        edge = int((span["last_us"] - span["first_us"]) * settings.early)
        for name, changed, when in (
            ("new code", row["first_us"] > span["first_us"] + edge, row["first_us"]),
            ("retired code", row["last_us"] < span["last_us"] - edge, row["last_us"]),
        ):
            if changed:
                word = "first" if name == "new code" else "last"
                yield Remark(
                    name=name,
                    about=row["source_system"],
                    seen=f"{row['column']} {row['value']!r} ({row['rows']:,} rows) {word} seen {_day(when)}",
                    do="if it was renamed, map both names to one: else codes are compared, not work",
                )


def _alike(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    del settings
    free = tables["codes"].filter(~pl.col("column").is_in(["channel", "outcome"]))  # others are closed
    grouped = free.sort("source_system", "column", "value").group_by(
        "source_system", "column", maintain_order=True
    )
    for (system, column), rows in grouped:
        named = defaultdict(list)
        for value, count in rows.select("value", "rows").iter_rows():
            named[_folded(value)].append(f"{value!r} ({count:,})")
        for spelt in named.values():
            if len(spelt) > 1:
                yield Remark(
                    name="spelt alike",
                    about=str(system),
                    seen=f"{column}: {', '.join(spelt)}",
                    do="if they mean one thing, map them to one name in the project file",
                )


def _many(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    """Remark on each system of whose rows or customers too large a share is odd."""
    rules = (
        (
            *("equal times", "tied", "rows", settings.tied, "rows share customer and time with another row"),
            "their order is that of the file; export a finer time if the system has one",
        ),
        (
            *("midnight", "midnight", "timed", settings.tied, "times are exactly midnight"),
            "if they are dates, say `precision: day` for the column: their order is not known",
        ),
        (
            *("seen once", "once", "customers", settings.once, "customers have a single row here"),
            "check that the id is the customer's, and not that of a visit, a message or a form",
        ),
    )
    for row in tables["people"].sort("source_system").iter_rows(named=True):
        for name, odd, whole, share, seen, do in rules:
            if row[whole] >= settings.fewest and row[odd] > share * row[whole]:
                said = f"{row[odd]:,} of {row[whole]:,} {seen}"
                yield Remark(name=name, about=row["source_system"], seen=said, do=do)


def _clocks(tables: Tables, settings: QualitySettings) -> Iterator[Remark]:
    for (one, other), rows in (
        tables["offsets"]
        .sort("system_a", "system_b", "minutes")
        .group_by("system_a", "system_b", maintain_order=True)
    ):
        total = int(rows["rows"].sum())
        minutes, most = max(
            rows.select("minutes", "rows").iter_rows(), key=lambda row: (row[1], -abs(row[0]))
        )
        if total >= settings.fewest and most > settings.agree * total and abs(minutes) >= settings.apart:
            yield Remark(
                name="clocks",
                about=f"{one}, {other}",
                seen=f"{most:,} of {total:,} rows of {other} stand {abs(minutes)} minutes "
                f"{'after' if minutes > 0 else 'before'} one of {one}",
                do="compare one contact in both systems; a wrong zone is set right by `zone` of the column",
            )


def _by_system(table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (system,), rows in table.sort(table.columns).group_by("source_system", maintain_order=True):
        yield str(system), rows


def _weeks(first: date, last: date) -> list[date]:
    return [first + n * _WEEK for n in range((last - first).days // 7 + 1)]


def _runs(weeks: list[date]) -> Iterator[tuple[date, date]]:
    """Yield the first and last of weeks that follow each other."""
    begins = [week for week in weeks if week - _WEEK not in weeks]
    ends = [week for week in weeks if week + _WEEK not in weeks]
    yield from zip(begins, ends, strict=True)


def _day(instant_us: float) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)).date()


def _folded(value: str) -> str:
    """Return a label without case, accents, signs and blanks; numbers in it keep their value."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    words = "".join(letter for letter in plain if letter.isalnum())
    return _DIGITS.sub(lambda found: found[0].lstrip("0") or "0", words)
