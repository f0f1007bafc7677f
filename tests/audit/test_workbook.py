from __future__ import annotations

import errno
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import fastexcel
import polars as pl
import pytest

from cjmine.audit.workbook import CHARACTERS, Sheet, write_workbook

TABLE = pl.DataFrame(
    {
        "journey_id": ["=1+1", "@SUM(A1)", "https://example.org", "007", "plain"],
        "start": [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)] * 4 + [None],
        "rate": [0.25, None, 1.0, 0.0, 0.5],
        "exceptions": [1, 2, 3, 4, 5],
    },
    schema_overrides={"start": pl.Datetime("us", "UTC")},
)


def rows(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return fastexcel.read_excel(path).load_sheet(sheet, header_row=None).to_polars().rows()


def test_text_is_text_times_are_times_and_numbers_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook([Sheet(name="Exceptions", table=TABLE, blanks=("result",))], path)
    found = fastexcel.read_excel(path).load_sheet("Exceptions").to_polars()
    assert found.columns == ["journey id", "start (UTC)", "rate", "exceptions", "result"]
    assert found["journey id"].to_list() == TABLE["journey_id"].to_list()
    assert found["start (UTC)"].to_list()[0] == datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - Excel has no zones
    assert found["start (UTC)"].to_list()[4] is None
    assert found["rate"].to_list() == TABLE["rate"].to_list()
    assert found["exceptions"].to_list() == [1, 2, 3, 4, 5]
    with ZipFile(path) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page
        assert "hyperlink" not in page
        assert "<autoFilter" in page
        assert 'state="frozen"' in page


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook([Sheet(name="One", lines=["words"], table=TABLE)], tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_sheet_that_is_too_long_is_cut_and_says_where_the_rest_is(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook([Sheet(name="One", table=TABLE, whole="one.parquet")], path, rows=5)
    found = rows(path, "One")
    assert len(found) == 5  # the heading, three rows, the note
    assert found[3][0] == "https://example.org"
    assert found[4][0] == "cut: the first 3 of 5 rows; all of them are in one.parquet"
    write_workbook([Sheet(name="One", table=TABLE, whole="one.parquet")], path, rows=6)
    assert [row[0] for row in rows(path, "One")][1:] == TABLE["journey_id"].to_list()


@pytest.mark.parametrize("text", ["x" * 40_000, "\U0001f600" * 20_000])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook([Sheet(name="One", table=pl.DataFrame({"message": [text]}))], path)
    found = str(rows(path, "One")[1][0])
    assert found.endswith("... (cut)")
    assert CHARACTERS - 2 < len(found.encode("utf-16-le")) / 2 <= CHARACTERS


def test_words_stand_above_the_table_and_alone_without_one(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheets = [Sheet(name="Read me", lines=["=a", "b"]), Sheet(name="One", lines=["w"], table=TABLE)]
    write_workbook(sheets, path)
    assert [row[0] for row in rows(path, "Read me")] == ["=a", "b"]
    found = rows(path, "One")
    assert found[0][0] == "w"
    assert found[2][:2] == ("journey id", "start (UTC)")


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        write_workbook([Sheet(name="One")], tmp_path / "nowhere" / "a.xlsx")
    assert caught.value.errno == errno.ENOENT
