"""Workbooks: ids and dates keep what they are, a sheet is an export of its own, damage is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from cjmine.errors import SettingsError, SourceError
from cjmine.ingest.limits import twins

from .conftest import COLUMNS, Reader
from .workbooks import HEAD, WHEN, Rows, sheets, workbook


def one(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return sheets(Log=[head, *rows])


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return a workbook with changed parts and right checksums; ``None`` drops a part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
    return buffer.getvalue()


def in_sheet(old: str, new: str) -> Callable[[str, bytes], bytes]:
    return lambda name, part: part.replace(old.encode(), new.encode()) if "sheet1" in name else part


def test_ids_keep_their_text(reading: Reader) -> None:
    given = [
        "00123",
        "1E5",
        "1e5",
        "123456789012345678",
        "1.0",
        " T/1 ",
        "#N/A",
        "=1+1",
        123,
        12.5,
        10**15,
        True,
    ]
    found = reading("x.xlsx", one(*((value, "call", WHEN) for value in given)))
    assert found.events["customer"].to_list() == [
        *(value for value in given if isinstance(value, str)),
        *("123", "12.5", "1000000000000000", "true"),
    ]


def test_a_sheet_is_an_export_of_its_own(reading: Reader) -> None:
    rows = [HEAD, ("1", "call", WHEN), (), ("2", "call", WHEN), HEAD, ("3", "", WHEN)]
    found = reading(
        "x.xlsx",
        sheets(Cases=rows, Other=[["a"]], Repairs=[HEAD, ("9", "fix", WHEN)]),
        sheet=["Repairs", "Cases"],
    )
    assert found.events["event_id"].to_list() == [
        "crm:x.xlsx#Repairs:1",
        "crm:x.xlsx#Cases:1",
        "crm:x.xlsx#Cases:2",
    ]
    assert found.quarantine.select("file", "row", "line", "reason").rows() == [
        ("x.xlsx#Cases", 3, 5, "the header again"),
        ("x.xlsx#Cases", 4, 6, "no activity"),
    ]
    assert found.ledger.select("file", "read").rows() == [("x.xlsx#Repairs", 1), ("x.xlsx#Cases", 4)]
    assert found.warnings == ()
    assert twins(found.ledger) == []


def test_the_only_sheet_needs_no_name_and_several_workbooks_are_one_source(
    reading: Reader, tmp_path: Path
) -> None:
    (tmp_path / "b.xlsx").write_bytes(sheets(Later=[HEAD, ("2", "call", WHEN)]))
    found = reading("a.xlsx", one(("1", "call", WHEN)), files=("*.xlsx",))
    assert found.events["source_file"].to_list() == ["a.xlsx#Log", "b.xlsx#Later"]


def test_one_workbook_under_two_names_is_told(reading: Reader, tmp_path: Path) -> None:
    content = sheets(A=[HEAD, ("1", "call", WHEN)], B=[HEAD, ("2", "call", WHEN)])
    (tmp_path / "b.xlsx").write_bytes(content)
    found = reading("a.xlsx", content, files=("*.xlsx",), sheet=("A", "B"))
    assert "b.xlsx#A has the same content as a.xlsx#A" in found.warnings[0]
    assert len(twins(found.ledger)) == 2


def test_gzipped(reading: Reader) -> None:
    assert reading("x.xlsx.gz", one(("1", "call", WHEN))).events["source_file"].item() == "x.xlsx.gz#Log"


def test_titles_above_the_header_and_columns_beside_the_table(reading: Reader) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Log")
        sheet.merge_range("B1:D2", "Housing cases")
        for column, (name, value) in enumerate(zip(HEAD, ("1", "call", WHEN), strict=True), 1):
            sheet.write_string(2, column, name)
            sheet.write_string(3, column, value)
        sheet.write_string(3, 7, "a note")

    found = reading("x.xlsx", workbook(fill), header_row=3)
    assert found.events.select("customer", "source_row").rows() == [("1", 1)]
    with pytest.raises(
        SourceError, match=r"x\.xlsx#Log: no column 'who' \(for customer\); found Housing cases"
    ):
        reading("x.xlsx", workbook(fill))
    with pytest.raises(SourceError, match="row 2, where its header should be, is empty"):
        reading("x.xlsx", workbook(fill), header_row=2)
    with pytest.raises(SourceError, match="has 4 rows, so its header cannot be row 9"):
        reading("x.xlsx", workbook(fill), header_row=9)


def test_dates_are_days_where_no_time_of_the_column_has_a_clock(reading: Reader) -> None:
    day, hour = datetime(2024, 7, 2, tzinfo=UTC), timedelta(hours=1)
    rows = [("1", "a", day.replace(tzinfo=None), (day + n * hour).replace(tzinfo=None)) for n in (0, 9)]
    mapped = {**COLUMNS, "end": "end"}
    found = reading("x.xlsx", one(*rows, head=(*HEAD, "end")), columns=mapped)
    assert found.events["precision"].to_list() == ["day", "day"]
    assert found.events["start"].to_list() == [day - hour] * 2
    assert found.events["end"].to_list() == [day - hour, day + 8 * hour]
    assert reading("x.xlsx", one(*rows[:1], ("2", "b", rows[1][3]))).events["precision"].to_list() == [
        "s",
        "s",
    ]


def test_day_numbers_beside_real_dates(reading: Reader) -> None:
    rows = [("1", "a", 45292), ("2", "a", "45293"), ("3", "a", datetime(2024, 1, 3)), ("4", "a", "soon")]  # noqa: DTZ001
    found = reading("x.xlsx", one(*rows), columns={**COLUMNS, "start": {"from": "when", "format": "excel"}})
    assert [str(start.date()) for start in found.events["start"]] == [
        "2024-01-01",
        "2024-01-02",
        "2024-01-03",
    ]
    assert found.events["precision"].to_list() == ["day"] * 3
    assert found.quarantine["value"].to_list() == ["soon"]


def test_a_workbook_from_1904_gives_real_dates_but_no_day_numbers(reading: Reader) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Log")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ("1", "a"))
        sheet.write_datetime(1, 2, datetime(2024, 1, 2), book.add_format({"num_format": "dd/mm/yyyy"}))  # noqa: DTZ001

    content = workbook(fill, date_1904=True)
    assert str(reading("x.xlsx", content).events["start"].item().date()) == "2024-01-02"
    with pytest.raises(SourceError, match="count from 1904"):
        reading("x.xlsx", content, columns={**COLUMNS, "start": {"from": "when", "format": "excel"}})


def test_formulas_count_by_their_saved_value(reading: Reader) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Log")
        sheet.write_row(0, 0, (*HEAD, "note"))
        for row, (value, note) in enumerate([("C7", "x"), ("#N/A", "x"), ("lost", "x"), ("C8", "#REF!")], 1):
            sheet.write_formula(row, 0, "=A9", None, value)
            sheet.write_row(row, 1, ("call", WHEN))
            sheet.write_formula(row, 3, "=A9", None, note)

    content = repacked(workbook(fill), in_sheet("<v>lost</v>", "<v></v>"))
    content = repacked(content, in_sheet('r="A4" t="str"', 'r="A4"'))
    found = reading("x.xlsx", content)
    assert found.events["customer"].to_list() == ["C7", "C8"]
    assert found.quarantine.select("row", "line", "column", "reason").rows() == [
        (2, 3, "who", "an error of the spreadsheet where a value is expected"),
        (3, 4, "who", "a formula whose value was not saved"),
    ]


@pytest.mark.parametrize(
    ("area", "refused"),
    [("A3:A4", "A3:A4 of column 'who'"), ("B1:B2", "B1:B2 of column 'what'"), ("D2:D4", ""), ("A5:C5", "")],
)
def test_cells_merged_over_several_rows_are_refused(reading: Reader, area: str, refused: str) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Log")
        rows = (HEAD, *((str(n), "call", WHEN) for n in (1, 2, 3)))
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        first = area.split(":", maxsplit=1)[0]
        shown = rows[int(first[1]) - 1]["ABC".index(first[0])] if first in {"A3", "B1"} else "Total"
        sheet.merge_range(area, shown)

    if refused:
        with pytest.raises(SourceError, match=f"x.xlsx#Log: the cells {refused} are merged"):
            reading("x.xlsx", workbook(fill))
    else:
        found = reading("x.xlsx", workbook(fill))
        assert found.events["customer"].to_list() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ((), r"x\.xlsx: has 2 sheets \('Cases', 'Repairs'\)\n.*`sheet: Cases`"),
        (("Case", "Notes"), r"has no sheet 'Case' .*did you mean 'Cases'(?s:.*)has no sheet 'Notes'"),
    ],
)
def test_sheets_must_be_named_and_there(reading: Reader, sheet: tuple[str, ...], message: str) -> None:
    rows: Rows = [HEAD, ("1", "call", WHEN)]
    with pytest.raises(SourceError, match=message):
        reading("x.xlsx", sheets(Cases=rows, Repairs=rows), sheet=sheet)


def test_a_header_names_each_column_once(reading: Reader) -> None:
    with pytest.raises(SourceError, match="names 'who' more than once"):
        reading("x.xlsx", one(("1", "2", "call", WHEN), head=("who", "who", "what", "when")))


def test_a_workbook_cut_anywhere_is_refused(reading: Reader) -> None:
    content = one(*((f"{n:05}", "call", WHEN) for n in range(40)))
    cuts = {*range(0, len(content), len(content) // 60), *range(len(content) - 40, len(content))}
    for cut in sorted(cuts):
        with pytest.raises(SourceError, match=r"x\.xlsx: (is|the workbook is) "):
            reading("x.xlsx", content[:cut])


def test_a_flipped_byte_is_refused_or_harmless(reading: Reader) -> None:
    content = one(*((f"{n:05}", "call", WHEN) for n in range(40)))
    whole = reading("x.xlsx", content).events.drop("event_id")
    refused = 0
    for at in range(30, len(content), len(content) // 80):
        try:
            found = reading("x.xlsx", content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        except SourceError:
            refused += 1
        else:
            assert found.events.drop("event_id").equals(whole)
    assert refused > 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda name, part: part.partition(b"</sheetData>")[0] if "sheet1" in name else part, "damaged"),
        (in_sheet("</worksheet>", ""), "damaged"),
        (lambda name, part: part.removesuffix(b"</sst>") if "Strings" in name else part, "damaged"),
        (in_sheet("<worksheet", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet"), "a DOCTYPE is not allowed"),
        (
            lambda name, part: None if name == "xl/worksheets/sheet1.xml" else part,
            "it has no part xl/worksheets/",
        ),
        (
            lambda name, part: None if name == "xl/workbook.xml" else part,
            "is a zip archive, not an Excel workbook",
        ),
        (lambda name, part: None if name.endswith("workbook.xml.rels") else part, "damaged"),
    ],
)
def test_a_workbook_with_right_checksums_can_still_be_damaged(
    reading: Reader, change: Callable[[str, bytes], bytes | None], message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        reading("x.xlsx", repacked(one(("1", "call", WHEN)), change))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"who,what,when\n", "is not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old or password-protected Excel workbook"),
        (b"<html></html>", "is HTML or XML"),
        (sheets(Log=[]), "the sheet is empty"),
    ],
)
def test_other_files_are_refused(reading: Reader, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        reading("x.xlsx", content)


def test_a_bomb_is_refused_before_it_is_inflated(reading: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cjmine.ingest.files.INFLATION_SIZE", 1 << 20)
    zeros = repacked(one(("1", "call", WHEN)), in_sheet("<sheetData>", "<sheetData>" + " " * (1 << 22)))
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zeros)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(SourceError, match="inflates to more than the limit of 200 times"):
        reading("x.xlsx", packed.getvalue())


def test_keys_of_other_formats_are_refused(reading: Reader) -> None:
    with pytest.raises(SettingsError, match="'fields' belongs to format fixed, not to xlsx"):
        reading("x.xlsx", one(), fields={"who": "1-2"})
    with pytest.raises(SettingsError, match="'sheet' belongs to format xlsx, not to csv"):
        reading("x.csv", "who,what,when\n", sheet="Log")
