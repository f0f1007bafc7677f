from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cjmine.ingest.settings import Source
from cjmine.northmoor.patterns import PATTERNS

from .conftest import Sample

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = YAML(typ="safe").load((ROOT / "configs" / "northmoor.yaml").read_text())
JOURNEY: dict[str, Any] = YAML(typ="safe").load((ROOT / "configs" / "moving_home.journey.yaml").read_text())
SOURCES = [Source.model_validate(source) for source in PROJECT["sources"]]


def maps(node: object) -> list[str]:
    if isinstance(node, dict):
        return [*node.get("map", []), *(word for value in node.values() for word in maps(value))]
    return [word for item in node for word in maps(item)] if isinstance(node, list) else []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_mapped_column_and_value_is_in_the_exports(source: Source, sample: Sample) -> None:
    rows = list(sample.of(source.name).values())
    assert rows
    for name, mapped in source.columns.items():
        values = {row.get(mapped.from_[0]) for row in rows}
        assert values != {None}, name
        assert set(mapped.map) <= values, name
        if mapped.map and mapped.default is None:
            assert values - {None, "", "TEST"} <= set(mapped.map), name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_personal_sources_say_who_why_and_how_long(source: Source) -> None:
    assert PROJECT["personal"] is True
    assert source.owner
    assert source.purpose
    assert source.retention
    assert [path for pattern in source.files for path in ROOT.glob(pattern)]


def test_every_activity_the_plan_names_is_in_the_exports(sample: Sample) -> None:
    raw = {row[c] for row in sample.rows.values() for c in ("action", "concept:name") if c in row}
    named = [
        *maps(JOURNEY["stages"]),
        *maps(JOURNEY["anytime"]),
        *maps(JOURNEY["unwanted"]),
        *maps(JOURNEY["ends"]),
    ]
    assert len(named) == len(set(named)) == 12
    assert set(named) <= raw


def test_the_crosswalk_columns_are_those_of_the_project_file() -> None:
    header = (ROOT / "sample_logs" / "northmoor" / "crosswalk.csv").read_text().splitlines()[0].split(",")
    named = PROJECT["identity"]["crosswalks"][0]["columns"]
    assert sorted(named.values()) == sorted(header)
    assert set(named) == {source.id_scheme for source in SOURCES}


def test_the_readme_states_the_realised_counts(sample: Sample) -> None:
    lines = (ROOT / "sample_logs" / "northmoor" / "README.md").read_text().splitlines()
    stated = {cells[1].strip(): cells for line in lines if len(cells := line.split("|")) == 7}
    for pattern in PATTERNS:
        found = {**sample.counts.planted, **sample.counts.decoys}
        codes = ", ".join(f"{code} {n}" for (name, code), n in found.items() if name == pattern.name)
        cells = stated[pattern.name]
        assert float(cells[3]) == pattern.per_100
        assert int(cells[4]) == sample.counts.journeys_with[pattern.name]
        assert cells[5].strip().removeprefix("decoy: ") == codes
