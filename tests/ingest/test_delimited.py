"""Faults of CSV exports and their three outcomes: accepted with exact counts, set aside, refused."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from cjmine.errors import SourceError

from .conftest import Reader

HEAD = "who,what,when\n"
A, B = "1,call,2024-01-02 10:00:00\n", "2,web,2024-01-03 10:00:00\n"

ACCEPTED: dict[str, tuple[bytes, dict[str, Any], list[str]]] = {
    "byte order mark": (("\ufeff" + HEAD + A).encode(), {}, ["1"]),
    "utf-16 little endian": (("\ufeff" + HEAD + A).encode("utf-16-le"), {}, ["1"]),
    "utf-16 big endian": (("\ufeff" + HEAD + A).encode("utf-16-be"), {}, ["1"]),
    "declared cp1252": ((HEAD + "Zoë,call,2024-01-02\n").encode("cp1252"), {"encoding": "cp1252"}, ["Zoë"]),
    "semicolon": ((HEAD + A + B).replace(",", ";").encode(), {}, ["1", "2"]),
    "tab": ((HEAD + A + B).replace(",", "\t").encode(), {}, ["1", "2"]),
    "pipe": ((HEAD + A + B).replace(",", "|").encode(), {}, ["1", "2"]),
    "declared caret": ((HEAD + A + B).replace(",", "^").encode(), {"delimiter": "^"}, ["1", "2"]),
    "crlf": ((HEAD + A + B).replace("\n", "\r\n").encode(), {}, ["1", "2"]),
    "cr": ((HEAD + A + B).replace("\n", "\r").encode(), {}, ["1", "2"]),
    "mixed line ends": ((HEAD + A.replace("\n", "\r") + B).encode(), {}, ["1", "2"]),
    "no last line end": ((HEAD + A + B).rstrip().encode(), {}, ["1", "2"]),
    "blank lines": ((HEAD + "\n" + A + "\n\n" + B + "\n").encode(), {}, ["1", "2"]),
    "quoted newline": ((HEAD + A.replace("1", '"1\n,x"', 1) + B).encode(), {}, ["1\n,x", "2"]),
    "doubled quotes": ((HEAD + A.replace("1", '"a ""b"""', 1) + B).encode(), {}, ['a "b"', "2"]),
    "stray quote": ((HEAD + A.replace("1", '5" pipe', 1) + B).encode(), {}, ['5" pipe', "2"]),
    "ids stay text": (
        (HEAD + "".join(A.replace("1", i, 1) for i in ("00123", "1E5", "9" * 21, "None", "nan"))).encode(),
        {},
        ["00123", "1E5", "9" * 21, "None", "nan"],
    ),
    "nothing but a header": (HEAD.encode(), {}, []),
    "a mark inside": ((HEAD + "\ufeff" + A).encode(), {}, ["\ufeff1"]),
    "columns of no name": ((HEAD.replace("\n", ",,\n") + A.replace("\n", ",,\n")).encode(), {}, ["1"]),
}

SET_ASIDE = {
    "short row": (HEAD + A + "2,web\n" + B, [(2, 3, "2 values where the header has 3")]),
    "long row": (HEAD + A + "2,web,x,y\n" + B, [(2, 3, "4 values where the header has 3")]),
    "short row after a quoted newline": (
        HEAD + '"1\n2",call,2024-01-02\n' + "2,web\n" + B,
        [(2, 4, "2 values where the header has 3")],
    ),
    "header again": (HEAD + A + HEAD + B, [(2, 3, "the header again")]),
    "footer": (HEAD + A + B + "Total,2,\n", [(3, 4, "no start time")]),
    "misplaced quote": (HEAD + '"1"x,call,2024-01-02\n' + A + B, [(1, 2, "a misplaced quote")]),
    "ragged beside a stray quote": (
        HEAD + A.replace("1", '5"', 1) + "x,y\n" + HEAD + B,
        [(2, 3, "2 values where the header has 3"), (3, 4, "the header again")],
    ),
}

REFUSED: dict[str, tuple[bytes, str]] = {
    "undeclared cp1252": ((HEAD + A + "Zoë,x,y").encode("cp1252"), r"line 3: byte 44 \(0xeb\).*cp1252"),
    "nul": ((HEAD + A + "2\0,x,y").encode(), "line 3: holds a NUL byte"),
    "empty": (b"", "is empty"),
    "every row longer": ((HEAD + A.replace("\n", ",x\n") * 3).encode(), "3 columns, but every row has 4"),
    "a title before the header": (("Report\n" + HEAD + A).encode(), "title lines before the header"),
    "open quote": ((HEAD + A + '2,"web,2024\n' + B * 5).encode(), "line 3: a quote opened here"),
    "open quote on the last line": ((HEAD + A + '2,"web').encode(), "line 3: a quote opened here"),
    "header twice the same": (
        (HEAD.replace("\n", ",who\n") + A.replace("\n", ",x\n")).encode(),
        "'who' more",
    ),
    "no header": ((A + B).encode(), "no column 'who'"),
    "a mistyped column": (HEAD.replace("who", "Who ").encode() + A.encode(), "did you mean 'Who '"),
    "excel": (b"PK\x03\x04rest", "zip archive or Excel workbook, not a text table"),
    "html": (b"\n<!DOCTYPE html><html>", "HTML"),
    "gzip without its ending": (gzip.compress(HEAD.encode()), "add .gz to its name"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(reading: Reader, case: str) -> None:
    content, settings, ids = ACCEPTED[case]
    found = reading("x.csv", content, **settings)
    assert found.events["customer"].to_list() == ids
    assert found.quarantine.is_empty()
    assert found.ledger.select("read", "accepted", "quarantined", "filtered").row(0) == (
        len(ids),
        len(ids),
        0,
        0,
    )


@pytest.mark.parametrize("case", SET_ASIDE)
def test_set_aside(reading: Reader, case: str) -> None:
    content, expected = SET_ASIDE[case]
    found = reading("x.csv", content)
    assert found.quarantine.select("row", "line", "reason").rows() == expected
    assert found.events.height == 2
    assert found.ledger["read"].item() == 2 + len(expected)


@pytest.mark.parametrize("case", REFUSED)
def test_refused(reading: Reader, case: str) -> None:
    content, message = REFUSED[case]
    with pytest.raises(SourceError, match=f"(?s){message}"):
        reading("x.csv", content)


def test_a_header_alone_is_said(reading: Reader) -> None:
    assert reading("x.csv", HEAD).warnings == ("source 'crm': x.csv: no events",)


def test_the_scan_and_the_slow_parser_agree_on_rows_and_lines(reading: Reader) -> None:
    body = "".join(f'{i},"a\n""b""",2024-01-02\n' if i % 7 else f"{i},x\n" for i in range(1, 200))
    fast = reading("x.csv", HEAD + body)
    slow = reading("x.csv", HEAD + body + '5" pipe,x,2024-01-02\n')
    assert slow.quarantine.drop("value").equals(fast.quarantine.drop("value"))
    assert slow.events.head(fast.events.height).equals(fast.events)
    assert slow.events.height == fast.events.height + 1


def test_the_header_again_is_known_in_quotes_too(reading: Reader) -> None:
    found = reading("x.csv", HEAD + A + '"who",what,"when"\n' + B + '"whom",what,when\n')
    assert found.quarantine.select("row", "reason").row(0) == (2, "the header again")
    assert found.events["customer"].to_list() == ["1", "2"]
    quoted = reading("x.csv", '"who",what,"when"\n' + A + HEAD + B)
    assert quoted.quarantine.select("row", "reason").rows() == [(2, "the header again")]
