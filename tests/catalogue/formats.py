"""Rows 60 to 83 of the catalogue: XES, JSON lines, Parquet, Excel, object-centric logs, databases."""

from __future__ import annotations

import io
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from cjmine.ingest.database import copied
from cjmine.ingest.settings import Source
from cjmine.ingest.source import read
from tests.ingest.workbooks import HEAD, WHEN, sheets

from .outcomes import (
    ACCEPTED,
    COLUMNS,
    REFUSED,
    SET_ASIDE,
    Case,
    Outcome,
    export,
    of_reading,
    zipped,
)

EVENT = (
    '<event><string key="concept:name" value="call"/>'
    '<date key="time:timestamp" value="2024-01-02T10:00:00.000+01:00"/></event>'
)
NAME = '<string key="concept:name" value="c1"/>'
LOG = f"<log><trace>{NAME}{EVENT}</trace></log>"
BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(10))
LINE = '{"who": "1", "what": "call", "when": "2024-01-02"}\n'


def xes(number: int, what: str, kind: str, content: bytes | str, said: str = "", *, aside: int = 0) -> Case:
    accepted = 1 if kind != REFUSED else None
    given = export("x.xes", content)
    return Case(number=number, what=what, given=given, kind=kind, said=said, accepted=accepted, aside=aside)


def lines(number: int, what: str, content: str, said: str) -> Case:
    given = export("x.jsonl", LINE + content + "\n")
    return Case(number=number, what=what, given=given, kind=SET_ASIDE, said=said, aside=1)


def refused(number: int, what: str, name: str, content: bytes | str, said: str) -> Case:
    return Case(number=number, what=what, given=export(name, content), kind=REFUSED, said=said)


def ocel(number: int, what: str, kind: str, content: bytes | str, said: str) -> Case:
    given = export("x.ocel", content, object_type="citizen")
    aside = int(kind == SET_ASIDE)
    accepted = None if kind == REFUSED else 2 - aside
    return Case(number=number, what=what, given=given, kind=kind, said=said, accepted=accepted, aside=aside)


def database(number: int, what: str, script: str, said: str) -> Case:
    """Return how the table ``x`` of an SQLite database is read that a script has made."""

    def given(folder: Path) -> Outcome:
        path = folder / "x.db"
        with closing(sqlite3.connect(path)) as there:
            there.executescript(script)
        told = {"name": "crm", "format": "sql", "database": "${CATALOGUE_DB}", "columns": COLUMNS}
        os.environ["CATALOGUE_DB"] = f"sqlite:///{path}"
        try:
            (copy,) = copied([Source.model_validate({**told, "table": "x", "order_by": "who"})], folder)
        finally:
            del os.environ["CATALOGUE_DB"]
        return of_reading(read(copy.source, rank=0, roots=(folder,), timezone="Europe/London", keys=()))

    kind = ACCEPTED if said == "no events" else REFUSED
    return Case(number=number, what=what, given=given, kind=kind, said=said)


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"who": ["1"], "what": ["call"], "when": ["2024-01-02 10:00:00"]}).write_parquet(buffer)
    return buffer.getvalue()


PARQUET = parquet()
BOOK = sheets(log=[HEAD, ("1", "call", WHEN)])
TWO_SHEETS = sheets(log=[HEAD, ("1", "call", WHEN)], notes=[HEAD, ("2", "call", WHEN)])
OBJECTS = json.dumps(
    {
        "events": [
            {
                "id": "e1",
                "type": "call",
                "time": "2024-01-02T10:00:00Z",
                "relationships": [{"objectId": "c1"}],
            },
            {
                "id": "e2",
                "type": "call",
                "time": "2024-01-03T10:00:00Z",
                "relationships": [{"objectId": "c1"}],
            },
        ],
        "objects": [{"id": "c1", "type": "citizen"}, {"id": "f1", "type": "form"}],
        "objectTypes": [{"name": "citizen"}, {"name": "form"}],
    }
)
DECLARED = '<?xml version="1.0" encoding="{}"?>'

CASES = (
    xes(
        60,
        "an entity that names a file",
        REFUSED,
        f'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]>{LOG}',
        "DOCTYPE",
    ),
    xes(61, "entities that grow without end", REFUSED, f"<!DOCTYPE log [{BOMB}]>{LOG}", "DOCTYPE"),
    xes(62, "a value of eleven million letters", REFUSED, LOG.replace("call", "x" * 11_000_000), "limit"),
    xes(
        63,
        "60,000 attributes inside each other",
        REFUSED,
        LOG.replace("</event>", "<list>" * 60_000 + "</event>"),
        "deeper",
    ),
    xes(64, "cut short", REFUSED, LOG[:-9], "not well-formed"),
    Case(
        number=64,
        what="cut short, compressed",
        given=export("x.xes.gz", zipped(LOG)[:-4]),
        kind=REFUSED,
        said="gzip",
    ),
    xes(65, "two roots", REFUSED, LOG * 2, "not well-formed"),
    xes(65, "tags that do not match", REFUSED, LOG.replace("</trace>", "\n</tarce>"), "line 2"),
    xes(
        66,
        "an event without name",
        SET_ASIDE,
        LOG.replace(EVENT, EVENT + EVENT.replace("concept:", "x:")),
        "no activity",
        aside=1,
    ),
    xes(
        66,
        "an event without time",
        SET_ASIDE,
        LOG.replace(EVENT, EVENT + EVENT.replace("time:", "x:")),
        "no start time",
        aside=1,
    ),
    xes(
        67,
        "a trace without name",
        SET_ASIDE,
        LOG.replace("</log>", f"<trace>{EVENT}</trace></log>"),
        "no customer id",
        aside=1,
    ),
    Case(
        number=67,
        what="two traces of one name",
        kind=ACCEPTED,
        accepted=2,
        said="occur more than once",
        given=export("x.xes", LOG.replace("</log>", f"<trace>{NAME}{EVENT}</trace></log>")),
    ),
    xes(
        68,
        "a name inside a list",
        ACCEPTED,
        LOG.replace("</event>", f'<list key="l"><values>{NAME}</values></list></event>'),
    ),
    xes(69, "an event in a comment", ACCEPTED, LOG.replace("<trace>", f"<!-- {EVENT} --><trace>")),
    xes(70, "single quotes and entities", ACCEPTED, LOG.replace('"call"', "'&#99;all'")),
    xes(
        71,
        "a namespace prefix",
        ACCEPTED,
        LOG.replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("<x:log>", '<x:log xmlns:x="http://www.xes-standard.org/">'),
    ),
    xes(72, "UTF-16", ACCEPTED, (DECLARED.format("UTF-16") + LOG).encode("utf-16")),
    xes(72, "Latin-1, declared", ACCEPTED, (DECLARED.format("ISO-8859-1") + LOG).encode("latin-1")),
    xes(
        72,
        "bytes that are no UTF-8",
        REFUSED,
        LOG.replace("call", "Zo\xeb").encode("latin-1"),
        "not well-formed",
    ),
    xes(
        73,
        "a date that is none",
        SET_ASIDE,
        LOG.replace(EVENT, EVENT + EVENT.replace("-02T", "-32T")),
        "not a time",
        aside=1,
    ),
    xes(
        73,
        "two names in one event",
        SET_ASIDE,
        LOG.replace(EVENT, EVENT + EVENT.replace("</event>", NAME + "</event>")),
        "occurs twice",
        aside=1,
    ),
    Case(
        number=74,
        what="a log without events",
        given=export("x.xes", "<log/>"),
        kind=ACCEPTED,
        accepted=0,
        said="no events",
    ),
    xes(
        74,
        "an event outside any trace",
        SET_ASIDE,
        LOG.replace("</log>", EVENT + "</log>"),
        "outside any",
        aside=1,
    ),
    xes(75, "a web page", REFUSED, "<html><body/></html>", "root is <html>"),
    xes(75, "JSON", REFUSED, '{"a": 1}', "is not XML"),
    xes(75, "no byte at all", REFUSED, "", "is empty"),
    lines(76, "the last line cut", '{"who": "2", "wha', "not JSON"),
    lines(77, "a key twice in one line", '{"who": "1", "who": "2"}', "a key occurs twice"),
    lines(
        77, "an object as activity", '{"who": "1", "what": {"x": 1}, "when": "2024-01-02"}', "object or list"
    ),
    lines(77, "100,000 objects inside each other", '{"a":' * 100_000, "nested too deeply"),
    refused(78, "Parquet cut short", "x.parquet", PARQUET[:-30], "Parquet"),
    refused(78, "Parquet's first four bytes alone", "x.parquet", b"PAR1", "Parquet"),
    refused(78, "no byte at all", "x.parquet", b"", "is not a whole Parquet file"),
    Case(number=80, what="a workbook", given=export("x.xlsx", BOOK), kind=ACCEPTED, accepted=1),
    refused(80, "two sheets, none named", "x.xlsx", TWO_SHEETS, "sheet"),
    refused(80, "a workbook cut short", "x.xlsx", BOOK[: len(BOOK) // 2], "x.xlsx"),
    refused(80, "an old binary workbook", "x.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "x.xlsx"),
    ocel(
        81,
        "a relation to an object that is not there",
        ACCEPTED,
        OBJECTS.replace('[{"objectId": "c1"}]', '[{"objectId": "c1"}, {"objectId": "c9"}]', 1),
        "1 relations",
    ),
    ocel(
        81,
        "an object of a type nobody declared",
        ACCEPTED,
        OBJECTS.replace('"type": "form"', '"type": "x"'),
        "not declared",
    ),
    ocel(81, "an event id that occurs twice", SET_ASIDE, OBJECTS.replace('"e2"', '"e1"'), "read already"),
    ocel(81, "a time that is none", SET_ASIDE, OBJECTS.replace("-03T", "-33T"), "not a time"),
    ocel(
        81, "no section of objects", REFUSED, OBJECTS.replace('"objects"', '"objcts"'), "no section 'objects'"
    ),
    ocel(81, "an object-centric log cut short", REFUSED, OBJECTS[:-20], "is not JSON"),
    ocel(
        82,
        "bytes that only begin like a database",
        REFUSED,
        b"SQLite format 3\0" + bytes(500),
        "SQLite database",
    ),
    database(82, "a database without the table", "CREATE TABLE other (a TEXT)", "no such table"),
    database(
        83,
        "a database whose table has no rows",
        "CREATE TABLE x (who TEXT, what TEXT, 'when' TEXT)",
        "no events",
    ),
)
