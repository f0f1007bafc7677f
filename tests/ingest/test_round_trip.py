"""Random rows written in each format and read again are the same rows, and the counts add up."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from .conftest import Reader
from .workbooks import sheets

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
TEXT = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
WHEN = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ROWS = st.lists(st.tuples(TEXT, TEXT, WHEN), min_size=1, max_size=8)
Rows = list[tuple[str, str, datetime]]
NAMES = ("who", "what", "when")


def _csv(rows: Rows) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows(
        [NAMES, *((who, what, when.isoformat(timespec="microseconds")) for who, what, when in rows)]
    )
    return buffer.getvalue().encode()


def _jsonl(rows: Rows) -> bytes:
    lines = [
        json.dumps(dict(zip(NAMES, (who, what, when.isoformat()), strict=True))) for who, what, when in rows
    ]
    return "\n".join(lines).encode()


def _parquet(rows: Rows) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=list(NAMES), orient="row").write_parquet(buffer)
    return buffer.getvalue()


def _xes(rows: Rows) -> bytes:
    log = etree.Element("log")
    for who, what, when in rows:
        trace = etree.SubElement(log, "trace")
        event = etree.SubElement(trace, "event")
        etree.SubElement(trace, "string", key="who", value=who)
        etree.SubElement(event, "string", key="what", value=what)
        etree.SubElement(event, "date", key="when", value=when.isoformat(timespec="milliseconds"))
    return bytes(etree.tostring(log, encoding="utf-8"))


def _xlsx(rows: Rows) -> bytes:
    return sheets(Log=[NAMES, *((who, what, when.replace(tzinfo=None)) for who, what, when in rows)])


WRITERS = {
    "x.csv": _csv,
    "x.csv.gz": _csv,
    "x.jsonl": _jsonl,
    "x.parquet": _parquet,
    "x.xes": _xes,
    "x.xes.gz": _xes,
    "x.xlsx": _xlsx,
}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_written_and_read(reading: Reader, name: str, rows: Rows) -> None:
    if ".xes" in name:  # XML has no place for these characters, and XES no microseconds
        legal = [[_legal(who) or "x", _legal(what) or "x"] for who, what, _ in rows]
        times = [when.replace(microsecond=when.microsecond // 1000 * 1000) for _, _, when in rows]
        rows = [(who, what, when) for (who, what), when in zip(legal, times, strict=True)]
    if ".xlsx" in name:  # spreadsheets count milliseconds
        rows = [
            (who, what, when.replace(microsecond=when.microsecond // 1000 * 1000)) for who, what, when in rows
        ]
    start = {"from": "when", "zone": "UTC"}
    columns = {"customer": "case:who" if ".xes" in name else "who", "activity": "what", "start": start}
    found = reading(name, WRITERS[name](rows), columns=columns)
    assert found.events.select("customer", "activity", "start").rows() == rows
    assert found.events["source_row"].to_list() == list(range(1, len(rows) + 1))
    assert found.ledger.select("read", "accepted", "quarantined").row(0) == (len(rows), len(rows), 0)


FIELD = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), min_size=1, max_size=9).map(
    str.strip
)
FIXED = st.lists(st.tuples(FIELD.filter(bool), FIELD.filter(bool), WHEN), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=FIXED,
    gap=st.integers(0, 3),
    skip=st.integers(0, 2),
    short=st.booleans(),
    end=st.sampled_from(("\n", "\r\n")),
)
def test_fixed_width_written_and_read(
    reading: Reader,
    *,
    rows: Rows,
    gap: int,
    skip: int,
    short: bool,
    end: str,
) -> None:
    lines = [f"{when:%Y%m%d%H%M}{' ' * gap}{who:>9}{what:<9}" for who, what, when in rows]
    lines = [line.rstrip(" ") if short else line for line in lines]
    first = 13 + gap
    found = reading(
        "x.fixed",
        "".join(line + end for line in ["title"] * skip + lines).encode("cp1252"),
        encoding="cp1252",
        skip_lines=skip,
        fields={"when": "1-12", "who": f"{first}-{first + 8}", "what": f"{first + 9}-{first + 17}"},
        columns={
            "customer": "who",
            "activity": "what",
            "start": {"from": "when", "format": "%Y%m%d%H%M", "zone": "UTC"},
        },
    )
    minutes = [(who, what, when.replace(second=0, microsecond=0)) for who, what, when in rows]
    assert found.events.select("customer", "activity", "start").rows() == minutes
    assert found.ledger.select("read", "accepted", "quarantined").row(0) == (len(rows), len(rows), 0)


def _legal(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(st.sampled_from('a1,"\n\r; é'), max_size=60))
def test_any_text_has_one_of_three_outcomes(reading: Reader, body: str) -> None:
    from cjmine.errors import SourceError  # noqa: PLC0415

    try:
        found = reading("x.csv", "who,what,when\n" + body)
    except SourceError:
        return
    assert found.ledger["read"].item() == found.events.height + found.quarantine.height
