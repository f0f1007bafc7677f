"""Going on from an earlier run with the customers that have changed is doing all customers anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.analysis import Analysed, Earlier, analyse, still_open
from cjmine.domain.kernel import Partition
from cjmine.domain.tables import TABLES
from cjmine.domain.top import Top
from cjmine.engine.local import LocalEngine
from cjmine.engine.patch import Changed
from cjmine.engine.store import split
from cjmine.project.load import Loaded, load
from cjmine.tally import Tally
from tests.engine.random_log import random_log
from tests.pipeline.test_growth import council
from tests.pipeline.world import World

PARTS = 3
ROUNDS = 3


@pytest.fixture(scope="module", params=["intended, office hours", "discovered"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    world, whole = World(seed=1, people=3), request.param != "discovered"
    return load(council(tmp_path_factory.mktemp("council"), world, models=whole, clock=whole))


def reading(log: pl.DataFrame) -> Callable[[int], tuple[Partition, dict[str, Any]]]:
    parts = list(split(log, PARTS))
    return lambda number: (Partition(events=parts[number]), {})


def changed(log: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, pl.Series]:
    """Replace, remove and add some customers; return who they are."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    other = random_log(seed + 1_000, customers=34).with_columns(
        pl.lit(f"file{seed}").alias("source_file"),
        pl.format("{}:{}:{}", "source_system", pl.lit(f"file{seed}"), "source_row").alias("event_id"),
    )
    names = pl.Series(
        dice.sample(sorted({*log["customer_id"], *other["customer_id"]}), dice.choice((0, 1, 6)))
    )
    names = names.cast(pl.String)
    come = names.sample(len(names) // 2, seed=seed) if dice.random() < 0.5 else names
    kept = log.filter(~pl.col("customer_id").is_in(names.implode()))
    return pl.concat([kept, other.filter(pl.col("customer_id").is_in(come.implode()))]), names


def tables(done: Analysed, folder: Path) -> dict[str, bytes]:
    """Return the files of both passes, published."""
    done.published(folder, LocalEngine())
    return {
        f"{place}/{path.relative_to(one.out.folder)}": path.read_bytes()
        for place, one in (("first", done.first), ("second", done.second))
        for path in one.out.folder.rglob("*.parquet")
        if path.parent.name in one.tables
    }


def assert_rows(mine: Analysed, whole: Analysed) -> None:
    """Before anything is published, rows read with the patch on them are those of all customers."""
    for table in TABLES:
        assert mine.rows.height(table) == whole.rows.height(table), table.name
        assert mine.rows.table(table).equals(whole.rows.table(table)), table.name


def assert_law(loaded: Loaded, folder: Path, seed: int) -> int:
    """Return how many customers were done anew."""
    log, count = random_log(seed, customers=30), 0
    tell = lambda *_: None  # noqa: E731
    done = partial(analyse, loaded, engine=LocalEngine(), tell=tell, parts=PARTS)
    last = done(read=reading(log), runs=folder / "runs", key="0")
    for number in range(1, ROUNDS + 1):
        log, names = changed(log, seed * 10 + number)
        waiting = still_open(folder / "runs", last.second.key, PARTS)
        who = Changed.save(folder / f"{number}.arrow", names, waiting, PARTS)
        groups = 1 + (seed + number) % PARTS
        earlier = Earlier(first=last.first.key, second=last.second.key, changed=who, groups=groups)
        last = done(read=reading(log), runs=folder / "runs", key=str(number), earlier=earlier)
        fresh = done(read=reading(log), runs=folder / f"fresh{number}", key=str(number))
        assert last.tallies.keys() == fresh.tallies.keys()
        for name, table in fresh.tallies.items():
            assert last.tallies[name].equals(table), (number, name)
        assert_rows(last, fresh)
        mine = tables(last, folder / f"mine{number}")
        whole = tables(fresh, folder / f"whole{number}")
        assert mine.keys() == whole.keys()
        assert [name for name in whole if mine[name] != whole[name]] == [], number
        count += names.len()
    return count


@pytest.mark.parametrize("seed", range(3))
def test_the_changed_customers_alone_give_what_all_give(loaded: Loaded, tmp_path: Path, seed: int) -> None:
    assert_law(loaded, tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 53))
def test_many_more_changes(loaded: Loaded, tmp_path: Path, seed: int) -> None:
    assert_law(loaded, tmp_path, seed)


def test_what_cannot_be_told_is_made_again(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (Tally, Top):
        monkeypatch.setattr(kind, "without", lambda *_: None)
    assert_law(loaded, tmp_path, 1)
