from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

from cjmine import pipeline
from cjmine.domain.results import Run
from cjmine.ingest.settings import Source
from cjmine.northmoor import generate
from cjmine.northmoor.patterns import PATTERNS
from cjmine.northmoor.truth.plan import PLAN_STEPS, UNWANTED
from cjmine.project.load import load

from .conftest import Sample, table

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = YAML(typ="safe").load((ROOT / "configs" / "northmoor.yaml").read_text("utf-8"))
JOURNEY: dict[str, Any] = YAML(typ="safe").load(
    (ROOT / "configs" / "moving_home.journey.yaml").read_text("utf-8")
)
SOURCES = [Source.model_validate(source) for source in PROJECT["sources"]]


def maps(node: object) -> list[str]:
    if isinstance(node, dict):
        return [*node.get("map", []), *(word for value in node.values() for word in maps(value))]
    return [word for item in node for word in maps(item)] if isinstance(node, list) else []


def test_the_documented_project_is_the_written_one_but_for_paths(sample: Sample) -> None:
    documented = (ROOT / "configs" / "northmoor.yaml").read_text("utf-8")
    written = documented.replace("sample_logs/northmoor/", "").replace("configs/", "")
    # the comment that leads to the README keeps its path
    kept = (sample.folder / "northmoor.yaml").read_text("utf-8").replace("sample_logs/northmoor/", "")
    assert written == kept
    journey = "moving_home.journey.yaml"
    assert (sample.folder / journey).read_bytes() == (ROOT / "configs" / journey).read_bytes()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_mapped_column_and_value_is_in_the_exports(source: Source, sample: Sample) -> None:
    rows = list(sample.of(source.name).values())
    assert rows
    for name, mapped in source.columns.items():
        values = {next((row[one] for one in mapped.from_ if one in row), None) for row in rows}
        assert values != {None}, name
        assert set(mapped.map) <= values | _too_early(source, name), name
        words = set(mapped.map)
        closed = mapped.map and mapped.default is None and name not in {"activity", "reason_code"}
        if closed:
            assert values - {None, "", "internal"} <= words, name


def _too_early(source: Source, column: str) -> set[str]:
    """What the archive of 2024 cannot hold, though the systems' words are mapped there as well."""
    return {"Progress message sent"} if (source.name, column) == ("crm_archive", "activity") else set()


def test_positions_of_fields_are_those_the_ledger_is_written_at() -> None:
    from cjmine.northmoor.systems.revenues import FIELDS  # noqa: PLC0415

    (ledger,) = (source for source in SOURCES if source.name == "revenues")
    assert dict(ledger.fields) == FIELDS


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_personal_sources_say_who_why_and_how_long(source: Source) -> None:
    assert PROJECT["personal"] is True
    assert source.owner
    assert source.purpose
    assert source.retention
    assert [path for pattern in source.files for path in ROOT.glob(pattern)]


def test_every_activity_the_plan_names_is_in_the_exports(sample: Sample) -> None:
    columns = ("action", "concept:name")
    raw = {row[c] for row in sample.rows.values() for c in columns if c in row} | {"Survey returned"}
    named = [word for part in ("stages", "anytime", "unwanted", "ends") for word in maps(JOURNEY[part])]
    assert len(named) == len(set(named)) == 12
    assert set(named) <= raw


def test_the_crosswalk_columns_are_those_of_the_project_file(sample: Sample) -> None:
    header = (sample.folder / "crosswalk.csv").read_text("utf-8").splitlines()[0].split(",")
    first, alias = (one["columns"] for one in PROJECT["identity"]["crosswalks"])
    assert sorted(first.values()) == sorted(header)
    assert set(first) == {source.id_scheme for source in SOURCES} | {"email"}
    assert sorted(alias["crm"]) == sorted(table(sample.folder / "crm_alias.csv", ",", "utf-8")[0])


def test_the_readme_states_the_realised_counts(sample: Sample) -> None:
    lines = (ROOT / "sample_logs" / "northmoor" / "README.md").read_text("utf-8").splitlines()
    stated = {cells[1].strip(): cells for line in lines if len(cells := line.split("|")) == 6}
    found = {**sample.counts.planted, **sample.counts.decoys}
    for pattern in PATTERNS:
        codes = ", ".join(f"{code} {n:,}" for (name, code), n in found.items() if name == pattern.name)
        whole = [sample.counts.realised.get((pattern.name, period), 0) for period in ("before", "after")]
        cells = [cell.strip() for cell in stated[pattern.name][2:5]]
        rates = f"{pattern.before:g} / {pattern.after:g}"
        kind = codes if pattern.codes or not codes else f"decoy: {codes}"
        assert cells == [rates, f"{whole[0]} / {whole[1]}", kind]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """Run the written project file of a tiny sample from a folder that is not its own."""
    folder = tmp_path_factory.mktemp("council") / "tiny"
    generate(folder, size="tiny")
    here = Path.cwd()
    os.chdir(folder.parent)
    try:
        return pipeline.run(load(folder / "northmoor.yaml"), folder / "run"), folder
    finally:
        os.chdir(here)


def test_a_written_sample_runs_from_anywhere(ran: tuple[Run, Path]) -> None:
    run, folder = ran
    truth = pl.read_csv(folder / "truth" / "truth_journeys.csv", infer_schema=False)
    told = run.events.filter(pl.col("touchpoint") == "notify_move")["journey_id"].n_unique()
    # strangers who only read about moving are journeys too, but tell the council nothing
    assert 0.95 < told / truth.filter(pl.col("type") == "change-of-address").height < 1.1


def test_surviving_rows_are_the_rows_that_are_accepted(ran: tuple[Run, Path]) -> None:
    run, folder = ran
    events = pl.read_csv(folder / "truth" / "truth_events.csv", infer_schema=False)
    alive = events.select(pl.col("raw_refs").str.split(" ").explode()).to_series()
    alive = alive.filter(alive != "")
    accepted = pl.concat([run.events["event_id"], run.events["merged_ids"].explode().drop_nulls()])
    nobody = alive.filter(~alive.is_in(accepted.implode()))
    assert accepted.filter(~accepted.is_in(alive.implode())).to_list() == []
    assert {ref.split(":")[0] for ref in nobody} <= {"telephony", "survey"}  # no id at all
    assert len(nobody) < 0.03 * len(alive)


def test_each_act_arrives_under_one_name(ran: tuple[Run, Path]) -> None:
    run, folder = ran
    events = pl.read_csv(folder / "truth" / "truth_events.csv", infer_schema=False)
    labels = events.select("label", "journey_id", pl.col("raw_refs").str.split(" ").alias("event_id"))
    steps = run.events.join(run.journeys.select("journey_id", "journey_type"), on="journey_id")
    steps = steps.filter(pl.col("step_no").is_not_null() & (pl.col("journey_type") == "moving-home"))
    joined = labels.explode("event_id").join(steps.select("event_id", "touchpoint"), on="event_id")
    names: dict[str, set[str]] = defaultdict(set)
    for label, touchpoint in joined.select("label", "touchpoint").iter_rows():
        names[label].add(touchpoint)
    for label, found in names.items():
        assert found - {"call"} == {label} or found == {"call"}, label
        if label in PLAN_STEPS and label not in UNWANTED:
            assert label in found
