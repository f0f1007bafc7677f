from __future__ import annotations

from pathlib import Path

import pytest

from cjmine.errors import SourceError
from cjmine.identity.crosswalk import read
from cjmine.identity.settings import Crosswalk, IdentitySettings

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
