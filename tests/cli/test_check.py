"""``cjmine check`` for auditors: a project, a run, a log, each as a folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from click.testing import CliRunner, Result

from cjmine import auditing
from cjmine.audit.workbook import ROWS
from cjmine.cli.group import cli
from cjmine.project.load import load
from tests.projects import replaced, tiny

FILES = {
    *("audit.json", "exceptions.xlsx", "model.svg", "model.png"),
    *(
        f"{name}.{form}"
        for name in ("clauses", "exceptions", "evidence", "population")
        for form in ("csv", "parquet")
    ),
}
PLAN = "journey: abc\nsteps: [a, b, c]\nrules:\n  - c only after b\n"
LOG = "case,activity,time\n1,a,2026-01-01 09:00\n1,b,2026-01-01 10:00\n1,c,2026-01-01 11:00\n"
STRANGE = "=cmd|' /C calc'!A0"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def told(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the project file of the tiny council, and its check."""
    project = tiny(tmp_path_factory.mktemp("check"))
    return project, call("check", project, "--sample", 3, "--seed", 9)


@pytest.fixture
def copied(checked: tuple[Path, Result], tmp_path: Path) -> Path:
    """Return a run's folder that may be spoiled."""
    shutil.copytree(checked[0].parent, tmp_path / "copy")
    return tmp_path / "copy" / "out" / "tiny"


def test_a_project_is_run_and_checked_beside_its_run(checked: tuple[Path, Result]) -> None:
    project, result = checked
    assert result.exit_code == 0, result.output
    folder = project.parent / "out" / "tiny-check"
    assert {path.name for path in folder.iterdir()} == FILES
    assert (project.parent / "out" / "tiny" / "run.json").is_file()
    out = result.stdout.replace("\n", "")
    assert "project tiny: 7 exceptions in 4 of 4 tested journeys" in out
    assert f"workbook: {folder / 'exceptions.xlsx'}" in out
    assert "permit.journey.yaml:5" in out
    # most exceptions first
    assert out.index("'Ask' is not needed") < out.index("'Check' happens")


def test_the_exceptions_are_those_that_were_put_there(checked: tuple[Path, Result]) -> None:
    project, _ = checked
    folder = project.parent / "out" / "tiny-check"
    found = pl.read_parquet(folder / "exceptions.parquet")
    assert sorted(found.select("code", "clause").rows()) == [
        ("V1", "apply"),
        ("V1", "check"),
        ("V2", "ask"),
        ("V2", "ask"),
        ("V2", "ask"),
        ("V2", "other steps"),
        ("V2", "other steps"),
    ]
    clauses = {row["clause"]: row for row in pl.read_parquet(folder / "clauses.parquet").to_dicts()}
    check = clauses["check"]
    assert (check["journeys"], check["journeys_broken"], check["exceptions"], check["line"]) == (4, 1, 1, 5)
    assert (clauses["ask"]["result"], clauses["ending"]["result"]) == ("exceptions", "kept")
    missing = found.filter(pl.col("code") == "V1", pl.col("clause") == "check")["exception"].item()
    proof = pl.read_parquet(folder / "evidence.parquet").filter(pl.col("exception") == missing)
    assert proof.select("source_file", "source_row", "activity").rows() == [
        ("web.jsonl", 4, "apply"),
        ("desk.csv", 6, "decide"),
    ]


def test_the_workbook_says_what_the_tables_say(checked: tuple[Path, Result]) -> None:
    project, _ = checked
    folder = project.parent / "out" / "tiny-check"
    book = fastexcel.read_excel(folder / "exceptions.xlsx")
    assert book.sheet_names == [
        *("Read me", "Clauses", "Exceptions", "Evidence"),
        *("Sample (random)", "Sample (risk)", "Population notes"),
    ]
    said = told(folder)
    sheet = book.load_sheet("Exceptions", header_row=3).to_polars()
    assert (
        sheet["exception"].to_list() == pl.read_parquet(folder / "exceptions.parquet")["exception"].to_list()
    )
    risk = book.load_sheet("Sample (risk)", header_row=4).to_polars()
    assert risk["journey id"].to_list() == [row["journey_id"] for row in said["samples"][2]["rows"]]
    assert risk.columns[-3:] == ["re-performed by", "result", "remark"]
    read_me = [str(row[0]) for row in book.load_sheet("Read me", header_row=None).to_polars().rows()]
    assert any(said["models"][0]["sha256"] in line for line in read_me)
    assert "Samples: 3 of each, seed 9" in read_me
    assert str(project.parent) not in "".join(read_me)


def test_again_is_equal_byte_for_byte_and_another_seed_is_not(
    checked: tuple[Path, Result], tmp_path: Path
) -> None:
    project, _ = checked
    first = project.parent / "out" / "tiny-check"
    loaded = load(project)
    auditing.check_project(loaded, tmp_path / "again", sample=3, seed=9)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (first / name).read_bytes(), name
    auditing.check_run(loaded.folder, tmp_path / "again", sample=3, seed=10)
    assert told(tmp_path / "again")["samples"] != told(first)["samples"]
    assert told(tmp_path / "again")["clauses"] == told(first)["clauses"]


def test_a_finished_run_is_checked_with_the_model_it_was_made_with(copied: Path, tmp_path: Path) -> None:
    result = call("check", copied, "--out", tmp_path / "check", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["exceptions"] == 7
    assert found["files"].keys() == FILES - {"audit.json"}
    assert found == told(tmp_path / "check")
    plan = copied.parents[1] / "permit.journey.yaml"
    before = plan.read_text("utf-8")
    for changed in (
        before.replace("[apply, check, decide]", "[apply, decide]"),
        f"{before}rules: [at most 1 ask]\n",
    ):
        plan.write_text(changed, "utf-8")  # of the flow, or only of what stands beside it
        result = call("check", copied, "--out", tmp_path / "check")
        assert result.exit_code == 2
        assert "permit.journey.yaml: is not as it was when the run was made" in result.stderr
    plan.unlink()
    result = call("check", copied, "--out", tmp_path / "check")
    assert "permit.journey.yaml: is not found" in result.stderr
    assert told(tmp_path / "check") == found


def test_a_run_that_was_touched_is_not_believed(copied: Path) -> None:
    (copied / "summary.json").write_text("{}", encoding="utf-8")
    result = call("check", copied)
    assert result.exit_code == 3
    assert "summary.json" in result.stderr
    assert told(copied.with_name("tiny-check"))["what"] == "project tiny"  # the last good check stays


def test_a_code_over_its_limit_fails(copied: Path) -> None:
    result = call("check", copied, "--fail-on", "V1=1")
    assert result.exit_code == 1
    assert "failed: V1: 2 findings, at most 1 allowed" in result.stderr
    assert call("check", copied, "--fail-on", "V1=2").exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sample", "many"), "--sample 'many': give a whole number"),
        (("--sample", 0), "--sample 0: give a whole number from 1 to 100,000"),
        (("--sample", 100_001), "--sample 100001: give a whole number from 1 to 100,000"),
        (("--seed", "1.5"), "--seed '1.5': give a whole number"),
        (("--seed", -1), "--seed -1: give a whole number, 0 or more"),
        (("--case", "id"), "--case: a project file says which columns mean what"),
    ],
)
def test_options_that_make_no_sense_are_told(
    checked: tuple[Path, Result], options: tuple[object, ...], message: str
) -> None:
    result = call("check", checked[0], *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_folder_of_something_else_is_left_alone(checked: tuple[Path, Result], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    run = checked[0].parent / "out" / "tiny"
    result = call("check", run, "--out", tmp_path / "mine")
    assert result.exit_code == 5
    assert "holds no audit.json of ours, so it is not a check" in result.stderr
    assert (
        call("check", run, "--out", run).exit_code == call("check", run, "--out", run / "in").exit_code == 2
    )
    assert call("check", tmp_path / "mine").exit_code == 2
    assert "is no finished run" in call("check", tmp_path / "mine").stderr


def test_a_project_without_a_plan_has_nothing_to_check(tmp_path: Path) -> None:
    text = replaced(", models: [{file: permit.journey.yaml}]", "")
    result = call("check", tiny(tmp_path, project=text))
    assert result.exit_code == 2
    assert "names no intended journey" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_plan_too_large_to_align_with_is_refused_alike(tmp_path: Path) -> None:
    wide = ", ".join(f"s{number:02}" for number in range(24))
    plan = tmp_path / "permit.journey.yaml"
    project = tiny(tmp_path)
    plan.write_text(f"journey: permit\nneed: permit\nsteps: [together: [{wide}]]\n", "utf-8")
    log = tmp_path / "log.csv"
    log.write_text("case,activity,time\n1,s00,2026-03-02T09:00:00\n", "utf-8")
    for words in ((project,), (log, plan)):
        result = call("check", *words, "--out", tmp_path / "out" / "check")
        assert result.exit_code == 2, result.output
        assert "none of its clauses can be tested" in result.stderr
        assert not (tmp_path / "out" / "check").exists()
    assert call("check", log, plan).exit_code == 0


def test_a_log_alone_needs_a_model(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    result = call("check", tmp_path / "log.csv")
    assert result.exit_code == 2
    assert "a log is checked against a model" in result.stderr


def test_a_log_with_out_is_written_for_auditors_and_formulas_stay_text(tmp_path: Path) -> None:
    (tmp_path / "abc.journey.yaml").write_text(PLAN, encoding="utf-8")
    log = LOG + f'2,a,2026-01-02 09:00\n2,"{STRANGE}",2026-01-02 10:00\n2,c,2026-01-02 11:00\n'
    (tmp_path / "log.csv").write_text(log, encoding="utf-8")
    folder = tmp_path / "check"
    asked = ("check", tmp_path / "log.csv", tmp_path / "abc.journey.yaml")
    result = call(*asked, "--out", folder, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["audit"] == told(folder)
    assert told(folder)["codes"] == {"V1": 1, "V2": 1, "V9": 1}
    assert {path.name for path in folder.iterdir()} == FILES
    assert call(*asked, "--fail-on", "V9=0").exit_code == 1
    without = json.loads(call(*asked, "--json").stdout)
    assert without == {key: value for key, value in found.items() if key != "audit"}
    events = pl.read_parquet(folder / "evidence.parquet")
    assert events.filter(pl.col("code") == "V2").select("source_row", "activity").rows() == [(5, STRANGE)]
    sheet = fastexcel.read_excel(folder / "exceptions.xlsx").load_sheet("Evidence", header_row=3).to_polars()
    assert STRANGE in sheet["activity"].to_list()
    csv = (folder / "evidence.csv").read_text(encoding="utf-8-sig")
    assert f"'{STRANGE}" in csv
    assert f",{STRANGE}" not in csv


def test_rows_beyond_a_sheet_are_in_the_tables_beside_it(
    checked: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ROWS == 1_048_576
    monkeypatch.setattr(auditing, "ROWS", 7)
    auditing.check_run(checked[0].parent / "out" / "tiny", tmp_path / "check")
    sheet = fastexcel.read_excel(tmp_path / "check" / "exceptions.xlsx").load_sheet(
        "Exceptions", header_row=None
    )
    last = [str(row[0]) for row in sheet.to_polars().rows()][-1]
    assert last == "cut: the first 2 of 7 rows; all of them are in exceptions.parquet"
    assert pl.read_parquet(tmp_path / "check" / "exceptions.parquet").height == 7


def test_every_plan_of_a_project_has_its_own_picture(tmp_path: Path) -> None:
    plan = "journey: Other thing!\nneed: other\nsteps: [look]\n"
    (tmp_path / "other.journey.yaml").write_text(plan, encoding="utf-8")
    both = "models: [{file: permit.journey.yaml}, {file: other.journey.yaml}]"
    loaded = load(tiny(tmp_path, project=replaced("models: [{file: permit.journey.yaml}]", both)))
    found, folder = auditing.check_project(loaded)
    drawn = sorted(path.name for path in folder.iterdir() if path.name.startswith("model-"))
    assert [name[:16] for name in drawn[:2]] == ["model-other-thin"] * 2
    assert [Path(name).suffix for name in drawn] == [".png", ".svg"] * 2
    assert drawn[2:] == ["model-permit.png", "model-permit.svg"]
    assert len({Path(name).stem for name in drawn}) == 2
    assert {row["result"] for row in found["clauses"] if row["journey_type"] == "Other thing!"} == {
        "not asked"
    }
