"""Workbooks and fixed-width tables beside other exports: one run, every row accounted for."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cjmine import pipeline
from cjmine.domain.results import Run
from cjmine.project.load import load
from tests.ingest.workbooks import sheets
from tests.projects import replaced, tiny

DESK = "    files: exports/desk.csv\n    format: csv\n"
HEAD = ["case", "person", "step", "day"]


def finished(folder: Path, lines: str) -> Run:
    path = tiny(folder, project=replaced(DESK, lines))
    rows = [["d", "p4", "check", "2026-03-20 11:00:00"], ["d", "p4", "check", "2031-01-01 00:00:00"]]
    twice = [["a", "p1", "check", "2026-03-05 09:00:00"]] * 2
    content = sheets(Cases=[["Desk"], HEAD, *rows, *twice], Notes=[["x"]])
    (folder / "exports" / "desk.xlsx").write_bytes(content)
    return pipeline.run(load(path), folder / "out" / "tiny")


def test_a_sheet_in_a_run(tmp_path: Path) -> None:
    book = "    files: exports/desk.xlsx\n    format: xlsx\n    sheet: Cases\n    header_row: 2\n"
    run = finished(tmp_path, book + "    extracted: 2026-09-30\n")
    assert run.ledger.filter(pl.col("source") == "desk").select(
        "file", "read", "accepted", "quarantined"
    ).rows() == [("desk.xlsx#Cases", 4, 3, 1)]
    assert run.quarantine.filter(pl.col("source") == "desk").select("row", "line", "value").rows() == [
        (2, 4, "2031-01-01 00:00:00")
    ]
    merged = run.events.filter(pl.col("merged_ids").list.len() > 0).select("event_id", "merged_ids")
    assert merged.rows() == [("desk:desk.xlsx#Cases:3", ["desk:desk.xlsx#Cases:4"])]
    assert run.echoes.filter(pl.col("kind") == "same content")["rows"].sum() == 1
    recorded = run.findings.filter(pl.col("code") == "D5")
    assert recorded["event_ids"].to_list() == [["desk:desk.xlsx#Cases:3", "desk:desk.xlsx#Cases:4"]]


def test_silence_is_counted_to_the_day_of_the_export(tmp_path: Path) -> None:
    book = "    files: exports/desk.xlsx\n    format: xlsx\n    sheet: Cases\n    header_row: 2\n"
    late, soon = (
        finished(tmp_path / day, f"{book}    extracted: {day}\n") for day in ("2026-09-30", "2026-03-31")
    )
    status = [
        run.journeys.filter(pl.col("customer_id") == "desk=p4")["status"].to_list() for run in (late, soon)
    ]
    assert status == [["abandoned"], ["open"]]
