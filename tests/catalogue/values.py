"""Rows 27 to 59 of the catalogue: times, identifiers, events, and names meant to do harm."""

from __future__ import annotations

from typing import Any

from .outcomes import ACCEPTED, COLUMNS, REFUSED, SET_ASIDE, Case, export, rows


def at(*times: str, **start: str) -> dict[str, Any]:
    """Return how an export with these times is read; ``start`` is said of its column."""
    lines = [f'{n},call,"{time}"' for n, time in enumerate(times)]
    columns = {**COLUMNS, "start": {"from": "when", **start}}
    return {"given": export("x.csv", rows(*lines), columns=columns)}


def who(*ids: str) -> dict[str, Any]:
    """Return how an export with these customer ids is read."""
    return {"given": export("x.csv", rows(*(f'"{one}",call,2024-01-02 10:00:00' for one in ids)))}


def what(*activities: str) -> dict[str, Any]:
    """Return how an export with these activities is read."""
    lines = [f'{n},"{one}",2024-01-02 10:00:00' for n, one in enumerate(activities)]
    return {"given": export("x.csv", rows(*lines))}


def accepted(number: int, title: str, count: int, given: dict[str, Any], said: str = "") -> Case:
    return Case(number=number, what=title, kind=ACCEPTED, accepted=count, said=said, **given)


def aside(number: int, title: str, count: int, given: dict[str, Any], said: str) -> Case:
    return Case(number=number, what=title, kind=SET_ASIDE, aside=count, said=said, **given)


def refused(number: int, title: str, given: dict[str, Any], said: str) -> Case:
    return Case(number=number, what=title, kind=REFUSED, said=said, **given)


DAY = "2024-01-02 10:00:00"
ENDS = {"columns": {**COLUMNS, "end": "until"}}
HEAD = "who,what,when,until"

CASES = (
    aside(
        27,
        "another form of time in one row",
        1,
        at(DAY, DAY, "03/01/2024"),
        "not a time in this column's form",
    ),
    refused(
        28,
        "days and months that cannot be told apart",
        at("01/02/2024", "03/04/2024"),
        "cannot be told apart",
    ),
    accepted(
        29, "a day above twelve in the last row", 3, at("01/02/2024", "02/03/2024", "25/03/2024"), "day first"
    ),
    refused(30, "day first and month first in one column", at("13/04/2024", "04/13/2024"), "change places"),
    aside(31, "an hour that the clocks skip", 1, at(DAY, "2024-03-31 01:30:00"), "clock change"),
    accepted(31, "an hour that the clocks repeat", 2, at(DAY, "2024-10-27 01:30:00"), "occur twice"),
    accepted(
        32, "another offset in each row", 2, at("2024-01-02T10:00:00+01:00", "2024-01-02T10:00:00-05:00")
    ),
    refused(
        33,
        "some times with an offset, some without",
        at(DAY, "2024-01-02T10:00:00Z"),
        "some times have a zone",
    ),
    accepted(34, "seconds since 1970, declared", 1, at("1704189600", format="epoch s")),
    refused(34, "seconds since 1970, not declared", at("1704189600"), "format: epoch s"),
    refused(34, "day numbers of a spreadsheet, not declared", at("45293.4"), "format: excel"),
    aside(
        35,
        "1900-01-01, 1970-01-01, 0001, 9999",
        4,
        at(DAY, *(f"{d} 00:00:00" for d in ("1900-01-01", "1970-01-01", "0001-01-01", "9999-12-31"))),
        "placeholder",
    ),
    aside(35, "a time to come", 1, at(DAY, "2100-01-01 12:00:00"), "placeholder"),
    aside(36, "30 February", 1, at(DAY, "2024-02-30 10:00:00"), "not a time"),
    aside(36, "24:00", 1, at(DAY, "2024-01-02 24:00:00"), "not a time"),
    aside(36, "a leap second", 1, at(DAY, "2016-12-31 23:59:60"), "not a time"),
    aside(36, "a word", 1, at(DAY, "soon"), "not a time"),
    aside(37, "no time", 1, at(DAY, ""), "no start time"),
    accepted(38, "dates without time", 2, at("2024-01-02", "2024-01-03"), "dates"),
    refused(39, "years of two digits", at("25/02/24"), "form"),
    refused(39, "months in another language", at("1 janvier 2024"), "no known form"),
    accepted(
        40,
        "an end before its start",
        1,
        {"given": export("x.csv", rows(f"1,call,{DAY},2024-01-01 10:00:00", head=HEAD), **ENDS)},
        "before",
    ),
    accepted(41, "leading zeros", 2, who("00123", "123")),
    accepted(42, "ids that look like numbers", 6, who("1E5", "100000", "1e5", "9" * 21, "True", "1,000")),
    aside(43, "no id", 1, who("1", ""), "no customer id"),
    accepted(44, "ids NA, null, None, nan", 4, who("NA", "null", "None", "nan")),
    accepted(45, "blanks around an id", 2, who(" 1", "1"), "blanks around them"),
    accepted(46, "ids that end in .0", 2, who("1.0", "2.0"), "end in '.0'"),
    accepted(
        47,
        "a row twice",
        2,
        {"given": export("x.csv", rows(*[f"1,call,{DAY}"] * 2))},
        "repeat an earlier row",
    ),
    accepted(48, "equal times", 2, {"given": export("x.csv", rows(f"1,call,{DAY}", f"1,visit,{DAY}"))}),
    accepted(
        49,
        "rows out of order",
        2,
        {"given": export("x.csv", rows("1,call,2024-01-03 10:00:00", "1,visit,2024-01-02 10:00:00"))},
    ),
    accepted(
        50,
        "one customer with 20,000 events",
        20_000,
        {"given": export("x.csv", rows(*(f"1,call,2024-01-02 10:00:{n % 60:02d}" for n in range(20_000))))},
        "repeat",
    ),
    accepted(
        51, "10,000 distinct activities", 10_000, what(*(f"call {n}" for n in range(10_000))), "free text"
    ),
    aside(52, "no activity", 1, what("call", ""), "no activity"),
    accepted(53, "activities None, NA, null", 3, what("None", "NA", "null")),
    accepted(54, "a script as activity", 1, what("<script>alert(1)</script>")),
    accepted(55, "a formula as activity", 5, what("=cmd()", "+1", "-1", "@x", "\uff1d1")),
    accepted(
        56, "signs of drawing languages", 2, what('a -> b; c [x=\\"1\\"]'.replace('"', ""), "graph TD; $x_1$")
    ),
    accepted(57, "paths as activity", 3, what("../x", "CON", "/etc/passwd")),
    accepted(58, "signs of SQL as activity", 1, what("x'); DROP TABLE events;--")),
    accepted(59, "activities that nearly have one name", 2, what("Call", "call ")),
)
