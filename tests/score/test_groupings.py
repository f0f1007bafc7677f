"""Groupings worked out by hand: contacts, sets of duplicates, journeys, identity, status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from cjmine.score import identity
from cjmine.score.card import card
from cjmine.score.clusters import adjusted_rand, pair_tallies
from cjmine.score.intervals import Sample
from cjmine.score.located import rows_of
from cjmine.score.truth import Scope
from tests.score import made

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30)


@settings(max_examples=100, deadline=None)
@given(LABELS)
def test_the_adjusted_rand_index_is_that_of_scikit_learn(labels: list[tuple[int, int]]) -> None:
    items = pl.DataFrame(
        {
            "person": ["P1"] * len(labels),
            "truth": [str(one) for one, _ in labels],
            "found": [str(two) for _, two in labels],
        }
    )
    sums = Sample.of(pl.Series(["P1"]), replicates=1).sums(pair_tallies(items))
    expected = adjusted_rand_score(*zip(*labels, strict=True))
    assert adjusted_rand(sums)[0] == pytest.approx(expected, abs=1e-9)


def test_sets_of_duplicates_by_pairs_and_b_cubed(tmp_path: Path) -> None:
    # true sets {1 2 3} and {4 5}; found {1 2} and {3 4 5}
    events = [row for n in "12345" for row in made.acts(f"e{n}", contact_id=f"C{n}")]
    contacts = [{"contact_id": f"C{n}", "true_event_ids": f"e{n}"} for n in "12345"]
    true = [
        {"code": "D1", "true_event_ids": "e1 e2"},
        {"code": "D2", "true_event_ids": "e2 e3"},
        {"code": "D3", "true_event_ids": "e4 e5"},
    ]
    known = made.truth(tmp_path, events=events, contacts=contacts, findings=true)
    found = made.findings(
        {"code": "D1", "events": "e1 e2"},
        {"code": "D1", "events": "e3 e4"},
        {"code": "D3", "events": "e4 e5"},
    )
    sets = card(made.run([{"name": "e1"}], found=found), known, Scope.LINKABLE)["duplicate_sets"]
    # pairs: found 1 + 3, true 3 + 1, both {1 2} and {4 5}
    assert sets["pairwise_precision"] == sets["pairwise_recall"] == sets["pairwise_f1"] == 0.5
    # precision: 1 and 2 are all right, 3 has 1/3, 4 and 5 have 2/3; recall: 2/3, 2/3, 1/3, 1, 1
    assert sets["bcubed_precision"] == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5, abs=1e-4)
    assert sets["bcubed_recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5, abs=1e-4)
    assert sets["contacts"] == 5


def test_rows_of_a_contact(tmp_path: Path) -> None:
    # true contacts {a b c} and {d}; found {a b} {c d}; e is nobody's; b was merged into a
    events = [*made.acts("a", "b", "c", contact_id="C1"), *made.acts("d", contact_id="C2")]
    known = made.truth(tmp_path, events=events)
    run = made.run(
        [
            {"name": "a", "contact": "k1", "merged": "b"},
            {"name": "c", "contact": "k2"},
            {"name": "d", "contact": "k2"},
            {"name": "e", "contact": "k2"},
        ]
    )
    own = card(run, known, Scope.LINKABLE)["contacts"]
    assert (own["rows"], own["contacts"]) == (4, 2)
    assert own["precision"] == 0.5
    assert own["recall"] == pytest.approx(1 / 3, abs=1e-4)


def test_journeys_and_their_boundaries(tmp_path: Path) -> None:
    # true J1 J1 J2 J2 J2; found: x x x y y; and two rows that belong in no journey
    events = [
        *made.acts("e1", "e2", journey_id="J1"),
        *made.acts("e3", "e4", "e5", journey_id="J2"),
        *made.acts("e6", journey_id=""),
    ]
    journeys = [{"journey_id": "J1"}, {"journey_id": "J2", "status": "stalled"}]
    known = made.truth(tmp_path, events=events, journeys=journeys)
    placed = dict(zip(("e1", "e2", "e3", "e4", "e5", "e6", "bot"), "xxxyyyy", strict=True))
    run = made.run(
        [{"name": name, "journey": journey} for name, journey in placed.items()],
        journeys=[{"journey_id": "x", "status": "complete"}, {"journey_id": "y", "status": "open"}],
    )
    whole = card(run, known, Scope.LINKABLE)
    own = whole["segmentation"]
    assert own["ari"] == pytest.approx(adjusted_rand_score([1, 1, 2, 2, 2], [1, 1, 1, 2, 2]), abs=1e-4)
    # neighbours: true cut after the second, found cut after the third: none in common
    assert (own["boundary_precision"], own["boundary_recall"], own["boundary_f1"]) == (0.0, 0.0, 0.0)
    assert (own["rows_of_no_journey_drawn_in"], own["strangers_drawn_in"]) == (1, 1)
    # J1 lies most in x: complete, right; J2 most in y: open, but it stalled, which cjmine calls abandoned
    assert whole["status"]["accuracy"] == 0.5
    assert whole["status"]["confusion"] == [
        {"truth": "complete", "found": "complete", "count": 1},
        {"truth": "stalled", "found": "open", "count": 1},
    ]


def test_boundaries_in_common(tmp_path: Path) -> None:
    events = [
        *made.acts("e1", "e2", journey_id="J1"),
        *made.acts("e3", journey_id="J2"),
        *made.acts("e4", journey_id="J3"),
        *made.acts("f1", "f2", journey_id="J4", person_id="P2"),
    ]
    known = made.truth(tmp_path, events=events)
    placed = {"e1": "x", "e2": "x", "e3": "y", "e4": "y", "f1": "z", "f2": "w"}
    run = made.run([{"name": name, "journey": journey} for name, journey in placed.items()])
    own = card(run, known, Scope.LINKABLE)["segmentation"]
    # true cuts: e2|e3, e3|e4; found: e2|e3, f1|f2
    assert (own["boundary_precision"], own["boundary_recall"], own["boundary_f1"]) == (0.5, 0.5, 0.5)


def test_unlinkable_rows_are_not_asked_for(tmp_path: Path) -> None:
    events = [*made.acts("e1", "e2"), {"true_event_id": "e3", "raw_refs": "r:e3", "linked_refs": ""}]
    known = made.truth(tmp_path, events=events)
    run = made.run(
        [{"name": "e1", "journey": "x"}, {"name": "e2", "journey": "x"}, {"name": "e3", "journey": "y"}]
    )
    assert card(run, known, Scope.LINKABLE)["segmentation"]["ari"] == 1.0
    assert card(run, known, Scope.OBSERVABLE)["segmentation"]["events"] == 3


def ids(*rows: tuple[str, str, int]) -> list[dict[str, Any]]:
    """Return identity lines: id, person, linkable; the id's row bears its name."""
    return [
        {"source_id": name, "person_id": person, "linkable": linkable, "row": f"r:{name}"}
        for name, person, linkable in rows
    ]


def identified(folder: Path, lines: list[dict[str, Any]], customers: dict[str, str]) -> dict[str, Any]:
    known = made.truth(
        folder, identity=lines, journeys=[{"journey_id": f"J{n}", "person_id": f"P{n}"} for n in "12"]
    )
    run = made.run([{"name": name, "customer": customer} for name, customer in customers.items()])
    return identity.scores(run.events, rows_of(run.events), known, Sample.of(known.people))


def test_identity_by_pairs_of_ids(tmp_path: Path) -> None:
    # P1 has a b c and d (d cannot be linked), P2 has e f; joined: a b e, f; c and d alone
    lines = ids(
        ("a", "P1", 1), ("b", "P1", 1), ("c", "P1", 1), ("d", "P1", 0), ("e", "P2", 1), ("f", "P2", 1)
    )
    own = identified(tmp_path, lines, {"a": "1", "b": "1", "e": "1", "f": "2", "c": "3", "d": "4"})
    # found pairs ab ae be, right ab; linkable true pairs ab ac bc ef, joined ab
    assert (own["found_pairs"], own["right_pairs"], own["true_pairs"], own["both_pairs"]) == (3, 1, 4, 1)
    assert own["precision"] == pytest.approx(1 / 3, abs=1e-4)
    assert own["recall"] == 0.25


def test_an_id_of_a_couple_is_right_with_either_of_them(tmp_path: Path) -> None:
    lines = ids(("a", "P1", 1), ("b", "P2", 1), ("home", "P1", 1), ("home", "P2", 1))
    lines += [{**line, "source_id": "rent", "row": "r:rent"} for line in lines[2:]]
    own = identified(tmp_path, lines, {"a": "1", "home": "1", "rent": "1", "b": "2"})
    # found a-home a-rent home-rent: all right; true pairs also b-home b-rent; home-rent counts once
    assert (own["found_pairs"], own["right_pairs"], own["true_pairs"], own["both_pairs"]) == (3, 3, 5, 3)


def test_an_id_whose_row_was_set_aside_is_alone_and_not_observed(tmp_path: Path) -> None:
    own = identified(tmp_path, ids(("a", "P1", 1), ("b", "P1", 1)), {"a": "1"})
    assert (own["ids"], own["ids_observed"], own["recall"], own["precision"]) == (2, 1, 0.0, None)


def test_a_shared_id_with_rows_of_several_customers_is_joined_in_each(tmp_path: Path) -> None:
    """Precision is a share: it cannot exceed one."""
    lines = ids(("a", "P1", 1), ("b", "P2", 1), ("phone", "P1", 1), ("phone", "P2", 1))
    lines[2]["row"], lines[3]["row"] = "r:phone1", "r:phone2"
    own = identified(tmp_path, lines, {"a": "1", "phone1": "1", "b": "2", "phone2": "2"})
    assert (own["found_pairs"], own["right_pairs"], own["true_pairs"], own["both_pairs"]) == (2, 2, 2, 2)


def test_who_was_told_the_customers_has_no_score_for_them(tmp_path: Path) -> None:
    known = made.truth(tmp_path, events=made.acts("e1"))
    assert card(made.run([{"name": "e1"}]), known, Scope.OBSERVABLE, told_who=True)["identity"] == "given"


def test_the_status_of_a_journey_that_was_not_wholly_seen_is_not_asked_for(tmp_path: Path) -> None:
    events = [
        *made.acts("e1"),
        {"true_event_id": "end", "raw_refs": "r:end", "linked_refs": ""},
        *made.acts("f1", journey_id="J2"),
    ]
    known = made.truth(tmp_path, events=events, journeys=[{"journey_id": "J1"}, {"journey_id": "J2"}])
    run = made.run(
        [{"name": "e1", "journey": "x"}, {"name": "f1", "journey": "y"}],
        journeys=[{"journey_id": "x", "status": "abandoned"}, {"journey_id": "y", "status": "complete"}],
    )
    assert card(run, known, Scope.LINKABLE)["status"]["journeys"] == 1
    assert card(run, known, Scope.LINKABLE)["status"]["accuracy"] == 1.0
    assert card(run, known, Scope.OBSERVABLE)["status"]["accuracy"] == 0.5


PEOPLE = st.lists(
    st.tuples(st.sets(st.sampled_from("PQR"), min_size=1, max_size=3), st.integers(0, 2)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(PEOPLE)
def test_counted_pairs_are_the_listed_pairs(owners: list[tuple[set[str], int]]) -> None:
    members = pl.DataFrame(
        [
            {"id": n, "person": person, "cluster": str(cluster)}
            for n, (people, cluster) in enumerate(owners)
            for person in sorted(people)
        ]
    )
    listed = sum(
        bool(owners[i][0] & owners[j][0]) and owners[i][1] == owners[j][1]
        for i in range(len(owners))
        for j in range(i)
    )
    assert int(np.sum(identity.pairs_of(members, ["person", "cluster"], "n")["n"].to_numpy())) == listed
