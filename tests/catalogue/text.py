"""Rows 1 to 26 of the catalogue: encodings, and the structure of delimited text."""

from __future__ import annotations

from .outcomes import ACCEPTED, REFUSED, SET_ASIDE, Case, export, rows, zipped

A, B, C = (f"{n},call,2024-01-0{n} 10:00:00" for n in (1, 2, 3))
GOOD = rows(A, B)


def accepted(
    number: int, what: str, content: bytes | str, count: int = 2, said: str = "", **more: object
) -> Case:
    given = export("x.csv", content, **more)
    return Case(number=number, what=what, given=given, kind=ACCEPTED, accepted=count, said=said)


def aside(number: int, what: str, content: bytes | str, said: str, count: int = 1) -> Case:
    return Case(
        number=number, what=what, given=export("x.csv", content), kind=SET_ASIDE, aside=count, said=said
    )


def refused(
    number: int, what: str, content: bytes | str, said: str, name: str = "x.csv", **more: object
) -> Case:
    return Case(number=number, what=what, given=export(name, content, **more), kind=REFUSED, said=said)


CASES = (
    accepted(1, "UTF-8 with a byte order mark", "\ufeff" + GOOD),
    accepted(2, "UTF-16 with a byte order mark, little endian", ("\ufeff" + GOOD).encode("utf-16-le")),
    accepted(2, "UTF-16 with a byte order mark, big endian", ("\ufeff" + GOOD).encode("utf-16-be")),
    accepted(3, "cp1252, declared", rows("Zoë" + A[1:], B).encode("cp1252"), encoding="cp1252"),
    refused(3, "cp1252, not declared", rows(A, "Zoë" + B[1:]).encode("cp1252"), "line 3: byte"),
    refused(
        4, "one line of cp1252 in UTF-8", rows(A).encode() + "Zoë,x,y\n".encode("cp1252"), "line 3: byte"
    ),
    refused(5, "a NUL byte", rows(A, "2\0,call,2024-01-02"), "line 3: holds a NUL byte"),
    accepted(6, "text encoded twice", rows("Zoë".encode().decode("latin-1") + A[1:], B)),
    accepted(
        7, "zero-width characters and no-break spaces in ids", rows("1\u200b" + A[1:], B), said="invisible"
    ),
    accepted(8, "semicolons between fields", GOOD.replace(",", ";")),
    accepted(8, "tabs between fields", GOOD.replace(",", "\t")),
    accepted(8, "bars between fields", GOOD.replace(",", "|")),
    accepted(9, "a line end in quotes, doubled quotes", rows('"a ""b""\nc"' + A[1:], B)),
    accepted(9, "CR LF, and CR alone, in one file", rows(A, end="\r\n") + B + "\r"),
    aside(10, "a row too short", rows(A, "2,call", C), "line 3: 2 values where the header has 3"),
    aside(11, "a row too long", rows(A, B + ",x", C), "line 3: 4 values where the header has 3"),
    refused(12, "every row one field longer than the header", rows(A + ",x", B + ",x"), "every row has 4"),
    refused(
        13, "a quote that is never closed", rows(A, '2,"call,2024', *[C] * 5), "line 3: a quote opened here"
    ),
    accepted(14, "a stray quote", rows('5" pipe' + A[1:], B)),
    refused(15, "two columns of one name", rows(A + ",x", head="who,what,when,who"), "'who' more than once"),
    refused(16, "a column that is missing", rows(A, head="whom,what,when"), "no column 'who'"),
    refused(17, "a header in another case", rows(A, head="Who,what,when"), "did you mean 'Who'"),
    accepted(18, "nothing but a header", "who,what,when\n", 0, said="no events"),
    refused(18, "no byte at all", "", "is empty"),
    refused(19, "no header", f"{A}\n{B}\n", "no column 'who'"),
    aside(20, "the header again in the middle", rows(A, "who,what,when", B), "line 3: the header again"),
    aside(21, "a footer with a total", rows(A, B, "Total,2,"), "line 4, column 'start': no start time"),
    refused(22, "a title before the header", "Report of March\n" + GOOD, "the header has 1 columns"),
    refused(23, "a workbook named .csv", b"PK\x03\x04rest", "zip archive or Excel workbook"),
    refused(23, "a web page named .csv", "<!DOCTYPE html><html></html>", "HTML"),
    refused(24, "gzip cut short", zipped(GOOD)[:-6], "gzip", name="x.csv.gz"),
    refused(24, "gzip with a wrong checksum", zipped(GOOD)[:-8] + bytes(8), "gzip", name="x.csv.gz"),
    refused(24, "bytes after the end of gzip", zipped(GOOD) + b"more", "gzip", name="x.csv.gz"),
    refused(24, "named .gz, but not gzip", GOOD, "gzip", name="x.csv.gz"),
    Case(
        number=25,
        what="two members of gzip in one file",
        given=export("x.csv.gz", zipped(rows(A)) + zipped(B + "\n")),
        kind=ACCEPTED,
        accepted=2,
    ),
    accepted(
        26,
        "20,000 columns, one with a name of 10,000 letters",
        rows(
            A + "," * 20_000, head="who,what,when," + "n" * 10_000 + "".join(f",c{n}" for n in range(19_999))
        ),
        1,
    ),
)
