from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.discovery.flows import FLOWS, NODES, count_flows, count_nodes, flow_table, node_table
from cjmine.discovery.miner import mine, mine_types
from cjmine.discovery.settings import DiscoverySettings
from cjmine.discovery.variants import VARIANTS, count_variants, distinct_variants
from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.journeys.settings import ContactSettings, JourneySettings, SegmentBy
from tests.builders import arranged, context, events

GIVEN = context(ContactSettings(merge=False), JourneySettings(by=SegmentBy.CASE))
Variants = dict[tuple[str, ...], int]
LOGS = st.lists(st.text("AB\x1f", min_size=1, max_size=6), min_size=1, max_size=6)


def rows_of(log: list[str]) -> pl.DataFrame:
    return events(
        [
            {
                "activity": step,
                "link_keys": [f"case={case}"],
                "service": "s" if step == "A" else None,
                "h": hour,
            }
            for case, trace in enumerate(log)
            for hour, step in enumerate(trace)
        ]
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(log=LOGS)
def test_equals_a_plain_count(log: list[str]) -> None:
    partition = arranged(rows_of(log), GIVEN)
    flows = FLOWS.merge([FLOWS.conform(count_flows(partition, GIVEN))])
    nodes = node_table(NODES.merge([NODES.conform(count_nodes(partition, GIVEN))]))
    variants = distinct_variants(VARIANTS.merge([VARIANTS.conform(count_variants(partition, GIVEN))]))
    follows = Counter(pair for trace in log for pair in pairwise(trace))
    assert {row[:2]: row[2] for row in flow_table(flows).iter_rows()} == follows
    assert flows["wait_us"].sum() == follows.total() * 3_600_000_000
    rows = {row["touchpoint"]: row for row in nodes.iter_rows(named=True)}
    assert {step: row["events"] for step, row in rows.items()} == Counter("".join(log))
    assert {step: row["journeys"] for step, row in rows.items()} == Counter(s for t in log for s in set(t))
    assert {step: row["starts"] for step, row in rows.items() if row["starts"]} == Counter(t[0] for t in log)
    assert {step: row["ends"] for step, row in rows.items() if row["ends"]} == Counter(t[-1] for t in log)
    escaped = Counter(tuple("\\x1f" if step == "\x1f" else step for step in trace) for trace in log)
    assert dict(zip(map(tuple, variants["steps"]), variants["count"], strict=True)) == escaped
    assert variants["count"].to_list() == sorted(escaped.values(), reverse=True)


def test_waits_run_from_the_end_to_the_next_start() -> None:
    rows = [{"activity": "A", "until": 2, "h": 0}, {"activity": "B", "h": 12}, {"activity": "C", "h": 12}]
    frame = events([{"link_keys": ["k=1"], **row} for row in rows])
    flows = FLOWS.merge([FLOWS.conform(count_flows(arranged(frame, GIVEN), GIVEN))])
    (one, two) = flow_table(flows).iter_rows(named=True)
    assert (one["source"], one["target"], one["count"]) == ("A", "B", 1)
    assert one["median_wait_h"] == one["p90_wait_h"] == pytest.approx(10, rel=0.044)
    assert two["median_wait_h"] == 0


def test_a_touchpoint_shows_its_most_frequent_service() -> None:
    nodes = pl.DataFrame(
        [("t", "A", service, count, 1, 0, 0) for service, count in (("a", 2), ("b", 3), (None, 9))],
        schema=NODES.schema,
        orient="row",
    )
    assert node_table(nodes).row(0) == ("A", "b", 14, 3, 0, 0)


def test_two_sequences_with_one_digest_are_never_merged() -> None:
    rows = [("m", "same", path, "complete", 1) for path in "AB"]
    with pytest.raises(ValueError, match="share one 128-bit digest"):
        distinct_variants(pl.DataFrame(rows, schema=VARIANTS.schema, orient="row"))


def test_each_type_is_mined_from_its_complete_journeys() -> None:
    rows = [
        *(("n", "v", "A\x1fB", "complete", 2), ("n", "v", "A\x1fB", "open", 1)),
        *(("n", "w", "A", "complete", 1), ("n", "x", "B\x1fA", "abandoned", 7)),
        *(("m", "y", "C", "complete", 5), ("o", "y", "C", "open", 5)),
    ]
    tally = pl.DataFrame(rows, schema=VARIANTS.schema, orient="row")
    found = mine_types(tally, DiscoverySettings(noise=0))
    assert {name: said(one.tree) for name, one in found.items()} == {"m": "C", "n": "sequence(A choice(- B))"}
    assert list(found) == ["m", "n"]
    assert [(one.variants, one.coverage) for one in found.values()] == [(1, 1.0), (2, 1.0)]
    fewer = mine_types(tally, DiscoverySettings(noise=0, max_variants=1))["n"]
    assert (said(fewer.tree), fewer.variants, fewer.coverage) == ("sequence(A B)", 1, 2 / 3)


def said(tree: Tree) -> str:
    if tree.operator is None:
        return tree.label or "-"
    inside = [said(child) for child in tree.children]
    if tree.operator in (Operator.CHOICE, Operator.PARALLEL):
        inside.sort()
    return f"{tree.operator.value}({' '.join(inside)})"


@pytest.mark.parametrize(
    ("log", "expect"),
    [
        ({"ABC": 5}, "sequence(A B C)"),
        ({"A": 1}, "A"),
        ({"ABC": 5, "ACB": 5}, "sequence(A parallel(B C))"),
        ({"AB": 3, "AC": 2}, "sequence(A choice(B C))"),
        ({"AB": 3, "A": 2}, "sequence(A choice(- B))"),
        ({"AB": 3, "ABCAB": 2}, "loop(sequence(A B) C)"),
        ({}, "-"),
        ({"": 4}, "-"),
    ],
)
def test_trees_of_small_logs(log: dict[str, int], expect: str) -> None:
    found = mine({tuple(steps): count for steps, count in log.items()}, noise=0.0, max_variants=10)
    assert said(found.tree) == expect


def test_noise_leaves_the_rare_out() -> None:
    """Where the whole log has a cut nothing is left out; C A B alone makes a cut impossible."""
    log: Variants = {("A", "B", "C"): 95, ("C", "A", "B"): 5}
    assert said(mine(log, noise=0.2, max_variants=10).tree) == "sequence(A B C)"
    assert said(mine(log, noise=0.0, max_variants=10).tree) != "sequence(A B C)"
    cut: Variants = {("A", "B", "C"): 95, ("A", "C", "B"): 5}
    assert said(mine(cut, noise=0.2, max_variants=10).tree) == "sequence(A parallel(B C))"


def test_coverage_says_what_was_seen() -> None:
    log: Variants = {("A",): 6, ("B",): 3, ("C",): 1}
    found = mine(log, noise=0.0, max_variants=2)
    assert (said(found.tree), found.variants, found.coverage) == ("choice(A B)", 2, 0.9)
    assert mine({}, noise=0.0, max_variants=2).tree == SILENT


def test_the_tree_does_not_depend_on_hash_seeds_or_order() -> None:
    code = (
        "from cjmine.discovery.miner import mine\n"
        "words = {'ABCDE': 9, 'ACBDE': 7, 'ABDCE': 5, 'AFE': 3, 'AFFE': 2, 'ABCCE': 2}\n"
        "log = {tuple(word): count for word, count in words.items()}\n"
        "print(mine(log, noise=0.2, max_variants=9).tree)\n"
        "print(mine(dict(reversed(log.items())), noise=0.2, max_variants=9).tree)\n"
    )
    seen = set()
    for seed in "01":
        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed},
        )
        seen |= set(told.stdout.splitlines())
    assert len(seen) == 1
