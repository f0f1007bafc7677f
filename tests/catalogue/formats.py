"""Rows 60 to 83 of the catalogue: XES, JSON lines, Parquet, Excel, and formats that have no reader."""

from __future__ import annotations

import io

import polars as pl

from tests.ingest.workbooks import HEAD, WHEN, sheets

from .outcomes import ACCEPTED, REFUSED, SET_ASIDE, Case, export, zipped

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


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"who": ["1"], "what": ["call"], "when": ["2024-01-02 10:00:00"]}).write_parquet(buffer)
    return buffer.getvalue()


PARQUET = parquet()
BOOK = sheets(log=[HEAD, ("1", "call", WHEN)])
TWO_SHEETS = sheets(log=[HEAD, ("1", "call", WHEN)], notes=[HEAD, ("2", "call", WHEN)])
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
)
