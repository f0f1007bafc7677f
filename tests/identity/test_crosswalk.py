from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from cjmine.engine.local import LocalEngine
from cjmine.errors import SourceError
from cjmine.identity.crosswalk import nodes_of
from cjmine.identity.settings import Crosswalk, IdentitySettings
from cjmine.ingest.steps import raw_of
from cjmine.intake.joining import as_source, read_crosswalks
from cjmine.intake.reading import Ids, see
from tests.identity.rows import KEYS, Row, people

COLUMNS = {"crm": "crm_no", "housing": "tenancy"}


def read(table: Crosswalk, path: Path, settings: IdentitySettings) -> pl.DataFrame:
    """Read a crosswalk as a run does; return its columns of nodes."""
    table = table.model_copy(update={"file": path.name})
    ids = Ids(schemes=("crm", "housing", "phone"), settings=settings)
    read_crosswalks((table,), (path.parent,), path.parent / "work", ids, LocalEngine())
    seen = see((as_source(table), path), path.parent / "work")
    assert not isinstance(seen, SourceError)
    frames = [raw_of(piece, as_source(table)).frame for piece in seen[0].pieces]
    return nodes_of(pl.concat(frames), table, settings)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("given", [True, False])
def test_the_delimiter_is_sniffed_and_blanks_are_nobody(tmp_path: Path, delimiter: str, given: bool) -> None:  # noqa: FBT001
    path = tmp_path / "crosswalk.csv"
    lines = [("crm_no", "tenancy"), ("0012", " T/1 "), ("", "T/2")]
    path.write_text("\ufeff" + "".join(delimiter.join(line) + "\n" for line in lines), encoding="utf-8")
    crosswalk = Crosswalk(file="c", columns=COLUMNS, delimiter=delimiter if given else None)
    table = read(crosswalk, path, IdentitySettings())
    assert table.rows() == [("crm=0012", "housing=T/1"), (None, "housing=T/2")]


def test_a_row_too_long_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "crosswalk.csv"
    path.write_text("crm_no,tenancy\n1,2\n1,2,3\n")
    with pytest.raises(SourceError, match="line 3 has 3 values where the header has 2"):
        read(Crosswalk(file="c", columns=COLUMNS), path, IdentitySettings())


def test_a_namespace_may_have_several_columns(tmp_path: Path) -> None:
    path = tmp_path / "alias.csv"
    path.write_text("old_no,kept_no,mobile,home\nC1,C2,0117 1,0117 2\n,C3,,\n")
    columns = {"crm": ["kept_no", "old_no"], "phone": ("home", "mobile")}
    table = read(Crosswalk.model_validate({"file": "c", "columns": columns}), path, KEYS)
    assert table.columns == ["node:crm", "node:crm#2", "node:phone", "node:phone#2"]
    assert table.rows() == [
        ("crm=C2", "crm=C1", "phone=441172", "phone=441171"),
        ("crm=C3", None, None, None),
    ]


def test_a_missing_column_of_several_is_named(tmp_path: Path) -> None:
    path = tmp_path / "alias.csv"
    path.write_text("old_no,kept_no\nC1,C2\n")
    crosswalk = Crosswalk.model_validate({"file": "c", "columns": {"crm": ["kept_no", "old"]}})
    with pytest.raises(
        SourceError, match="no column 'old' for 'crm'; it has old_no, kept_no; did you mean 'old_no'"
    ):
        read(crosswalk, path, IdentitySettings())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"crm": "no"}, "joins ids of at least two columns"),
        ({"crm": ["no"]}, "joins ids of at least two columns"),
        ({}, "joins ids of at least two columns"),
        ({"crm": [], "phone": "a"}, "at least 1 item"),
        ({"crm": ["no", "no"]}, "the column 'no' is named twice"),
    ],
)
def test_a_crosswalk_joins_at_least_two_columns(columns: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Crosswalk.model_validate({"file": "c", "columns": columns})


def test_a_crosswalk_is_text_with_blanks_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    path.write_bytes("\ufeffCrm No,Phone\n007,0117 900\n, \n8,\n".encode())
    found = read(Crosswalk(file="c", columns={"crm": "Crm No", "phone": "Phone"}), path, KEYS)
    assert found.columns == ["node:crm", "node:phone"]
    assert found.rows() == [("crm=007", "phone=44117900"), (None, None), ("crm=8", None)]


def test_an_empty_crosswalk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    path.write_bytes(b"")
    with pytest.raises(SourceError, match="cannot be read as CSV"):
        read(Crosswalk(file="c", columns={"crm": "a", "phone": "b"}), path, KEYS)


def test_what_a_crosswalk_adds_is_counted() -> None:
    table = pl.DataFrame(
        {"node:crm": ["crm=007", None, "crm=8", "crm=9"], "node:phone": ["phone=44117900", None, None, None]}
    )
    rows: list[Row] = [("crm", "007", "0117900", None), ("crm", "8", None, None)]
    assert people(rows, table).customers.walked == ((4, 2, 1),)
