from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.domain.kernel import Partition
from cjmine.domain.results import Run
from cjmine.domain.rows import HeldRows
from cjmine.domain.tables import CONTACT, FINDING, MOVE
from cjmine.errors import EngineError
from cjmine.report.publish import publish
from cjmine.report.tables import for_spreadsheet, write_tables
from cjmine.report.write import fingerprints

from .made_up import in_parts, make_run

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


@settings(deadline=None)
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


def test_a_table_of_many_partitions_has_the_bytes_of_one(run: Run, tmp_path: Path) -> None:
    write_tables(run, tmp_path / "one")
    write_tables(in_parts(run, 7), tmp_path / "seven")
    for stem in STEMS:
        for suffix in (".parquet", ".csv"):
            one, seven = tmp_path / "one" / (stem + suffix), tmp_path / "seven" / (stem + suffix)
            assert one.read_bytes() == seven.read_bytes(), stem
    run.findings.write_parquet(
        tmp_path / "whole.parquet", compression_level=3, statistics=True, row_group_size=262_144
    )
    assert (tmp_path / "seven" / "findings.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_row_groups_do_not_depend_on_stretches(tmp_path: Path) -> None:
    """A stretch is as long as the keys allow; the file must not show where one ended."""
    rows = 300_000
    numbers = pl.int_range(rows, eager=True)
    moves = MOVE.conform(
        pl.DataFrame({"journey_id": numbers.cast(pl.String), "position": 0, "kind": "sync", "expected": True})
    )
    parts = [Partition(moves=moves.filter(numbers % 3 == part).sort(MOVE.order)) for part in range(3)]
    write_tables(dataclasses.replace(make_run(20), rows=HeldRows(tuple(parts))), tmp_path)
    whole = moves.sort(MOVE.order)
    whole.write_parquet(tmp_path / "whole.parquet", compression_level=3, row_group_size=262_144)
    assert (tmp_path / "moves.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert pl.read_csv(tmp_path / "moves.csv")["journey_id"].cast(pl.String).equals(whole["journey_id"])


def test_a_large_table_is_a_folder_with_a_file_for_each_partition(run: Run, tmp_path: Path) -> None:
    parts = in_parts(run, 4)
    write_tables(parts, tmp_path, csv_rows=250, one_file=run.journeys.height)
    assert (tmp_path / "journeys.parquet").is_file()
    assert not (tmp_path / "findings.parquet").exists()
    for stem, table in {"findings": FINDING, "contacts": CONTACT}.items():
        names = sorted(path.name for path in (tmp_path / stem).iterdir())
        assert names == [f"{part:04d}.parquet" for part in range(4)]
        files = [pl.read_parquet(tmp_path / stem / name) for name in names]
        for part, file in enumerate(files):
            assert file.equals(parts.rows.scan(table, part).collect())
        assert table.merge(files).equals(run.rows.table(table))
        shown = pl.read_csv(tmp_path / f"{stem}.csv", infer_schema=False)
        assert shown["customer_id"].to_list() == pl.concat(files)["customer_id"][:250].to_list()
        note = (tmp_path / f"{stem}.csv.note.txt").read_text(encoding="utf-8")
        total = run.rows.height(table)
        assert note == (
            f"{stem}.csv holds the first 250 of {total:,} rows; the folder {stem} holds all of them.\n"
        )


def test_a_large_run_is_fingerprinted_published_and_replaced(run: Run, tmp_path: Path) -> None:
    for times in range(2):
        with publish(tmp_path / "run") as folder:
            write_tables(in_parts(run, 3 - times), folder, one_file=10)
            files = fingerprints(folder)
            (folder / "run.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    assert fingerprints(tmp_path / "run") == files
    assert {"deviations/0000.parquet", "deviations/0001.parquet", "deviations.csv"} <= set(files)
    assert not (tmp_path / "run" / "deviations" / "0002.parquet").exists()
    (tmp_path / "run" / "findings" / "mine.txt").write_text("mine")
    with pytest.raises(EngineError, match=r"not the run's: findings/mine.txt"), publish(tmp_path / "run"):
        pass
