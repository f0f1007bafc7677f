"""A first project file: it loads, says why, finds shared ids, and is not taken in by decoys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.errors import SettingsError, SourceError
from cjmine.onboarding.first_project import init
from cjmine.pipeline import run
from cjmine.project.load import Loaded, load

ROOT = Path(__file__).parents[2]
PEOPLE = 40


def desk(folder: Path, *, when: str = "{day:02d}/03/2026 09:30", days: int = 28) -> Path:
    rows = ["Client No,What happened: step,When,score,remarks"]
    rows += [
        f"C{1000 + n % PEOPLE},{'asked' if n % 2 else 'decided'},"
        f"{when.format(day=n % days + 1)},{n % 10},remark {n} of many"
        for n in range(200)
    ]
    path = folder / "desk.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def web(folder: Path, *, ids: str = "C{n}") -> Path:
    rows = [
        {
            "client": ids.format(n=1000 + n % PEOPLE),
            "action": f"view {n % 4}",
            "ts": 1772400000 + n * 3600,
            "score": n % 10,
        }
        for n in range(200)
    ]
    path = folder / "website.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def written(folder: Path, **how: Any) -> tuple[dict[str, Any], Loaded, str]:
    out = folder / "project.yaml"
    found = init([folder], out, **how)
    return found, load(out), out.read_text("utf-8")


def test_two_exports_that_share_clients_are_joined_and_scores_are_no_ids(tmp_path: Path) -> None:
    desk(tmp_path)
    web(tmp_path)
    found, loaded, text = written(tmp_path)
    assert [(one["left"], one["right"], one["shared"]) for one in found["joins"]] == [
        ("desk.Client No", "website.client", PEOPLE)
    ]
    office, site = loaded.project.sources
    assert office.columns["customer"].from_ == ("Client No",)
    assert office.id_scheme == site.id_scheme == "client"
    assert office.columns["activity"].from_ == ("What happened: step",)
    assert office.columns["start"].format == "%d/%m/%Y %H:%M"
    assert (site.columns["start"].format, site.columns["start"].zone) == ("epoch s", "UTC")
    assert site.constants["channel"] == "web"
    assert "100 % of its 40 values are also in website.client" in text
    assert "C1000" not in text, "ids are counted, never quoted"


def test_the_file_runs_as_it_is_and_is_written_the_same_again(tmp_path: Path) -> None:
    desk(tmp_path)
    web(tmp_path)
    _, loaded, text = written(tmp_path)
    done = run(loaded, tmp_path / "out")
    assert done.summary["customers"] == PEOPLE
    init(
        [tmp_path / "desk.csv", tmp_path / "website.jsonl"],
        tmp_path / "project.yaml",
        name=loaded.project.project,
        force=True,
    )
    again = (tmp_path / "project.yaml").read_text("utf-8")
    assert (
        again.partition("# Not used")[0].split("# Run it")[0]
        == text.partition("# Not used")[0].split("# Run it")[0]
    )


def test_no_shared_ids_are_said_to_be_none(tmp_path: Path) -> None:
    desk(tmp_path)
    web(tmp_path, ids="W-{n}-x")
    found, loaded, text = written(tmp_path)
    assert found["joins"] == []
    assert "no shared ids were found" in found["next"][0]
    assert "No shared ids were found" in text
    assert len({one.id_scheme for one in loaded.project.sources}) == 2


def test_days_that_could_be_months_are_read_day_first_with_a_warning(tmp_path: Path) -> None:
    desk(tmp_path, days=12)
    _, loaded, text = written(tmp_path)
    assert loaded.project.sources[0].columns["start"].format == "%d/%m/%Y %H:%M"
    assert "CHECK: day and month cannot be told apart" in " ".join(text.replace("#", " ").split())
    init([tmp_path], tmp_path / "us.yaml", zone="America/New_York")
    assert load(tmp_path / "us.yaml").project.sources[0].columns["start"].format == "%m/%d/%Y %H:%M"


def test_row_numbers_that_two_exports_both_count_are_no_shared_ids(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rows = ["row_id,customer_code,status,created"]
        rows += [
            f"{n},{name}{n % 50:03d}z,{'x' if n % 3 else 'y'},2026-03-01 10:00:00" for n in range(1, 300)
        ]
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found, _, _ = written(tmp_path)
    assert found["joins"] == []


def test_free_text_is_no_activity(tmp_path: Path) -> None:
    rows = ["customer,action,date"] + [f"K{n % 50:04d},wrote about matter {n},2026-03-01" for n in range(300)]
    (tmp_path / "notes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    _, loaded, text = written(tmp_path)
    assert loaded.project.sources[0].constants["activity"] == "notes row"
    assert "300 different values: rather free text than steps" in text
    assert "wrote about matter" not in text


@pytest.mark.parametrize(
    "name", ['who "is": # it', "null", "- client", "{client}", "@client", "klant's nr: 1"]
)
def test_hostile_names_of_columns_are_quoted(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame(
        {
            name: [f"C{1000 + n % PEOPLE}" for n in range(200)],
            "event: #1": [f"step {n % 3}" for n in range(200)],
            "date": ["2026-03-01 10:00:00"] * 200,
        }
    )
    frame.write_csv(tmp_path / "odd.csv")
    _, loaded, _ = written(tmp_path)
    columns = loaded.project.sources[0].columns
    assert columns["customer"].from_ == (name,)
    assert columns["activity"].from_ == ("event: #1",)


def test_a_table_without_times_joins_ids_that_differ(tmp_path: Path) -> None:
    desk(tmp_path)
    web(tmp_path, ids="W-{n}-x")
    rows = ["desk_no,web_no"] + [f"C{1000 + n},W-{1000 + n}-x" for n in range(PEOPLE)]
    (tmp_path / "who.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found, loaded, _ = written(tmp_path)
    (table,) = loaded.project.identity.crosswalks
    assert table.columns == {"desk": ("desk_no",), "web": ("web_no",)}
    assert {one["name"]: one["joined"] for one in found["sources"]} == {"desk": ["who"], "website": ["who"]}


def test_months_of_one_export_are_one_source_and_a_renamed_column_is_followed(tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    for month, who in ((1, "caller"), (2, "caller_no")):
        rows = [f"{who};leg;started"]
        rows += [
            f"07700 90{n:04d};{'ask' if n % 2 else 'answer'};2026-0{month}-03 10:00:00" for n in range(60)
        ]
        (tmp_path / "calls" / f"calls-2026-0{month}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    desk(tmp_path)
    _, loaded, _ = written(tmp_path)
    calls = next(one for one in loaded.project.sources if one.name == "calls")
    assert calls.files == ("calls/*.csv",)
    assert calls.columns["customer"].from_ == ("caller", "caller_no")
    assert calls.constants["channel"] == "phone"


def test_what_stands_there_is_not_replaced_and_nothing_usable_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        init([tmp_path / "absent"], tmp_path / "p.yaml")
    (tmp_path / "README.md").write_text("words", encoding="utf-8")
    (tmp_path / "list.csv").write_text("name,colour\na,red\nb,blue\n", encoding="utf-8")
    with pytest.raises(SourceError, match="nothing here can be a first source") as told:
        init([tmp_path], tmp_path / "p.yaml")
    assert any("list" in line and "no column of times" in line for line in told.value.faults)
    assert not (tmp_path / "p.yaml").exists()
    (tmp_path / "p.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="is there already"):
        init([tmp_path], tmp_path / "p.yaml")
    assert (tmp_path / "p.yaml").read_text("utf-8") == "mine"
    with pytest.raises(SettingsError, match="--zone"):
        init([tmp_path], tmp_path / "q.yaml", zone="Europe/Londn")


def shipped(folder: Path) -> Loaded:
    init([ROOT / "sample_logs" / "northmoor"], folder / "northmoor.yaml")
    return load(folder / "northmoor.yaml")


def test_the_shipped_sample_is_joined_as_its_own_project_file_joins_it(tmp_path: Path) -> None:
    project = shipped(tmp_path).project
    scheme = {one.name: one.id_scheme for one in project.sources}
    assert scheme["crm"] == scheme["crm_archive"] == scheme["survey"] == "crm"
    assert len({scheme[name] for name in ("crm", "telephony", "portal", "housing", "benefits")}) == 5
    assert {len(one.columns) for one in project.identity.crosswalks} == {1, 6}
    assert [key.name for key in project.identity.keys] == ["email", "phone"]
    shared = {one.name for one in project.sources if one.columns.get("case_key", None) is not None}
    assert {"crm", "housing", "benefits"} <= shared


@pytest.mark.slow
def test_the_shipped_sample_runs_unedited(tmp_path: Path) -> None:
    done = run(shipped(tmp_path), tmp_path / "out")
    assert done.summary["customers"] > 2_000


@pytest.mark.slow
def test_the_travel_logs_share_the_permit(tmp_path: Path, data: Path) -> None:
    init([data / "bpic2020"], tmp_path / "travel.yaml", zone="Europe/Amsterdam")
    loaded = load(tmp_path / "travel.yaml")
    scheme = {one.name: one.id_scheme for one in loaded.project.sources}
    assert (
        scheme["permit_log"]
        == scheme["international_declarations"]
        == scheme["prepaid_travel_cost"]
        == "permit"
    )
    assert len(set(scheme.values())) == 3
    assert run(loaded, tmp_path / "out").summary["customers"] > 6_000
