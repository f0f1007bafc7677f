"""Fixed width: fields by their characters; lines that do not fit are set aside with their line."""

from __future__ import annotations

from typing import Any

import pytest

from cjmine.errors import SettingsError, SourceError

from .conftest import Reader

#        1234567890123456789012
GOOD = "00012345BILL 202401020900"
FIELDS = {"account": "1-8", "job": "9-13", "at": "14-25"}
COLUMNS = {"customer": "account", "activity": "job", "start": {"from": "at", "format": "%Y%m%d%H%M"}}
LEDGER: dict[str, Any] = {"fields": FIELDS, "columns": COLUMNS}


def test_ids_keep_their_text_and_lose_their_padding(reading: Reader) -> None:
    lines = [GOOD, GOOD.replace("00012345", "     1E5"), GOOD.replace("00012345", "Zoë Ñandú"[:8])]
    found = reading("x.fixed", "\n".join(lines).encode("cp1252"), encoding="cp1252", **LEDGER)
    assert found.events["customer"].to_list() == ["00012345", "1E5", "Zoë Ñand"]
    assert found.events["event_id"].to_list() == [f"crm:x.fixed:{n}" for n in (1, 2, 3)]


def test_lines_that_do_not_fit_are_set_aside(reading: Reader) -> None:
    lines = ["LEDGER OF JANUARY", "", GOOD, GOOD[:12], "   ", GOOD + "x", GOOD, GOOD + "  ", GOOD[:13]]
    found = reading("x.fixed", "\r\n".join(lines) + "\r\n", skip_lines=1, **LEDGER)
    assert found.events["source_row"].to_list() == [1, 4]
    assert found.quarantine.select("row", "line", "value", "reason").rows() == [
        (2, 4, GOOD[:12], "12 characters where the last field begins at 14"),
        (3, 6, GOOD + "x", "26 characters where the fields end at 25"),
        (5, 8, GOOD + "  ", "27 characters where the fields end at 25"),
        (6, 9, GOOD[:13], "13 characters where the last field begins at 14"),
    ]
    assert found.ledger.select("read", "accepted", "quarantined").row(0) == (6, 2, 4)


def test_the_last_field_may_lack_its_blanks(reading: Reader) -> None:
    fields = {**FIELDS, "note": "26-40"}
    columns = {**COLUMNS, "reason_code": "note"}
    found = reading("x.fixed", f"{GOOD}moved\n{GOOD}paid           \n", fields=fields, columns=columns)
    assert found.events["reason_code"].to_list() == ["moved", "paid"]


def test_gzipped_and_fields_in_any_order(reading: Reader) -> None:
    fields = {"day": "14-21", "at": "14-25", "account": "1 - 8", "flag": "8", "job": "9-13"}
    columns = {**COLUMNS, "reason_code": "day", "resource": "flag"}
    found = reading("x.fixed.gz", GOOD + "\n", fields=fields, columns=columns)
    assert found.events.select("customer", "reason_code", "resource").rows() == [
        ("00012345", "20240102", "5")
    ]


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        (b"", {}, r"x\.fixed: the file is empty"),
        (b" \r\n\r\n", {}, r"x\.fixed: the file is empty"),
        (b"PK\x03\x04", {}, "is a zip archive or Excel workbook, not a fixed-width table"),
        (
            f"{GOOD}\n\xe9".encode("latin-1"),
            {},
            r"line 2: byte 27 \(0xe9\) is not UTF-8(?s:.*)declare its encoding",
        ),
        (GOOD.encode(), {"columns": {**COLUMNS, "customer": "acount"}}, "did you mean 'account'"),
        (GOOD.encode(), {"skip_lines": 2}, "skip_lines is 2, but the file has 1 lines"),
    ],
)
def test_refused(reading: Reader, content: bytes, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        reading("x.fixed", content, **{**LEDGER, **settings})


@pytest.mark.parametrize("positions", ["0-3", "8-1", "a-b", "", "1-2-3", "-4"])
def test_positions_are_characters_from_one(reading: Reader, positions: str) -> None:
    with pytest.raises(ValueError, match="are no positions; write the first and the last character"):
        reading("x.fixed", GOOD, fields={**FIELDS, "account": positions}, columns=COLUMNS)


def test_a_fixed_width_table_needs_fields(reading: Reader) -> None:
    with pytest.raises(SettingsError, match="needs its fields"):
        reading("x.fixed", GOOD, columns=COLUMNS)
