from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjmine.domain.results import Run
from cjmine.report.tables import for_spreadsheet, write_tables

TALLIES = ("linkage_systems", "linkage_pairs", "variants", "flows", "totals")
STEMS = (
    "findings",
    "journeys",
    "contacts",
    "deviations",
    "moves",
    "ledger",
    "quarantine/quarantine",
    *(f"tallies/{name}" for name in TALLIES),
)


def test_tables_are_complete_and_the_same_each_time(run: Run, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_tables(run, tmp_path / folder)
    for stem in STEMS:
        for suffix in (".parquet", ".csv"):
            one, other = tmp_path / "a" / (stem + suffix), tmp_path / "b" / (stem + suffix)
            assert one.read_bytes() == other.read_bytes()
    assert pl.read_parquet(tmp_path / "a" / "findings.parquet").equals(run.findings)
    assert (tmp_path / "a" / "findings.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == run.findings.height
    assert rows[0]["event_ids"] == " ".join(run.findings["event_ids"][0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", rows[0]["start"])


def test_chunks_do_not_change_the_bytes(run: Run, tmp_path: Path) -> None:
    import dataclasses  # noqa: PLC0415

    flows = pl.concat([run.flows[:5], run.flows[5:]], rechunk=False)
    assert flows.n_chunks() == 2
    write_tables(run, tmp_path / "a")
    write_tables(dataclasses.replace(run, flows=flows), tmp_path / "b")
    name = "tallies/flows.parquet"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_text(first: str) -> None:
    frame = pl.DataFrame({"name": [first + "1+1"], "list": [[first + "1", "b"]], "number": [-1.5]})
    row = for_spreadsheet(frame).row(0)
    assert row == ("'" + first + "1+1", "'" + first + "1 b", -1.5)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_text_survives_the_csv(texts: list[str]) -> None:
    safe = for_spreadsheet(pl.DataFrame({"t": texts}))
    written = io.StringIO(safe.write_csv(include_header=False), newline="")
    assert [row[0] for row in csv.reader(written)] == safe["t"].to_list()
    assert [t.removeprefix("'") for t in safe["t"]] == [t.removeprefix("'") for t in texts]
    assert not [t for t in safe["t"] if t[:1] in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")]


def test_a_long_csv_is_cut_with_a_note(run: Run, tmp_path: Path) -> None:
    write_tables(run, tmp_path, csv_rows=10)
    assert len((tmp_path / "contacts.csv").read_text(encoding="utf-8-sig").splitlines()) == 11
    note = (tmp_path / "contacts.csv.note.txt").read_text(encoding="utf-8")
    assert f"first 10 of {run.contacts.height:,} rows" in note
    assert pl.read_parquet(tmp_path / "contacts.parquet").height == run.contacts.height
    assert not (tmp_path / "ledger.csv.note.txt").exists()
