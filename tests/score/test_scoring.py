"""Projects, finished runs and foreign tables are scored alike; who says the truth gets ones."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine import scoring
from cjmine.errors import SettingsError, SourceError
from cjmine.project.load import load
from cjmine.score.answers import read_findings
from cjmine.score.tracks import Track
from tests.projects import JOURNEY
from tests.score.conftest import Council


@pytest.fixture(scope="session")
def report(council: Council) -> Any:
    (council.truth / "truth_model.journey.yaml").write_text(JOURNEY, encoding="utf-8")
    return scoring.score_project(load(council.project), council.truth, tuple(Track))["tracks"]


def ones(card: Any) -> None:
    assert card["codes"]
    for code, own in card["codes"].items():
        assert (own["precision"], own["recall"], own["f1"]) == (1.0, 1.0, 1.0), code
    assert card["confusion"] == []
    assert card["foreign"] == 0


def all_ones(card: Any) -> None:
    ones(card)
    assert (card["identity"]["precision"], card["identity"]["recall"]) == (1.0, 1.0)
    assert card["contacts"]["precision"] is None  # no contact of two rows: nothing to be right about
    assert card["segmentation"]["ari"] == 1.0
    assert card["status"]["accuracy"] == 1.0


def test_a_finished_run_that_says_the_truth_gets_ones(council: Council) -> None:
    found = scoring.score_run(council.run, council.truth)
    all_ones(found["tracks"]["end-to-end"])


def test_the_tracks_of_a_project(report: Any) -> None:
    assert list(report) == ["oracle", "end-to-end", "noise"]
    all_ones(report["end-to-end"])
    ones(report["oracle"])
    assert report["oracle"]["segmentation"]["ari"] == 1.0
    assert list(report["noise"]["levels"]) == ["0 %", "5 %", "10 %", "20 %", "reason codes removed"]
    assert {gate["passed"] for gate in report["end-to-end"]["gates"]} <= {True, None}


def test_the_baselines_are_scored_beside(report: Any) -> None:
    naive = report["end-to-end"]["baselines"]["naive"]["codes"]
    assert naive["D1"]["found"] > 0
    assert set(report["oracle"]["baselines"]["bupar"]["codes"]) >= {"L1"}


def test_true_journeys_are_held_against_the_true_plan(report: Any) -> None:
    model = report["end-to-end"]["model"]
    assert model["journey_type"] == "permit"
    assert model["complete_journeys_found"] == model["complete_journeys_true"] > 0
    assert model["fitness_found"] == pytest.approx(model["fitness_true"], abs=1e-3)
    assert 0 < model["discovered_fitness_true"] <= 1
    assert 0 < model["discovered_precision"] <= 1


@pytest.mark.parametrize("name", ["findings.csv", "findings.parquet"])
def test_a_table_of_findings_is_scored_by_event_ids(council: Council, name: str) -> None:
    found = scoring.score_table(council.run / name, council.truth, Track.END_TO_END)
    ones(found["tracks"]["end-to-end"])


def test_a_table_may_be_a_folder_as_large_runs_have_it(council: Council, tmp_path: Path) -> None:
    whole = pl.read_parquet(council.run / "findings.parquet")
    (tmp_path / "findings").mkdir()
    for part, rows in enumerate((whole[:3], whole[3:3], whole[3:])):
        rows.write_parquet(tmp_path / "findings" / f"{part:04d}.parquet")
    found = scoring.score(tmp_path / "findings", council.truth)
    assert found == scoring.score(council.run / "findings.parquet", council.truth)
    ones(found["tracks"]["end-to-end"])
    with pytest.raises(SettingsError, match="is no finished run"):
        scoring.score(tmp_path, council.truth)


def test_a_table_needs_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("code,event_ids\nL1,a:f:1 a:f:2\nL2,\n", encoding="utf-8")
    assert read_findings(path)["event_ids"].to_list() == [["a:f:1", "a:f:2"], []]
    path.write_text("kode,event_ids\nL1,a\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"has no column code; did you mean 'kode'\?"):
        read_findings(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_findings(tmp_path / "none.parquet")


def test_a_run_without_its_store_is_refused(council: Council, tmp_path: Path) -> None:
    shutil.copytree(council.run, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "store" / "journeys")
    with pytest.raises(SourceError, match="the run's store has no journeys"):
        scoring.score_run(tmp_path / "run", council.truth)


def test_the_order_of_rows_does_not_matter(council: Council, tmp_path: Path) -> None:
    table = pl.read_parquet(council.run / "findings.parquet")
    table.sample(fraction=1, shuffle=True, seed=3).write_parquet(tmp_path / "shuffled.parquet")
    one, two = (
        scoring.score_table(path, council.truth, Track.END_TO_END)
        for path in (council.run / "findings.parquet", tmp_path / "shuffled.parquet")
    )
    assert one == two
