"""A run as a whole: its figures agree, its record holds its files, and it is all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from lxml import html

from cjmine import pipeline
from cjmine.cli.group import INTERRUPTED
from cjmine.domain.results import Run
from cjmine.errors import CjmineError, LinkageError, SourceError
from cjmine.intended.load import load_model
from cjmine.project.load import load
from cjmine.report.write import fingerprints
from tests.conftest import ROOT
from tests.projects import PROJECT, replaced, tiny

KEYS = (
    "ledger",
    "linkage",
    "customers",
    "journeys",
    "contacts",
    "merged_echoes",
    "variants",
    "fitness",
    "findings",
)
BROKEN = "1 x not a time in this column's form (column end, first in row 4: 'sometime')"


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_the_summary_has_what_others_build_on(finished: tuple[Run, Path]) -> None:
    run, folder = finished
    summary = read(folder, "summary.json")
    assert set(KEYS) <= set(summary)
    assert {row["system"] for row in summary["linkage"]["systems"]} == {
        *("portal", "telephony", "crm_archive", "crm", "housing", "revenues", "benefits", "survey")
    }
    findings = pl.read_parquet(folder / "findings.parquet").filter(~pl.col("intended"))
    for code, row in summary["findings"].items():
        mine = findings.filter(pl.col("code") == code)
        counted = (mine.height, mine["journey_id"].n_unique(), mine["customer_id"].n_unique())
        assert (row["count"], row["journeys"], row["customers"]) == counted, code
    assert set(summary["findings"]) == set(findings["code"])
    journeys = pl.read_parquet(folder / "journeys.parquet")
    assert summary["journeys"] == journeys.height == run.journeys.height
    assert summary["customers"] == journeys["customer_id"].n_unique() == run.events["customer_id"].n_unique()
    assert summary["contacts"] == pl.read_parquet(folder / "contacts.parquet").height
    checked = journeys.filter((pl.col("status") == "complete") & pl.col("cost").is_not_null())
    assert summary["checked_journeys"] == checked.height > 50
    assert summary["fitness"] == pytest.approx(checked["fitness"].mean())
    assert summary["fitting_journeys"] == checked.filter(pl.col("cost") == 0).height


def test_the_ledger_adds_up_from_files_to_events(finished: tuple[Run, Path]) -> None:
    run, folder = finished
    ledger = read(folder, "summary.json")["ledger"]
    for row in [*ledger["files"], ledger]:
        assert row["read"] == row["accepted"] + row["quarantined"] + row["filtered"]
    for name in ("read", "accepted", "quarantined", "filtered"):
        assert ledger[name] == sum(row[name] for row in ledger["files"])
    assert ledger["quarantined"] == run.quarantine.height > 0
    counts = read(folder, "run.json")["counts"]
    assert counts["accepted"] - counts["merged"] == counts["events"] == run.events.height
    named = run.events["merged_ids"].list.len().sum()
    assert counts["merged"] == named > 0
    rows = pl.concat([run.events["event_id"], run.events["merged_ids"].explode().drop_nulls()])
    assert rows.n_unique() == ledger["accepted"] == rows.len()


def test_the_record_lets_an_auditor_hash_everything_again(council: Path, finished: tuple[Run, Path]) -> None:
    _, folder = finished
    record = read(folder, "run.json")
    on_disk = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }
    assert record["files"] == on_disk
    assert {name.split("/")[0] for name in on_disk} >= {
        "store",
        "tallies",
        "models",
        "figures",
        "report.html",
    }
    for row in record["inputs"]:
        path = council.parent / "exports" / row["source"] / row["file"].split("#")[0]
        assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    crosswalks = {name: council.parent / name for name in ("exports/crosswalk.csv", "exports/crm_alias.csv")}
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in crosswalks.items()}
    assert record["crosswalks_sha256"] == digests
    assert record["project_file_sha256"] == hashlib.sha256(council.read_bytes()).hexdigest()
    assert list(record["models_sha256"]) == ["moving-home"]
    assert record["versions"]["polars"] == pl.__version__
    assert record["times"]["started"] < record["times"]["finished"]


def test_a_detector_s_setting_changes_the_settings_hash(tmp_path: Path) -> None:
    hashes = set()
    for level in ("activity", "touchpoint", "service"):
        loaded = load(tiny(tmp_path, project=replaced("level: activity", f"level: {level}")))
        hashes.add(pipeline.run(loaded, tmp_path / level).record["settings_sha256"])
    assert len(hashes) == 3


def test_every_number_of_the_opening_paragraph_is_in_the_summary(finished: tuple[Run, Path]) -> None:
    _, folder = finished
    summary = read(folder, "summary.json")
    page = html.fromstring((folder / "report.html").read_bytes())
    (lead,) = page.xpath('//p[@class="lead"]')
    text = re.sub(r"\([A-Z]\d\)", "", " ".join(lead.text_content().split()))
    told = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    found = {code: row for code, row in summary["findings"].items() if code != "D5" and code[0] != "V"}
    top = min(found, key=lambda code: (-found[code]["count"], code))
    assert f"({top})" in lead.text_content()
    shares = [
        100 * found[top]["journeys"] / summary["journeys"],
        100 * summary["fitting_journeys"] / summary["checked_journeys"],
    ]
    expected = [
        len(summary["linkage"]["systems"]),
        *(summary[name] for name in ("customers", "journeys", "contacts", "merged_echoes")),
        *(found[top]["count"], found[top]["journeys"], pytest.approx(shares[0], abs=0.5)),
        *(summary["checked_journeys"], summary["fitting_journeys"], pytest.approx(shares[1], abs=0.5)),
    ]
    assert told == expected


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        (
            "max_quarantine: 50%",
            "max_quarantine: 10%",
            SourceError,
            f"source 'phone': 1 of 4 rows of phone.csv are broken: {BROKEN}",
        ),
        (
            "identity:\n",
            "identity:\n  max_without_id: 10%\n",
            LinkageError,
            "web: 1 of 5 rows carry no customer id (20.0%); at most 10.0% are allowed",
        ),
    ],
)
def test_too_broken_an_export_is_refused_and_leaves_the_last_run(
    tmp_path: Path, old: str, new: str, kind: type[CjmineError], words: str
) -> None:
    good = load(tiny(tmp_path))
    pipeline.run(good, good.folder)
    before = fingerprints(good.folder)
    with pytest.raises(kind) as caught:
        pipeline.run(load(tiny(tmp_path, project=replaced(old, new))), good.folder)
    assert caught.value.exit_code == 3
    assert caught.value.faults == (words,)
    assert fingerprints(good.folder) == before == read(good.folder, "run.json")["files"]
    assert sorted(path.name for path in good.folder.parent.iterdir()) == [".tiny.lock", ".tiny.work", "tiny"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, INTERRUPTED)])
def test_a_run_that_dies_in_the_middle_leaves_the_last_one(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    good = load(tiny(tmp_path))
    pipeline.run(good, good.folder)
    before = fingerprints(good.folder)
    more = "\n".join(f"x{n};ask;03/03/2026 09:00:00;03/03/2026 09:10:00" for n in range(100_000))
    (tmp_path / "exports" / "phone2.csv").write_text("caller;reason;began;ended\n" + more, encoding="utf-8")
    arguments = [sys.executable, "-m", "cjmine", "run", str(good.path)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(1200):
            if any(good.folder.parent.glob(".tiny.writing-*/store/events/*")) or process.poll() is not None:
                break
            time.sleep(0.02)
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert b"Traceback" not in err
    assert fingerprints(good.folder) == before
    (tmp_path / "exports" / "phone2.csv").unlink()
    pipeline.run(load(good.path), good.folder)
    assert fingerprints(good.folder) == before
    assert sorted(path.name for path in good.folder.parent.iterdir()) == [".tiny.lock", ".tiny.work", "tiny"]


def test_a_published_run_can_be_asked_for_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = pipeline.run(load(tiny(tmp_path)), Path("out"))
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "out"
    assert sorted(one.name for one in folder.parent.glob(".out.*")) == [".out.lock", ".out.work"]
    for name in ("findings", "journeys", "contacts", "deviations", "moves"):
        rows = getattr(run, name)
        assert rows.height > 0
        assert pl.read_parquet(folder / f"{name}.parquet").equals(rows), name
    assert run.events.equals(pl.read_parquet(folder / "store" / "events" / "0000.parquet"))
    assert run.rows.holding(run.events["customer_id"]) == [0]


def test_progress_is_told_stage_by_stage(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    loaded = load(tiny(tmp_path))
    pipeline.run(loaded, loaded.folder, progress=lambda stage, done, of: told.append((stage, done, of)))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == [
        *("scanning exports", "surveying exports", "reading exports", "joining customers"),
        *("arranging customers", "arranging journeys", "aligning variants"),
        *("searching for patterns", "discovering models"),
        *("writing the tables", "writing the report"),
    ]
    assert all(0 <= done <= of for _, done, of in told)


def test_sources_without_any_rows_still_give_a_run(tmp_path: Path) -> None:
    loaded = load(tiny(tmp_path))
    for name in ("web.jsonl", "phone.csv", "desk.csv"):
        path = tmp_path / "exports" / name
        head = path.read_text(encoding="utf-8").splitlines()[:1]
        path.write_text("" if name.endswith("jsonl") else head[0] + "\n", encoding="utf-8")
    run = pipeline.run(loaded, loaded.folder)
    assert (run.summary["journeys"], run.summary["fitness"], run.summary["findings"]) == (0, None, {})
    assert "No finding was made" in (loaded.folder / "report.html").read_text(encoding="utf-8")


def test_a_project_without_an_intended_journey_discovers_and_detects(tmp_path: Path) -> None:
    project = PROJECT.replace("journeys: {by: hybrid, models: [{file: permit.journey.yaml}]}\n", "")
    loaded = load(tiny(tmp_path, project=project))
    run = pipeline.run(loaded, loaded.folder)
    assert run.summary["fitness"] is None
    assert set(run.summary["journeys_by_type"]) == {"permit"}
    assert {"L1", "D1"} <= set(run.summary["findings"])
    assert not any(code.startswith("V") for code in run.summary["findings"])
    assert "no model of permit was discovered: none of its 4 journeys is complete" in run.warnings


def test_every_discovered_and_intended_model_is_written(finished: tuple[Run, Path]) -> None:
    run, folder = finished
    expected = {f"discovered-{name}.{form}" for name in run.discovered for form in ("bpmn", "pnml")}
    expected |= {"intended-moving-home.bpmn", "intended-moving-home.pnml"}
    assert {path.name for path in (folder / "models").iterdir()} == expected
    assert "moving-home" in run.discovered
    for path in (folder / "models").iterdir():
        assert load_model(path).steps
