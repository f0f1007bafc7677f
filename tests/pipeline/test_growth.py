"""A run over exports that have grown publishes what a run in a fresh folder publishes, byte for byte."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from cjmine import pipeline
from cjmine.engine import store, update
from cjmine.errors import CjmineError
from cjmine.ingest import pieces
from cjmine.intake import changes
from cjmine.project.load import load
from tests.models import STRICT
from tests.pipeline.world import CHANGES, World

CHAIN = ("new files", "a crosswalk row", "a removed file")
SHOWN = [*((one,) for one in CHANGES), CHAIN, ("late rows", "late rows")]


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cut small pieces and partitions, so that a small council has many; note what is gone on from."""
    done: list[int] = []
    whole = update.Update.one

    def one(self: update.Update, number: int) -> Any:
        done.append(number)
        return whole(self, number)

    monkeypatch.setattr(pieces, "PIECE", 3_000)
    monkeypatch.setattr(store, "ROWS_PER_PARTITION", 70)
    monkeypatch.setattr(changes, "MOST", 0.9)
    monkeypatch.setattr(update.Update, "one", one)
    return done


def published(folder: Path) -> dict[str, Any]:
    """Return every file of a run; of run.json all but the times."""
    files: dict[str, Any] = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    record = json.loads(files.pop("run.json"))
    del record["times"]
    return {**files, "run.json": record}


def run(project: Path, out: str) -> dict[str, Any]:
    folder = project.parent / out
    pipeline.run(load(project), folder)
    return published(folder)


def fresh(project: Path) -> dict[str, Any]:
    """Run in a folder that nothing is known of."""
    for name in ("fresh", ".fresh.work"):
        shutil.rmtree(project.parent / name, ignore_errors=True)
    return run(project, "fresh")


def council(folder: Path, world: World, *, models: bool, clock: bool, by: str = "hybrid") -> Path:
    shutil.copy(STRICT, folder / "moving_home.journey.yaml")
    project = folder / "council.yaml"
    project.write_text(world.project(models=models, clock=clock, by=by), encoding="utf-8")
    world.write(folder)
    return project


def differing(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


@pytest.mark.parametrize("steps", SHOWN, ids=" then ".join)
def test_growth_gives_what_a_fresh_run_gives(
    tmp_path: Path, updates: list[int], steps: tuple[str, ...]
) -> None:
    number = SHOWN.index(steps)
    world = World(seed=number)
    if "a removed file" in steps:
        CHANGES["new files"](world)
    project = council(tmp_path, world, models=number % 3 > 0, clock=number % 2 > 0)
    run(project, "grown")
    for step in steps:
        CHANGES[step](world)
        world.write(tmp_path)
        assert differing(run(project, "grown"), fresh(project)) == [], step
    assert updates or steps == ("nothing",)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_more_ways_to_grow(tmp_path: Path, updates: list[int], seed: int) -> None:
    world = World(seed=seed, people=random.Random(seed).choice((5, 25, 60)))  # noqa: S311
    by = world.dice.choice(("hybrid", "gap", "customer"))
    clock, models = world.dice.random() < 0.5, world.dice.random() < 0.6
    project = council(tmp_path, world, models=models, clock=clock, by=by)
    run(project, "grown")
    for number in range(4):
        steps = world.dice.sample(sorted(CHANGES), world.dice.choice((1, 1, 2)))
        for step in steps:
            CHANGES[step](world)
        world.write(tmp_path)
        assert differing(run(project, "grown"), fresh(project)) == [], (number, steps, updates)


@pytest.mark.usefixtures("updates")
def test_another_project_file_is_another_run(tmp_path: Path) -> None:
    """What was kept for other settings is not taken over; what does not depend on them may be."""
    world = World(seed=1)
    project = council(tmp_path, world, models=True, clock=False)
    run(project, "grown")
    for old, new in (
        ("by: hybrid", "by: gap"),
        ("Europe/London", "Europe/Amsterdam"),
        ("normalise: digits", "normalise: none"),
        ("council\nclock", "council\npersonal: false\nclock"),
        ("exports/portal*.jsonl", "[exports/portal*.jsonl]"),
    ):
        project.write_text(project.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        CHANGES["late rows"](world)
        world.write(tmp_path)
        assert differing(run(project, "grown"), fresh(project)) == [], new


@pytest.mark.usefixtures("updates")
def test_another_delimiter_is_another_reading(tmp_path: Path) -> None:
    world = World(seed=2, people=5)
    project = council(tmp_path, world, models=False, clock=False)
    text = project.read_text(encoding="utf-8")
    declared = text.replace(
        "telephony*.csv\n    format: csv\n", 'telephony*.csv\n    format: csv\n    delimiter: ";"\n'
    )
    assert declared != text
    run(project, "grown")
    project.write_text(declared, encoding="utf-8")
    with pytest.raises(CjmineError, match="no column"):
        run(project, "grown")
    project.write_text(text, encoding="utf-8")
    assert differing(run(project, "grown"), fresh(project)) == []


@pytest.mark.parametrize("each", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "each"])
def test_no_damage_to_the_work_folder_changes_a_result(
    tmp_path: Path, updates: list[int], *, each: bool
) -> None:
    """Of every kind of file a bit is flipped in each: kind by kind, or many kinds at once."""
    world = World(seed=3, people=25)
    project = council(tmp_path, world, models=True, clock=True)
    run(project, "grown")
    shutil.copytree(tmp_path / ".grown.work", tmp_path / "kept")
    CHANGES["late rows"](world)
    world.write(tmp_path)
    expected, dice = fresh(project), random.Random(0)  # noqa: S311
    assert differing(run(project, "grown"), expected) == []
    assert updates
    wrong = []
    found_kinds = kinds(tmp_path / "kept")
    groups = [[kind] for kind in found_kinds] if each else [found_kinds[n::4] for n in range(4)]
    for group in groups:
        shutil.rmtree(tmp_path / ".grown.work")
        shutil.copytree(tmp_path / "kept", tmp_path / ".grown.work")
        place = tmp_path / ".grown.work"
        files = sorted(path for kind in group for path in place.glob(kind) if path.is_file())
        for path in files:
            content = bytearray(path.read_bytes())
            if content:
                content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
                path.write_bytes(content)
        try:
            found = run(project, "grown")
        except CjmineError as error:
            assert "work folder" in str(error)  # noqa: PT017 - either is right
        else:
            wrong += [(group, name) for name in differing(found, expected)]
    assert wrong == []


def kinds(folder: Path) -> list[str]:
    """Return one pattern for each kind of file there is."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            where = path.relative_to(folder).parts
            middle = [part if part.strip("0123456789abcdef") else "*" for part in where[1:-1]]
            found.add("/".join([*where[:1], *middle, f"*.{path.name.split('.', 1)[-1]}"]))
    return sorted(found)
