from __future__ import annotations

import dataclasses
import time
from random import Random
from typing import TYPE_CHECKING

import polars as pl
import pytest

import cjmine
from cjmine.conformance import alignment
from cjmine.conformance.aligned import align_all
from cjmine.conformance.alignment import align
from cjmine.domain.models import SILENT, IntendedJourney, Operator, Tree
from cjmine.errors import StatesError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.minimal import automaton_of_tree
from cjmine.intended.net import net_of
from tests.models import sequence_model

if TYPE_CHECKING:
    from pathlib import Path

Variant = tuple[str, ...]


def steps(count: int) -> list[str]:
    return [f"step {number:02}" for number in range(count)]


def side_by_side(count: int) -> Tree:
    return Tree(Operator.PARALLEL, None, tuple(Tree(label=step) for step in steps(count)))


def erring(labels: list[str], count: int) -> list[Variant]:
    """Return variants in any order, with steps left out, repeated, or of no model."""
    dice = Random(3)  # noqa: S311 - not for secrets
    found: dict[Variant, None] = {}
    while len(found) < count:
        walk = [step for step in labels if dice.random() < 0.95]
        walk += [dice.choice([*labels, "chase"]) for _ in range(dice.randrange(3))]
        dice.shuffle(walk)
        found[tuple(walk)] = None
    return list(found)


@pytest.mark.parametrize(("count", "variants", "seconds"), [(10, 500, 10), (14, 100, 30)])
def test_many_states_are_exact_within_seconds(count: int, variants: int, seconds: float) -> None:
    """Of steps in any order each counts once: what is more, or missing, costs 1 each."""
    walks = erring(steps(count), variants)
    began = time.perf_counter()
    automaton = automaton_of(net_of(side_by_side(count)))
    found = align(walks, automaton)
    assert time.perf_counter() - began < seconds
    assert automaton.n_states > 2**count
    agreed = [len(set(walk) & set(steps(count))) for walk in walks]
    costs = [len(walk) + count - 2 * many for walk, many in zip(walks, agreed, strict=True)]
    assert [one.cost for one in found] == costs
    assert max(costs) > 2
    prefixes = align(walks, automaton, prefix=True)
    assert [one.cost for one in prefixes] == [len(w) - many for w, many in zip(walks, agreed, strict=True)]


def test_24_steps_side_by_side_are_refused_at_once_with_what_is_left_undone(tmp_path: Path) -> None:
    model, log = tmp_path / "wide.journey.yaml", tmp_path / "log.csv"
    branches = ", ".join(f"s{number}" for number in range(24))
    model.write_text(f"journey: wide\nsteps: [together: [{branches}]]\n", encoding="utf-8")
    rows = ["case,activity,time", *(f"{case},s{case % 2},2026-01-01T00:00:00Z" for case in range(5))]
    log.write_text("\n".join(rows), encoding="utf-8")
    began = time.perf_counter()
    with pytest.raises(StatesError, match=r"limit 20,000.*; 5 cases in 2 variants are not aligned"):
        cjmine.check(log, model)
    assert time.perf_counter() - began < 60


def test_a_language_too_large_is_refused_with_what_is_left_undone() -> None:
    """Few states, but which of them a journey may be in takes very many sets."""
    either = Tree(Operator.CHOICE, None, (Tree(label="a"), Tree(label="b")))
    any_number = Tree(Operator.LOOP, None, (SILENT, either))
    tree = Tree(Operator.SEQUENCE, None, (any_number, Tree(label="a"), *[either] * 16))
    model = IntendedJourney(name="x", title="x", net=net_of(tree), tree=tree)
    variants = pl.DataFrame(
        {"journey_type": ["x", "x"], "variant": ["v", "w"], "steps": [["a"], ["b"]], "count": [3, 4]}
    )
    with pytest.raises(StatesError, match="7 cases in 2 variants are not aligned"):
        align_all(variants, {"x": model}, {"x": automaton_of(model.net)})


def test_how_many_are_aligned_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    automaton = automaton_of(net_of(side_by_side(6)))
    walks = erring(steps(6), 200)
    whole = align(walks, automaton)
    for name, most in (("_CELLS", 64 * 40), ("_CELLS", 1), ("_EVENTS", 25)):
        monkeypatch.setattr(alignment, name, most)
        assert align(walks, automaton) == whole


def test_long_variants_cost_what_they_must() -> None:
    """Values of 16 and of 32 bits: the scale grows with the longest variant."""
    loop = Tree(Operator.LOOP, None, (Tree(label="a"), Tree(label="b")))
    automaton = automaton_of_tree(loop)
    for rounds in (5, 300):
        found = align([("a", "b", "x") * rounds], automaton)[0]
        assert found.cost == rounds + 1  # every x, and one more a at the end or one b less
        assert len(found.moves) in {3 * rounds, 3 * rounds + 1}


def test_variants_alike_without_tolerated_steps_have_their_own_places() -> None:
    model = dataclasses.replace(sequence_model("abc"), anytime=("look",))
    walks = {"v": ["look", "a", "look", "c"], "w": ["a", "c"], "z": ["look", "look"]}
    variants = pl.DataFrame({"journey_type": "m", "variant": list(walks), "steps": list(walks.values())})
    tables = align_all(variants, {"m": model}, {"m": automaton_of(model.net)})
    found = tables["deviations"].filter("whole", pl.col("variant") != "z")
    assert found.select("variant", "label", "evidence").rows() == [("v", "b", [1, 3]), ("w", "b", [0, 1])]
    costs = tables["costs"].filter("whole").select("variant", "cost", "fitness").rows()
    assert costs == [("v", 1, 0.8), ("w", 1, 0.8), ("z", 3, 0.0)]
    places = tables["moves"].filter("whole", pl.col("variant") == "v").select("position", "step_no", "step")
    assert places.rows() == [
        *((0, 1, "a"), (1, None, "b"), (2, 3, "c")),
        *((100_000, 0, None), (100_002, 2, None)),
    ]
