from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from cjmine.errors import SourceError
from cjmine.identity.crosswalk import read
from cjmine.identity.settings import Crosswalk, IdentitySettings
from tests.identity.rows import KEYS

COLUMNS = {"crm": "crm_no", "housing": "tenancy"}


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
