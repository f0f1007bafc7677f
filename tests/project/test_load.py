"""A good project file, read: text stays text, paths are found, defaults hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cjmine.detectors.roster import ROSTER
from cjmine.engine.settings import EngineSettings, Kind
from cjmine.errors import SettingsError
from cjmine.project.load import load
from cjmine.project.schema import Project
from tests.conftest import ROOT
from tests.ingest.workbooks import sheets
from tests.projects import PROJECT, replaced, tiny


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("northmoor.yaml")), ids=lambda p: p.name)
def test_the_shipped_projects_load(path: Path) -> None:
    loaded = load(path)
    assert loaded.roots == (ROOT, ROOT / "configs")
    assert loaded.folder == ROOT / "reports" / loaded.project.project
    assert list(loaded.models) == ["moving-home"]


def test_the_travel_project_loads(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CJMINE_DATA", str(data))
    loaded = load(ROOT / "configs" / "travel.yaml")
    assert [source.name for source in loaded.project.sources] == [
        "international",
        "prepaid",
        "permits",
        "requests",
    ]


def test_values_stay_text_until_a_setting_says_otherwise(tmp_path: Path) -> None:
    project = PROJECT.replace(
        "activity: reason", "activity: {from: reason, map: {010: no, 1.10: null, ask: ask}}"
    )
    project = project.replace(
        '    delimiter: ";"\n', '    delimiter: ";"\n    null_values: [0, ~, "null", NaN]\n'
    )
    with_null = project.replace("[0, ~, ", "[0, ")
    phone = load(tiny(tmp_path, project=with_null)).project.sources[1]
    assert phone.columns["activity"].map == {"010": "no", "1.10": None, "ask": "ask"}
    assert phone.null_values == ("0", "null", "NaN")


def test_a_workbook_and_a_fixed_width_table_are_checked_by_their_columns(tmp_path: Path) -> None:
    ledger = (
        "    files: exports/ledger.txt\n    format: fixed\n    encoding: cp1252\n    skip_lines: 1\n"
        "    fields: {case: 1-4, person: 5-8, step: 9-16, day: 17-26}\n    extracted: 2026-03-31\n"
    )
    old = "    files: exports/desk.csv\n    format: csv\n"
    path = tiny(tmp_path, project=replaced(old, ledger))
    (tmp_path / "exports" / "ledger.txt").write_text(
        "LEDGER\na   p1  check   2026-03-05\n", encoding="cp1252"
    )
    project = load(path).project
    assert project.sources[2].fields == {"case": (1, 4), "person": (5, 8), "step": (9, 16), "day": (17, 26)}
    assert project.extracted_at() == {"desk": datetime(2026, 3, 31, 22, 59, 59, 999999, UTC)}
    (tmp_path / "exports" / "desk.xlsx").write_bytes(
        sheets(A=[["title"], ["case", "person", "step", "day"]], B=[["x"]])
    )
    book = "    files: exports/desk.xlsx\n    format: xlsx\n    sheet: A\n"
    assert (
        load(tiny(tmp_path, project=replaced(old, book + "    header_row: 2\n")))
        .project.sources[2]
        .header_row
        == 2
    )
    with pytest.raises(SettingsError, match=r"desk\.xlsx#A has no column 'person' .it has title."):
        load(tiny(tmp_path, project=replaced(old, book)))


def test_relative_paths_begin_at_the_repository_then_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "configs"
    loaded = load(tiny(folder))
    assert loaded.roots == (tmp_path, folder)
    assert loaded.folder == tmp_path / "out" / "tiny"


def test_without_a_folder_the_run_goes_to_reports(tmp_path: Path) -> None:
    loaded = load(tiny(tmp_path, project=replaced("folder: out/tiny, ", "")))
    assert loaded.folder == tmp_path / "reports" / "tiny"


def test_every_detector_has_its_block_and_every_block_is_recorded(tmp_path: Path) -> None:
    project = load(tiny(tmp_path)).project
    assert list(project.model_dump()["detectors"]) == [detector.name for detector in ROSTER]
    assert project.model_dump()["detectors"]["loops"]["level"] == "activity"
    assert {type(block).__name__ for block in project.parts().values()} >= {
        detector.settings.__name__ for detector in ROSTER
    }
    one = replaced("{level: activity}", "{level: activity}\n  duplicates: {window: 2 d}")
    parts = load(tiny(tmp_path, project=one)).project.parts()
    assert parts["DuplicateSettings"].model_dump()["window"] == timedelta(days=2)


def test_office_hours_become_a_calendar() -> None:
    text = {"timezone": "Europe/London", "working": "Mon-Fri 09:00-17:00", "holidays": "england"}
    clock = Project.model_validate(
        {
            "project": "p",
            "clock": text,
            "sources": [{"name": "s", "files": "f", "format": "csv", "columns": {}}],
        }
    ).clock
    from datetime import date  # noqa: PLC0415 - for one line

    calendar = clock.calendar(date(2026, 3, 1), date(2026, 5, 1))
    assert calendar is not None
    assert (calendar.week, str(calendar.opens), str(calendar.closes)) == ("1111100", "09:00:00", "17:00:00")
    assert {"2026-04-03", "2026-12-25", "2027-01-01"} <= set(calendar.holidays)


def test_a_column_that_many_files_lack_is_told_once(tmp_path: Path) -> None:
    for month in range(1, 4):
        (tmp_path / f"m{month}.csv").write_text("who,what,at\n1,a,2026-01-01\n", encoding="utf-8")
    project = tmp_path / "p.yaml"
    project.write_text(
        "project: p\nsources:\n  - name: s\n    files: m*.csv\n    format: csv\n"
        "    columns: {customer: whom, activity: what, start: at}\n",
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as caught:
        load(project)
    (fault,) = caught.value.faults
    assert fault.endswith(
        "m1.csv (and 2 more files) has no column 'whom' (it has who, what, at); did you mean 'who'?"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", EngineSettings()),
        ("engine: local\n", EngineSettings()),
        ("engine: spark\n", EngineSettings(kind=Kind.SPARK)),
        ("engine: {kind: spark, master: 'local[2]'}\n", EngineSettings(kind=Kind.SPARK, master="local[2]")),
    ],
)
def test_the_engine_is_a_word_or_a_block(tmp_path: Path, written: str, expected: EngineSettings) -> None:
    assert load(tiny(tmp_path, project=PROJECT + written)).project.engine == expected


def test_the_command_line_overrides_the_engine() -> None:
    here, there = EngineSettings(), EngineSettings(kind=Kind.SPARK, master="yarn")
    assert here.overridden(None, None) == there.overridden("local", None) == here
    assert there.overridden(None, None) == there.overridden("spark", None) == here.overridden("spark", "yarn")
    assert there.overridden(None, "local[2]").master == "local[2]"
    for settings, kind in ((here, None), (here, "local"), (there, "local")):
        with pytest.raises(SettingsError, match="--master yarn: only Spark has a master") as raised:
            settings.overridden(kind, "yarn")
        assert raised.value.hint.startswith("add --engine spark")
