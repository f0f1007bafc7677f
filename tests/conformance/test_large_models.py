from __future__ import annotations

import dataclasses
import time
from random import Random
from typing import TYPE_CHECKING

import polars as pl
import pytest

import cjmine
from cjmine import pipeline
from cjmine.conformance import alignment, bounds
from cjmine.conformance.aligned import align_all
from cjmine.conformance.alignment import align
from cjmine.domain.models import SILENT, IntendedJourney, Operator, Tree
from cjmine.errors import StatesError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.load import load_model
from cjmine.intended.minimal import automaton_of_tree
from cjmine.intended.net import net_of
from cjmine.intended.write import WRITERS
from cjmine.project.load import load
from tests.cli.test_verbs import call
from tests.models import sequence_model
from tests.projects import JOURNEY, tiny

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


def wide(folder: Path) -> tuple[Path, Path]:
    """Write a model of 24 steps in any order, and a log of 5 cases with one step each."""
    model, log = folder / "wide.journey.yaml", folder / "log.csv"
    branches = ", ".join(f"s{number}" for number in range(24))
    model.write_text(f"journey: wide\nsteps: [together: [{branches}]]\n", encoding="utf-8")
    rows = ["case,activity,time", *(f"{case},s{case % 2},2026-01-01T00:00:00Z" for case in range(5))]
    log.write_text("\n".join(rows), encoding="utf-8")
    return log, model


def test_24_steps_side_by_side_have_their_costs_within_a_minute(tmp_path: Path) -> None:
    log, model = wide(tmp_path)
    began = time.perf_counter()
    found = cjmine.check(log, model)
    assert time.perf_counter() - began < 60
    assert (found["cases"], found["cost_total"], found["cost_low"], found["cost_high"]) == (5, *[5 * 23] * 3)
    assert (found["bounded"], found["not_computed"], found["fitting_cases"]) == (0, 0, 0)
    assert found["fitness"] == pytest.approx(1 - 23 / 25)
    assert found["deviations"] is None
    assert (
        "no deviation is looked for in any of 5 cases (2 variants): 5 costs are exact" in found["warnings"][0]
    )


@pytest.mark.parametrize("ending", [".bpmn", ".pnml"])
def test_drawings_and_nets_as_wide_are_read_and_have_their_costs(tmp_path: Path, ending: str) -> None:
    log, model = wide(tmp_path)
    journey = load_model(model)
    (tmp_path / f"wide{ending}").write_text(WRITERS[ending](journey), encoding="utf-8")
    found = cjmine.check(log, tmp_path / f"wide{ending}")
    assert (found["cost_total"], found["deviations"]) == (5 * 23, None)
    assert load_model(tmp_path / f"wide{ending}").starts == journey.starts


def test_what_is_not_looked_for_fails_no_limit_silently(tmp_path: Path) -> None:
    result = call("check", *wide(tmp_path), "--fail-on", "V1=0")
    assert result.exit_code == 2
    assert "no deviation was looked for" in result.stderr
    assert "0 of 5 cases ran as intended, mean fitness 0.0800" in call("check", *wide(tmp_path)).stdout


def test_work_that_is_too_much_leaves_bounds_and_says_of_how_many_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds.bounds_of, "__kwdefaults__", {"prefix": False, "most_work": 0})
    log, model = wide(tmp_path)
    with log.open("a", encoding="utf-8") as file:
        file.write("\n5,chase,2026-01-01T00:00:00Z")
    found = cjmine.check(log, model)
    assert (found["cost_total"], found["fitting_cases"], found["fitness"]) == (None, None, None)
    assert (found["cost_low"], found["cost_high"]) == (5 * 23 + 25, 6 * 25)
    assert (found["bounded"], found["not_computed"]) == (5, 6)
    assert "6 cases, total cost between 140 and 150" in call("check", log, model).stdout


def many_sets(*, tree: bool) -> tuple[IntendedJourney, pl.DataFrame]:
    """Few states, but which of them a journey may be in takes very many sets."""
    either = Tree(Operator.CHOICE, None, (Tree(label="a"), Tree(label="b")))
    any_number = Tree(Operator.LOOP, None, (SILENT, either))
    blocks = Tree(Operator.SEQUENCE, None, (any_number, Tree(label="a"), *[either] * 16))
    variants = pl.DataFrame(
        {"journey_type": ["x", "x"], "variant": ["v", "w"], "steps": [["a"], ["b"]], "count": [3, 4]}
    )
    return IntendedJourney(name="x", title="x", net=net_of(blocks), tree=blocks if tree else None), variants


def test_a_language_too_large_is_refused_with_what_is_left_undone() -> None:
    model, variants = many_sets(tree=False)
    with pytest.raises(StatesError, match="7 cases in 2 variants are not aligned"):
        align_all(variants, {"x": model}, {"x": automaton_of(model.net)})


def test_a_language_too_large_has_the_costs_of_its_blocks_and_no_moves() -> None:
    model, variants = many_sets(tree=True)
    tables = align_all(variants, {"x": model}, {"x": automaton_of(model.net)})
    assert tables["costs"].filter("whole").select("variant", "cost", "fitness").rows() == [
        ("v", 16, pytest.approx(1 - 16 / 18)),
        ("w", 16, pytest.approx(1 - 16 / 18)),
    ]
    assert tables["costs"].filter(~pl.col("whole"))["cost"].to_list() == [0, 0]
    assert tables["bounds"].select("low", "high", "computed").unique().height == 2
    assert not tables["moves"].height
    assert not tables["deviations"].height


def test_a_run_goes_on_beside_a_model_too_large_and_says_so(tmp_path: Path) -> None:
    path = tiny(tmp_path)
    branches = ", ".join(f"s{number}" for number in range(24))
    steps = f"steps:\n  - apply\n  - check\n  - together: [{branches}]\n  - decide"
    (tmp_path / "permit.journey.yaml").write_text(
        JOURNEY.replace("steps: [apply, check, decide]", steps), encoding="utf-8"
    )
    folder = tmp_path / "run"
    found = pipeline.run(load(path), folder)
    journeys = pl.read_parquet(folder / "journeys.parquet")
    complete = journeys.filter(pl.col("status") == "complete", pl.col("journey_type") == "permit")
    assert complete.height
    assert (complete["cost"] >= 24).all()
    assert not pl.read_parquet(folder / "deviations.parquet").filter(pl.col("code") != "V8").height
    (line,) = [line for line in found.warnings if "too many states to align with" in line]
    assert line.startswith("permit: the model has too many states")
    assert f"no deviation is looked for in any of {journeys.height:,} journeys" in line


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
