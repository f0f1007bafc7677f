"""The trees of our inductive miner are pm4py's, node for node and in the same order."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjmine
from cjmine.discovery.counted import log_of
from cjmine.discovery.inductive import inductive
from cjmine.discovery.miner import mine
from tests.conftest import DATA
from tests.oracles.pm4py_trees import pm4py_tree
from tests.oracles.test_discover import FOUND, SHIPPED

Variants = dict[tuple[str, ...], int]

NOISES = (0.0, 0.2, 0.5)
FEW = 60
"""So many of the most frequent variants in the default tests: pm4py's time grows fast with them."""
TABLES = {
    "clickstream/ecom.csv.gz": ("session_id", "event", "timestamp"),
    "clickstream/simple-onlineshop.csv.gz": ("user_id", "event", "timestamp"),
    "eventdatar/patients.csv": ("patient", "handling", "time"),
    "nyc311/nyc311_fedhere.csv": ("Incident Address", "Complaint Type", "Unique Key"),
    "nyc311/nyc311_mzuber88.csv": ("Agency", "Complaint Type", "Unique Key"),
    "simod/LoanApp_simplified_train.csv.gz": ("case_id", "activity", "start_time"),
    "simod/LoanApp_simplified_test.csv.gz": ("case_id", "activity", "start_time"),
    "simod/PurchasingExample.csv.gz": ("case_id", "activity", "start_time"),
}
LOGS = sorted({*FOUND, *SHIPPED, *TABLES})


def variants_of(path: Path) -> Variants:
    """Return the variants of a log, most frequent first."""
    name = str(path.relative_to(DATA))
    if name not in TABLES:
        return dict(cjmine.discover(path).variants)
    case, activity, time = TABLES[name]
    rows = pl.read_csv(path, infer_schema=False).drop_nulls([case, activity]).sort(time, maintain_order=True)
    walked = rows.group_by(case, maintain_order=True).agg(activity)
    counted = walked.group_by(activity).agg(pl.len().alias("count"))
    found = {tuple(steps): count for steps, count in counted.iter_rows()}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@pytest.mark.parametrize("name", LOGS)
def test_trees_of_frequent_variants_equal_pm4pys(data: Path, name: str) -> None:
    few = dict(list(variants_of(data / name).items())[:FEW])
    for noise in NOISES:
        assert mine(few, noise=noise, max_variants=FEW).tree == pm4py_tree(few, noise)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGS)
def test_trees_of_all_variants_equal_pm4pys(data: Path, name: str) -> None:
    every = variants_of(data / name)
    for noise in NOISES:
        assert mine(every, noise=noise, max_variants=len(every)).tree == pm4py_tree(every, noise)


WALKS = st.lists(st.sampled_from("abcdef"), max_size=7).map(tuple)
LOGS_OF_ANYTHING = st.dictionaries(WALKS, st.sampled_from((1, 2, 3, 5, 10, 40)), min_size=1, max_size=9)


@st.composite
def nearly_in_order(draw: st.DrawFn) -> Variants:
    """Return a log that has cuts: steps left out, neighbours swapped, now and then a second round."""
    log: Variants = {}
    for _ in range(draw(st.integers(1, 9))):
        walk = [step for step in "abcdefg" if draw(st.integers(0, 4))]
        if len(walk) > 1 and draw(st.booleans()):
            place = draw(st.integers(0, len(walk) - 2))
            walk[place : place + 2] = walk[place + 1], walk[place]
        log[tuple(walk * draw(st.sampled_from((1, 1, 1, 2))))] = draw(st.sampled_from((1, 2, 5, 10, 40)))
    return log


@settings(max_examples=300, deadline=None, derandomize=True)
@given(log=LOGS_OF_ANYTHING | nearly_in_order(), noise=st.sampled_from((0.1, 0.2, 0.3, 0.5, 0.8, 1.0)))
def test_trees_of_random_logs_equal_pm4pys(log: Variants, noise: float) -> None:
    # an empty walk is no variant to `mine`, but is one to the miner itself
    assert inductive(log_of(log), 0.0) == pm4py_tree(log, 0.0) == pm4py_tree(log, None)
    assert inductive(log_of(log), noise) == pm4py_tree(log, noise)


def test_a_log_that_only_a_flower_fits_gives_pm4pys_flower() -> None:
    log = dict.fromkeys(map(tuple, ("ac", "ad", "bd", "bf", "ef", "ec")), 1)
    assert inductive(log_of(log), 0.0) == pm4py_tree(log, 0.0)
