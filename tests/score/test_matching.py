"""Findings and true instances are matched one to one, as many as possible, the most alike first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from cjmine.score.located import located
from cjmine.score.matching import candidates, match
from cjmine.score.truth import Scope
from tests.score import made

NO_ROWS = pl.DataFrame(schema={"event_id": pl.String, "ref": pl.String})


def matched(folder: Path, found: list[dict[str, Any]], true: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what was matched, as events of the finding and of the instance."""
    names = "abcdefgh"
    known = made.truth(folder, events=made.acts(*names), findings=true)
    here = located(made.findings(*found), NO_ROWS, known)
    instances = known.within(Scope.LINKABLE)
    pairs = match(candidates(here, instances), instances)
    left = here.select("found", pl.col("units").list.join("").alias("ours"))
    right = instances.select("instance", pl.col("units").list.join("").alias("theirs"))
    whole = pairs.join(left, on="found").join(right, on="instance")
    return sorted(whole.select("ours", "theirs").rows())


def test_half_of_the_events_is_enough_and_less_is_not(tmp_path: Path) -> None:
    assert matched(tmp_path, [{"events": "a b"}], [{"true_event_ids": "a b c d"}]) == [("ab", "abcd")]
    assert matched(tmp_path, [{"events": "a b"}], [{"true_event_ids": "a b c d e"}]) == []


def test_the_event_to_look_at_first_is_enough(tmp_path: Path) -> None:
    true = [{"true_event_ids": "a b c d e", "primary_event": "b"}]
    assert matched(tmp_path, [{"events": "a b", "primary": "b"}], true) == [("ab", "abcde")]
    assert matched(tmp_path, [{"events": "a b", "primary": "a"}], true) == []


def test_another_code_never_matches(tmp_path: Path) -> None:
    assert matched(tmp_path, [{"events": "a b", "code": "L2"}], [{"true_event_ids": "a b"}]) == []


def test_a_missing_step_is_matched_by_journey_and_step(tmp_path: Path) -> None:
    true = [{"code": "V1", "true_event_ids": "a h", "step": "pay"}]
    same = {"code": "V1", "events": "a b", "touchpoint": "pay"}
    assert matched(tmp_path, [same], true) == [("ab", "ah")]
    assert matched(tmp_path, [{**same, "events": "a h", "touchpoint": "ask"}], true) == []


def test_one_instance_takes_one_finding_and_the_most_alike(tmp_path: Path) -> None:
    found = [{"events": "a b c"}, {"events": "a b"}]
    assert matched(tmp_path, found, [{"true_event_ids": "a b"}]) == [("ab", "ab")]


def test_as_many_as_possible_are_matched_before_the_most_alike(tmp_path: Path) -> None:
    # "ab" is most like "ab", but then "abc" would be left over
    found = [{"events": "a b", "primary": "a"}, {"events": "b"}]
    true = [{"true_event_ids": "a b"}, {"true_event_ids": "a c d e f", "primary_event": "a"}]
    assert matched(tmp_path, found, true) == [("ab", "acdef"), ("b", "ab")]


def test_rows_merged_into_an_event_lead_to_the_true_event_and_unknown_rows_stay(tmp_path: Path) -> None:
    known = made.truth(tmp_path, events=made.acts("a", "b"))
    rows = pl.DataFrame({"event_id": ["r:x", "r:x"], "ref": ["r:x", "r:a"]})
    here = located(made.findings({"events": "x b"}, {"events": "y z", "customer_id": "c9"}), rows, known)
    assert here.select("units", "person", "foreign").rows() == [
        (["a", "b"], "P1", False),
        (["r:y", "r:z"], "c9", True),
    ]


def test_the_legs_of_a_call_are_one_contact_whichever_of_them_is_named(tmp_path: Path) -> None:
    events = [*made.acts("a1", "a2", contact_id="A"), *made.acts("b", contact_id="B"), *made.acts("c", "d")]
    known = made.truth(
        tmp_path,
        events=events,
        findings=[
            {"true_event_ids": "a1 a2 b", "primary_event": "b"},
            {"true_event_ids": "a1 c d", "primary_event": "a1", "code": "L2"},
        ],
    )
    here = located(
        made.findings({"events": "a2 b"}, {"events": "a2", "primary": "a2", "code": "L2"}), NO_ROWS, known
    )
    assert here["units"].to_list() == [["A", "B"], ["A"]]
    pairs = candidates(here, known.within(Scope.LINKABLE))
    assert pairs["jaccard"].to_list() == [1.0, pytest.approx(1 / 3)]  # the second by its first contact


SETS = st.lists(
    st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=3), st.booleans()), max_size=7
)


@settings(max_examples=150, deadline=None)
@given(ours=SETS, theirs=SETS, order=st.randoms(use_true_random=False))
def test_matching_is_maximum_one_to_one_and_blind_to_the_order_of_rows(
    ours: Any, theirs: Any, order: Any
) -> None:
    found = pl.DataFrame(
        [
            {"found": n, "code": "L1", "journey": None, "step": None, "primaries": [], "units": sorted(one)}
            for n, (one, _) in enumerate(ours)
        ],
        schema={
            "found": pl.UInt32,
            "code": pl.String,
            "journey": pl.String,
            "step": pl.String,
            "primaries": pl.List(pl.String),
            "units": pl.List(pl.String),
        },
    )
    instances = pl.DataFrame(
        [
            {"instance": n, "code": "L1", "units": sorted(one), "in_scope": inside}
            for n, (one, inside) in enumerate(theirs)
        ],
        schema={
            "instance": pl.UInt32,
            "code": pl.String,
            "units": pl.List(pl.String),
            "in_scope": pl.Boolean,
        },
    )
    pairs = candidates(found, instances)
    chosen = match(pairs, instances)
    assert chosen["found"].is_unique().all()
    assert chosen["instance"].is_unique().all()
    assert chosen.join(pairs, on=["found", "instance"], how="anti").height == 0
    graph = csr_array(
        (np.ones(pairs.height, dtype=np.int8), (pairs["found"].to_numpy(), pairs["instance"].to_numpy())),
        shape=(max(len(ours), 1), max(len(theirs), 1)),
    )
    assert chosen.height == int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
    shuffled = pairs.sample(fraction=1, shuffle=True, seed=order.randrange(1_000))
    assert match(shuffled, instances).equals(chosen)
