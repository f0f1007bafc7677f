"""The page for auditors: its example gives the numbers it names, and its program draws the same samples."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.auditing import check_log
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "auditing.md").read_text(encoding="utf-8")
MODEL = "moving_home.journey.yaml"


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)
    assert isinstance(found, str)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which somebody has done what the page says."""
    here = tmp_path_factory.mktemp("auditing")
    (here / "moves.csv").write_text(block("csv"), encoding="utf-8")
    shutil.copy(ROOT / "configs" / MODEL, here)
    command = "cjmine check moves.csv moving_home.journey.yaml --out moves-check --sample 2 --seed 1"
    assert command in PAGE
    check_log(here / "moves.csv", here / MODEL, here / "moves-check", sample=2, seed=1)
    return here


def test_the_exceptions_are_those_of_the_table(folder: Path) -> None:
    listed = re.findall(r"^\| (\w+) \| (\d+) \| (V\d+) \| (M\d) \| ([\d, ]+) \|$", PAGE, flags=re.MULTILINE)
    found = pl.read_parquet(folder / "moves-check" / "exceptions.parquet")
    proof = pl.read_parquet(folder / "moves-check" / "evidence.parquet")
    rows = dict(proof.group_by("exception").agg(pl.col("source_row").sort()).rows())
    told = [
        (
            row["clause"],
            str(row["line"]),
            row["code"],
            row["customer_id"],
            ", ".join(map(str, rows[row["exception"]])),
        )
        for row in found.iter_rows(named=True)
    ]
    assert listed == told
    assert "finds 3 exceptions in 2 of 3 tested journeys" in PAGE
    lines = (folder / MODEL).read_text(encoding="utf-8").splitlines()
    assert "notify_move" in lines[18]
    assert "acknowledge" in lines[23]


def test_the_program_draws_the_samples_that_were_drawn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102 - the page's own program
    told, _ = check_log("moves.csv", MODEL, Path("again"), sample=2, seed=1)
    drawn = {one["drawn_from"]: [row["customer_id"] for row in one["rows"]] for one in told["samples"]}
    assert names["random_sample"] == drawn["tested journeys"] == ["M2", "M1"]
    assert names["risk_sample"] == drawn["tested journeys by risk"] == ["M3", "M1"]
    assert "the random sample is M2, M1, and the risk sample M3, M1" in PAGE
    weights = dict(pl.read_parquet("again/population.parquet").select("customer_id", "weight").rows())
    assert weights == {"M1": 1, "M2": 8, "M3": 4}
